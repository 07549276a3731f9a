"""People, for administrators: who is known by which address, and which roles they hold."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.domain.accounts import find
from app.domain.city import store
from app.domain.city.model import Unit
from app.models import Person
from app.routes.account.parts import page
from app.routes.admin import bp, open_to_admins
from app.web.addresses import asked_number

LONGEST_SEARCH = 100


@bp.get("/people")
@open_to_admins
def people() -> ResponseReturnValue:
    """Staff first; residents are found by name or address."""
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    before = asked_number("before")
    found = find.page(words, before=before)
    return page(
        "admin/people.html",
        people=found.people,
        q=words,
        units=_units(found.people),
        newest=url_for(".people", q=words or None) if before else None,
        older=url_for(".people", q=words or None, before=found.older) if found.older else None,
    )


def _units(people: list[Person]) -> dict[int, Unit]:
    """The units these people have a role in, retired ones too."""
    ids = {role.unit_id for person in people for role in person.memberships if role.unit_id is not None}
    return {unit_id: store.current().unit_of(unit_id) for unit_id in ids}
