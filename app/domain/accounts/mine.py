"""What a person has to do with reports: those they filed, and those they follow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select

from app.domain.permissions import Actor, visible_to
from app.extensions import db
from app.models import Participation, Report
from app.models.choices import Part, Status

PAGE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Reports, the newest first, and where the next page begins; `older` is None on the last."""

    reports: list[Report]
    older: int | None


def filed_by(person_id: int, *, before: int | None = None) -> Page:
    """The reports this person filed. One query."""
    statement = select(Report).where(
        Report.id.in_(_of(person_id, Part.REPORTER)),
    )
    return _page(statement, before)


def followed_by(who: Actor, *, before: int | None = None) -> Page:
    """The reports this person follows or is affected by, as far as the public sees them. One query."""
    statement = select(Report).where(
        Report.id.in_(_of(who.person_id or 0, Part.FOLLOWER, Part.AFFECTED)),
        Report.id.not_in(_of(who.person_id or 0, Part.REPORTER)),
        Report.status != Status.MERGED,
        visible_to(Actor(who.kind)),
    )
    return _page(statement, before)


def _of(person_id: int, *parts: Part) -> Select[int]:
    return select(Participation.report_id).where(
        Participation.person_id == person_id, Participation.part.in_(parts), Participation.ended_at.is_(None)
    )


def _page(statement: Select[Report], before: int | None) -> Page:
    statement = statement.order_by(Report.id.desc()).limit(PAGE + 1)
    if before:
        statement = statement.where(Report.id < before)
    found = list(db.session.scalars(statement))
    more = len(found) > PAGE
    return Page(found[:PAGE], found[PAGE - 1].id if more else None)
