"""Whose people and answers a page is about: a unit, or the whole city."""

from __future__ import annotations

from typing import Any

from app.domain.accounts import team
from app.domain.city.model import Unit
from app.models.choices import Role
from app.web import kinds, language
from app.web.actors import actor

WHOLE_CITY = "city"  # stands where a unit's code would


def unit_or_city(code: str) -> Unit | None:
    """The unit a code names; None for the whole city. Raises NotFound, Forbidden for what is not mine to manage."""
    unit = None if code == WHOLE_CITY else team.unit_called(code)
    team.must_manage(actor(), unit.id if unit else None)
    return unit


def code_of(unit_id: int | None) -> str:
    """What an address calls this unit, or the whole city."""
    return WHOLE_CITY if unit_id is None else team.unit_of(unit_id).code


def first() -> str:
    """Where an address names no unit: a lead's own, an administrator's whole city."""
    return WHOLE_CITY if actor().has(Role.ADMIN) else team.units_of(actor())[0].code


def frame(unit: Unit | None) -> dict[str, Any]:
    """What every page of the team shows: where one is, and the other units one may go to."""
    mine = team.units_of(actor())
    is_admin = actor().has(Role.ADMIN)
    return {
        "unit": unit,
        "code": unit.code if unit else WHOLE_CITY,
        "groups": kinds.units_by_kind(mine, language.chosen()) if is_admin or len(mine) > 1 else [],
        "may_choose_city": is_admin,
    }
