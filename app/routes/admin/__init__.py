"""The city as it stands, read only; what a report would become; people."""

from __future__ import annotations

from flask import Blueprint

from app.models.choices import Role
from app.web import later
from app.web.access import open_to
from app.web.actors import actor

bp = Blueprint("admin", __name__, url_prefix="/admin")
open_to_overseers = open_to(Role.DISPATCHER, Role.OBSERVER, Role.ADMIN)
open_to_admins = open_to(Role.ADMIN)


@bp.context_processor
def everywhere() -> dict[str, object]:
    """Some rooms, and ways into others, are for administrators alone."""
    return {"is_admin": later(lambda: actor().has(Role.ADMIN))}


from app.routes.admin import city, people, trial  # noqa: E402, F401  # views hang themselves on the blueprint
