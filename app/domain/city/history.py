"""The versions of the city that were in force, and what the newest one changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.city import store
from app.domain.city.diff import Change, diff
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


def newest_changes() -> tuple[Change, ...]:
    """What the version in force changed; empty for the first."""
    city = store.current()
    return diff(store.snapshot(city.version - 1), city) if city.version > 1 else ()
