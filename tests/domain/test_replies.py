"""What a ready answer says for {due}: the promise as it will stand once the answer is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain import promises, replies, wording, workflow
from app.domain.city import store
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Localized, Report, UnitTemplate, now
from app.models.choices import Outcome, Status, WaitingFor
from tests.factories import a_report, in_charge_of
from tests.support.application import Clock

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def report(clock: Clock) -> Report:
    made = a_report()
    with unit_of_work() as session:
        text = Localized("Chậm nhất {due}.", "By {due}.")
        session.add(
            UnitTemplate(unit_id=made.unit_id, title=Localized("a", "a"), text=text, for_moves=[], created_at=now())
        )
    return made


def take(report: Report, move: str, **details: Any) -> Report:
    clerk = in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, move, by=clerk, details=Details(**details))
    db.session.expire_all()
    return db.session.get_one(Report, report.id)


def text_for(report: Report, move: str = "note") -> str:
    found = replies.for_step(report, move, link="")
    return next(one.text for one in found if one.code.startswith("unit-"))


def due(moment: datetime) -> str:
    return wording.say_due(moment, "vi", now(), store.current().timezone)


def put_on_hold(report: Report) -> Report:
    until = (now() + timedelta(days=7)).date()
    report = take(report, "pause", waiting_for=WaitingFor.WEATHER, until=until, words="Chờ hết mưa")
    assert report.status is Status.WAITING
    return report


def test_before_receipt_it_is_what_receiving_now_will_promise(report: Report) -> None:
    text = text_for(report, "receive")
    report = take(report, "receive")
    assert text == f"Chậm nhất {due(report.handle_due_at)}."


def test_at_work_it_is_the_promise(report: Report) -> None:
    report = take(report, "receive")
    assert text_for(report) == f"Chậm nhất {due(report.handle_due_at)}."


def test_on_hold_it_is_the_promise_as_it_will_run_on_and_the_hold_is_named(report: Report, clock: Clock) -> None:
    report = take(report, "receive")
    clock.forward(days=1)
    report = put_on_hold(report)
    until, then, text = report.due_at, promises.at_the_latest(store.current(), report), text_for(report)
    assert until is not None
    assert then > until
    assert text == f"Chậm nhất {due(then)} (đang tạm dừng đến {due(until)})."
    clock.set(until)
    report = take(report, "resume")
    assert report.handle_due_at == then


def test_a_hold_that_came_too_late_moves_no_promise(report: Report, clock: Clock) -> None:
    report = take(report, "receive")
    clock.forward(days=30)
    report = put_on_hold(report)
    assert text_for(report).startswith(f"Chậm nhất {due(report.handle_due_at)} (đang tạm dừng đến")


def test_opening_again_promises_anew(report: Report, clock: Clock) -> None:
    take(report, "receive")
    take(report, "start")
    report = take(report, "resolve", outcome=Outcome.CANNOT_FIX, words="Chưa có vật tư")
    clock.forward(days=3)
    text = text_for(report, "reopen")
    assert text == f"Chậm nhất {due(promises.anew(store.current(), report, now()))}."
    assert due(report.handle_due_at) not in text
