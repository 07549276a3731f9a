"""Who is asking, as the domain knows them."""

from __future__ import annotations

from flask import g
from flask_login import current_user
from sqlalchemy.orm import joinedload

from app.domain.permissions import ANONYMOUS, Actor, actor_of
from app.extensions import db, login
from app.models import Person
from app.web import sessions


def actor() -> Actor:
    """The actor behind this request, worked out once."""
    if "actor" not in g:
        g.actor = actor_of(current_user) if current_user.is_authenticated else ANONYMOUS
    kept: Actor = g.actor
    return kept


@login.user_loader  # type: ignore[untyped-decorator]  # Flask-Login ships no types
def load(cookie: str) -> Person | None:
    """The person a session cookie names, unless it ran out, they signed out everywhere, or closed the account."""
    number, _, epoch = cookie.partition(".")
    if not (number.isdecimal() and epoch.isdecimal() and len(cookie) < 20):
        return None
    roles = joinedload(Person.memberships)  # every page of a signed-in person asks: one query
    person = db.session.get(Person, int(number), options=[roles])
    if person is None or person.session_epoch != int(epoch) or not person.is_active:
        return None
    return None if sessions.has_ended(person) else person
