"""The versions of the city that were in force, and what each changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.city import store
from app.domain.city.diff import Change, diff
from app.domain.errors import NotFound
from app.extensions import db
from app.models import CityVersion, Person

MOST = 100


@dataclass(frozen=True, slots=True)
class Version:
    """One load of the folder; `by` is empty for a command."""

    number: int
    loaded_at: datetime
    digest: str
    by: str


def versions() -> list[Version]:
    """The newest hundred, the newest first. One query."""
    found = db.session.execute(
        select(CityVersion.number, CityVersion.loaded_at, CityVersion.digest, Person.name)
        .outerjoin(Person, Person.id == CityVersion.by)
        .order_by(CityVersion.number.desc())
        .limit(MOST)
    )
    return [Version(row.number, row.loaded_at, row.digest, row.name or "") for row in found]


def changes(number: int) -> tuple[Change, ...]:
    """What this version changed against the one before it; empty for the first. NotFound for an unknown one."""
    if not 0 < number <= store.current().version:
        raise NotFound(_l("There is no such version."))
    return diff(store.snapshot(number - 1), store.snapshot(number)) if number > 1 else ()
