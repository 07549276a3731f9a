"""The city declares hours that do not count, ends them early, or takes them back while nothing has moved yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import declared
from app.domain.city import store
from app.domain.errors import Invalid, Stale
from app.domain.permissions import Actor, Right
from app.domain.suspensions import reading
from app.extensions import db, undo_seconds
from app.models import Localized, Suspension, now
from app.models.choices import DeclaredKind

LONGEST = timedelta(days=30)
FURTHEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Decision:
    """Nothing said of wards or categories means all of them."""

    reason: Localized
    starts_at: datetime
    until: datetime
    wards: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


def declare(decision: Decision, *, by: Actor) -> Suspension:
    """From the end of its minute on dates move, inside a unit of work. Raises Invalid, with the field.

    Hours that have passed are never declared: who was late by then stays late.
    """
    declared.must_have(by, Right.SUSPEND)
    at = now()
    _check(decision, at)
    suspension = Suspension(
        code=declared.new_code(),
        reason=decision.reason,
        wards=sorted(decision.wards),
        categories=sorted(decision.categories),
        starts_at=max(decision.starts_at, at),
        until=decision.until,
        planned_until=decision.until,
        created_at=at,
        applies_at=at + timedelta(seconds=undo_seconds()),
    )
    db.session.add(suspension)
    db.session.flush()
    store.look_again()
    declared.log(DeclaredKind.SUSPENDED, suspension.code, by=by)
    return suspension


def end(code: str, *, by: Actor) -> None:
    """The hours count again from now on; dates that were not touched since come back by as much."""
    suspension = _mine(code, by)
    at = now()
    if suspension.until <= at:
        raise Stale(_l("These hours are over already."))
    suspension.until = max(at, suspension.starts_at)
    suspension.done_at = None
    declared.log(DeclaredKind.SUSPENSION_ENDED, code, by=by)


def undo(code: str, *, by: Actor) -> None:
    """As if it had never been declared. Only within its minute: after that dates move, and it is ended instead."""
    suspension = _mine(code, by)
    if now() >= suspension.applies_at:
        raise Stale(_l("The time to take this back has passed. End it instead."))
    suspension.undone_at = now()
    declared.log(DeclaredKind.SUSPENSION_UNDONE, code, by=by)


def can_undo(suspension: Suspension) -> bool:
    return suspension.undone_at is None and now() < suspension.applies_at


def _mine(code: str, by: Actor) -> Suspension:
    declared.must_have(by, Right.SUSPEND)
    suspension = reading.get(code, lock=True)
    if suspension.undone_at is not None:
        raise Stale(_l("This decision was taken back."))
    return suspension


def _check(decision: Decision, at: datetime) -> None:
    if not decision.reason.vi.strip():
        raise Invalid(_l("Say the reason; everybody reads it."), field="reason_vi")
    declared.check_wards(decision.wards)
    declared.check_categories(decision.categories)
    if decision.until <= max(decision.starts_at, at):
        raise Invalid(_l("It must end after it begins, and later than now."), field="until")
    if decision.until - max(decision.starts_at, at) > LONGEST or decision.starts_at > at + FURTHEST:
        raise Invalid(_l("At most 30 days, and not more than 60 days ahead."), field="until")
    if any(_overlaps(one, decision, at) for one in _running(at)):
        raise Invalid(
            _l("Some of these hours are suspended there already. End that decision first, or choose other hours."),
            field="starts_at",
        )


def _running(at: datetime) -> list[Suspension]:
    return list(db.session.scalars(select(Suspension).where(Suspension.until > at, Suspension.undone_at.is_(None))))


def _overlaps(one: Suspension, other: Decision, at: datetime) -> bool:
    """The same hour of the same report would be given back twice."""
    return (
        one.starts_at < other.until
        and max(other.starts_at, at) < one.until
        and _meet(one.wards, other.wards)
        and _meet(one.categories, other.categories)
    )


def _meet(some: list[str], others: tuple[str, ...]) -> bool:
    return not some or not others or bool(set(some) & set(others))
