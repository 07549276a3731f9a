"""What time alone decides: pauses that end, objections that do not come, transfers that nobody accepts.

Every report is moved in a unit of work of its own, by the table of moves, in the city's own name. What somebody has
moved meanwhile is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, literal_column, or_, select, update

from app.domain import drafts, notifications, search, settling, workflow
from app.domain.accounts import joining
from app.domain.city import store
from app.domain.errors import Refusal
from app.domain.permissions import SYSTEM
from app.domain.reports import afterwards
from app.domain.reports.find import get_for_change
from app.extensions import db, unit_of_work
from app.models import OneTimeCode, Report, ReportContact, now
from app.models.choices import OPEN, Status
from app.models.report import is_open

BATCH = 50
CONTACT_KEPT = timedelta(days=14)
CODE_KEPT = timedelta(days=1)

log = logging.getLogger(__name__)


def turn() -> int:
    """All clocks of reports once; answers how many moved."""
    return release_held() + wake_waiting() + return_unaccepted() + close_answered()


def release_held(limit: int = BATCH) -> int:
    """The time in which the reporter may still edit is over: the report goes into its unit's queue."""
    window = timedelta(minutes=store.current().settings.edit_window_minutes)
    over: tuple[ColumnElement[bool], ...] = (
        literal_column("report.status = 'held'"),
        Report.filed_at <= now() - window,
    )
    return _move("release", over, Report.filed_at, limit)


def wake_waiting(limit: int = BATCH) -> int:
    """A pause ends by itself: the clock runs again with the minutes that were left. Silence alone refuses nothing."""
    return _move("resume", (is_open(), Report.status == Status.WAITING, Report.due_at <= now()), Report.due_at, limit)


def return_unaccepted(limit: int = BATCH) -> int:
    """A transfer that was not accepted in time goes to the dispatcher, unless it lies there already."""
    city = store.current()
    late = (
        is_open(),
        Report.is_transferred,
        Report.status == Status.NEW,
        Report.due_at < now(),
        Report.unit_id != city.units[city.dispatch].id,
    )
    return _move("not_accepted", late, Report.due_at, limit)


def close_answered(limit: int = BATCH) -> int:
    """Nobody objected in time: the report is closed for good."""
    quiet = (Report.object_until.is_not(None), Report.object_until <= now(), Report.status == Status.RESOLVED)
    return _move("close", quiet, Report.object_until, limit)


def _move(move: str, conditions: Sequence[Any], since: Any, limit: int) -> int:
    """Those that have waited longest first: in the order of their own index, so that no clock walks every report."""
    codes = db.session.scalars(select(Report.code).where(*conditions).order_by(since).limit(limit)).all()
    return sum(_move_one(code, move, conditions) for code in codes)


def _move_one(code: str, move: str, conditions: Sequence[ColumnElement[bool]]) -> bool:
    try:
        with unit_of_work():
            still = db.session.scalar(select(Report.id).where(Report.code == code, *conditions).with_for_update())
            if still is None:
                return False
            workflow.take(code, move, by=SYSTEM)
    except Refusal as error:
        log.warning("%s: %s", move, type(error).__name__, extra={"report": code})
        return False
    log.info("%s by the clock", move, extra={"report": code})
    return True


def ask_around(limit: int = BATCH) -> int:
    """A week after something was fixed, those who are affected are asked whether it is really gone."""
    asked = 0
    for code in afterwards.due(limit):
        with unit_of_work():
            asked += afterwards.ask_around(code)
    return asked


def show_settled(limit: int = BATCH) -> int:
    """Steps whose time to be taken back is over: what waited for it becomes public, and can be searched for."""
    due = select(Report.code).where(Report.settles_at.is_not(None), Report.settles_at <= now())
    codes = db.session.scalars(due.order_by(Report.settles_at).limit(limit)).all()
    for code in codes:
        with unit_of_work():
            report = get_for_change(code, by=SYSTEM)
            settling.settle(report, now())
            search.refresh(report)
    return len(codes)


def remind() -> int:
    """One reminder to whoever has not confirmed an address after a day; answers to how many."""
    with unit_of_work():
        return notifications.remind_unconfirmed()


def forget() -> int:
    """Drafts, codes, sign-ups and typed addresses whose time is over. Their reports stay."""
    with unit_of_work():
        codes = db.session.scalars(
            delete(OneTimeCode).where(OneTimeCode.expires_at < now() - CODE_KEPT).returning(OneTimeCode.id)
        ).all()
    with unit_of_work():
        gone = drafts.sweep()
    with unit_of_work():
        gone += joining.forget_unconfirmed()
    return len(codes) + gone + forget_contacts()


def forget_contacts(limit: int = BATCH) -> int:
    """An address that was typed and never confirmed is forgotten after 14 days.

    A phone number is kept as long as the report is open: staff may need to call, and no link can confirm it.
    """
    is_over = Report.status.not_in(OPEN)
    old = (
        select(ReportContact.report_id)
        .join(Report, Report.id == ReportContact.report_id)
        .where(
            ReportContact.confirmed_at.is_(None),
            Report.filed_at < now() - CONTACT_KEPT,
            or_(ReportContact.email != "", (ReportContact.phone != "") & is_over),
        )
        .order_by(ReportContact.report_id)
        .limit(limit)
    )
    ids = db.session.scalars(old).all()
    if not ids:
        return 0
    with unit_of_work():
        ended = select(Report.id).where(Report.id.in_(ids), is_over)
        mine = ReportContact.report_id.in_(ids) & ReportContact.confirmed_at.is_(None)
        db.session.execute(update(ReportContact).where(mine).values(email=""))
        db.session.execute(
            update(ReportContact).where(mine, ReportContact.report_id.in_(ended)).values(name="", phone="")
        )
    return len(ids)
