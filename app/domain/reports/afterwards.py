"""A week after something was fixed its neighbours are asked once whether it is really gone. Who says no is counted.

A doubt opens nothing by itself: it makes work for the unit, which looks again, and the public reads how many doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Select, exists, func, or_, select

from app.domain import events
from app.domain.errors import NotFound, Stale
from app.domain.permissions import ANONYMOUS, SYSTEM, Permission, may
from app.domain.reports import family
from app.domain.reports.find import find, get_for_change
from app.extensions import db, secret_key
from app.models import NeighbourAnswer, Participation, Person, Report, now
from app.models.choices import DONE, EventKind, Outcome, Part, StillThere

ANSWER_DAYS = 60  # after it was fixed; what comes back later is a report of its own


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answered about which report, as they take it along."""

    report: str
    said: StillThere
    at: datetime


def said_by(person_id: int) -> list[Said]:
    """Every answer of this person that stands."""
    mine = (
        select(Report.code, NeighbourAnswer.said, NeighbourAnswer.said_at)
        .join(Report, Report.id == NeighbourAnswer.report_id)
        .where(NeighbourAnswer.person_id == person_id)
    )
    return [Said(*row) for row in db.session.execute(mine.order_by(Report.id))]


def due(limit: int) -> Sequence[str]:
    """Codes of the reports whose neighbours are to be asked now, those that have waited longest first."""
    waiting = select(Report.code).where(Report.ask_around_at.is_not(None), Report.ask_around_at <= now())
    return db.session.scalars(waiting.order_by(Report.ask_around_at).limit(limit)).all()


def ask_around(code: str) -> bool:
    """Ask them, inside a unit of work: once, and only where there is somebody. False where nobody is asked."""
    report = get_for_change(code, by=SYSTEM)
    if report.ask_around_at is None or report.ask_around_at > now():
        return False
    if not (_can_be_doubted(report) and _has_neighbours(report)):
        report.ask_around_at = None
        return False
    with events.recording(report, EventKind.ASKED_AROUND, by=SYSTEM, public=False):
        report.ask_around_at = None
    return True


def token_of(report: Report, person: Person) -> str:
    """For the letter that asks: it says who answers, and opens nothing else."""
    return str(_signer().dumps([report.code, person.id]))


def asked(code: str, token: str) -> tuple[Report, StillThere | None]:
    """The report somebody is asked about, and what they have said so far. NotFound for a strange link, Stale when it
    is open again or the time is over."""
    report, person_id = _read(code, token)
    if not _can_be_doubted(report):
        raise Stale(_l("There is nothing to answer any more: the report has moved on."))
    return report, db.session.scalar(_said_by(report.id, person_id))


def answer(code: str, token: str, said: StillThere) -> Report:
    """One answer a person, inside a unit of work; another one takes its place."""
    report, person_id = _read(code, token)
    report = get_for_change(report.code, by=None)
    if not _can_be_doubted(report):
        raise Stale(_l("There is nothing to answer any more: the report has moved on."))
    if db.session.scalar(_said_by(report.id, person_id)) is said:
        return report
    with events.recording(report, EventKind.NEIGHBOUR_SAID, by=ANONYMOUS, public=False) as entry:
        db.session.merge(NeighbourAnswer(report_id=report.id, person_id=person_id, said=said, said_at=entry.at))
        db.session.flush()
        before, report.doubts = report.doubts, _doubts(report)
        report.has_news = report.has_news or said is not StillThere.GONE
        entry.data |= {"said": said.value} | ({"first": True} if report.doubts > before == 0 else {})
    return report


def _can_be_doubted(report: Report) -> bool:
    return (
        report.status in DONE
        and report.outcome is Outcome.FIXED
        and report.resolved_at is not None
        and now() <= report.resolved_at + timedelta(days=ANSWER_DAYS)
    )


def _has_neighbours(report: Report) -> bool:
    inside = family.merged_into([report.id])
    ours = Participation.part.in_((Part.AFFECTED, Part.FOLLOWER)) & (Participation.report_id == report.id)
    merged = Participation.report_id.in_(select(inside.c.id)) & Participation.muted_at.is_(None)
    return bool(db.session.scalar(select(exists().where(or_(ours, merged), Participation.ended_at.is_(None)))))


def _doubts(report: Report) -> int:
    """How many doubt this answer; what was said of an earlier one does not count."""
    counted = select(func.count()).where(
        NeighbourAnswer.report_id == report.id,
        NeighbourAnswer.said != StillThere.GONE,
        NeighbourAnswer.said_at >= report.resolved_at,
    )
    return int(db.session.scalar(counted) or 0)


def _said_by(report_id: int, person_id: int) -> Select[StillThere]:
    """What they said of the answer that stands."""
    mine = NeighbourAnswer.report_id == report_id, NeighbourAnswer.person_id == person_id
    return (
        select(NeighbourAnswer.said)
        .join(Report, Report.id == NeighbourAnswer.report_id)
        .where(*mine, NeighbourAnswer.said_at >= Report.resolved_at)
    )


def _read(code: str, token: str) -> tuple[Report, int]:
    try:
        said_code, person_id = _signer().loads(token)
    except (BadSignature, ValueError):
        raise NotFound(_l("This link leads nowhere. Check that it was copied whole.")) from None
    report = find(said_code)
    if report is None or said_code != code or not may(ANONYMOUS, Permission.SEE, report):
        raise NotFound(_l("There is no report with this code that you may see."))
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound(_l("This link leads nowhere. Check that it was copied whole."))
    return report, int(person_id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt="still-there")
