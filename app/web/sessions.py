"""Who is signed in, and for how long: staff for a working day and not unattended, residents for a month."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import g, request, session
from flask_login import login_user, logout_user

from app.models import Person, now

STAFF_LASTS: Final = timedelta(hours=12)
STAFF_IDLE: Final = timedelta(hours=1)
RESIDENT_IDLE: Final = timedelta(days=30)
_SINCE: Final = "since"
_SEEN: Final = "seen"


def begin(person: Person) -> None:
    """Sign this browser in, in a fresh session: what an earlier visitor left in it is gone."""
    session.clear()
    session.permanent = True
    session[_SINCE] = session[_SEEN] = _now()
    login_user(person)
    g.pop("actor", None)


def end() -> None:
    """Sign this browser out."""
    logout_user()
    session.clear()
    g.pop("actor", None)


def has_ended(person: Person) -> bool:
    """Has this session run out for this person? One that goes on is noted as seen, now and then."""
    at = _now()
    since, seen = int(session.get(_SINCE, at)), int(session.get(_SEEN, at))
    is_staff = any(membership.ended_at is None for membership in person.memberships)
    idle = STAFF_IDLE if is_staff else RESIDENT_IDLE
    if at - seen > idle.total_seconds() or (is_staff and at - since > STAFF_LASTS.total_seconds()):
        return True
    if _SINCE not in session or at - seen > (60 if is_staff else 86400):
        session[_SINCE], session[_SEEN] = since, at
    return False


def own_path(address: str | None) -> str | None:
    """An address of ours to go on to, with the language's prefix; None for anything that could lead elsewhere."""
    if not address or len(address) > 2000 or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return None
    if "\\" in address or any(ord(sign) < 33 or ord(sign) == 127 for sign in address):
        return None
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    root = request.script_root
    return address if root and (address == root or address.startswith(f"{root}/")) else f"{root}{address}"


def _now() -> int:
    return int(now().timestamp())
