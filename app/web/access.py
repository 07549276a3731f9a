"""Who may enter: every view says so with one of these, and a test fails for the view that does not.

This is the door only. What somebody may do to a particular report is `domain.permissions.may()`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from app.domain.errors import Forbidden
from app.models.choices import Role
from app.web.actors import actor

View = TypeVar("View", bound=Callable[..., Any])


def open_to_all(view: View) -> View:
    """Anybody, signed in or not."""
    view.__access__ = "all"  # type: ignore[attr-defined]
    return view


def _guarded(view: View, name: str, allowed: Callable[[], bool]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("account.sign_in", next=back))
        if not allowed():
            raise Forbidden(_l("This page is for people with another role."))
        return view(*args, **kwargs)

    guarded.__access__ = name  # type: ignore[attr-defined]
    return cast(View, guarded)


def open_to_residents(view: View) -> View:
    """Anybody who is signed in."""
    return _guarded(view, "signed-in", lambda: True)


def open_to_staff(view: View) -> View:
    """Anybody who holds a role."""
    return _guarded(view, "staff", lambda: bool(actor().grants))


def open_to(*roles: Role) -> Callable[[View], View]:
    """Those who hold one of these roles, in any unit."""

    def decorate(view: View) -> View:
        name = ",".join(sorted(roles))
        return _guarded(view, name, lambda: any(grant.role in roles for grant in actor().grants))

    return decorate
