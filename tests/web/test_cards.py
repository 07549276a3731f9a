"""Every list shows a report alike, and a clock that stands still is overdue on none of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain import public_view, workflow
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report, now
from app.models.choices import WaitingFor
from app.web import cards
from tests import factories
from tests.support.application import Clock

pytestmark = pytest.mark.usefixtures("clock", "db_session")


@pytest.fixture
def report(app: Flask, clock: Clock, db_session: Session) -> Report:
    return factories.a_report()


def take(report: Report, move: str, **said: object) -> None:
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, move, by=clerk, details=Details(**said))  # type: ignore[arg-type]


def test_the_public_the_reporter_and_the_desk_are_told_the_same(app: Flask, report: Report) -> None:
    with app.test_request_context():
        shown = [
            cards.public_card(public_view.several([report])[0]),
            cards.own_card(report),
            cards.desk_row(report, names={}),
        ]
    for name in ("code", "category", "icon", "ward", "status", "outcome", "waiting", "age", "affected"):
        assert shown[0][name] == shown[1][name] == shown[2][name], name


def test_a_clock_on_hold_is_overdue_nowhere(app: Flask, report: Report, clock: Clock) -> None:
    take(report, "receive")
    take(report, "pause", words="Mưa", waiting_for=WaitingFor.WEATHER, until=now().date() + timedelta(days=2))
    clock.forward(days=9)
    with app.test_request_context():
        own, row = cards.own_card(report), cards.desk_row(report, names={})
    assert (own["overdue"], own["due"]) == (0, "")
    assert (row["overdue"], "tạm dừng" in row["due_note"]) == (0, True)


def test_a_promise_that_passed_is_overdue_for_the_reporter_too(app: Flask, report: Report, clock: Clock) -> None:
    clock.forward(days=9)
    with app.test_request_context():
        assert cards.own_card(report)["overdue"] == cards.desk_row(report, names={})["overdue"] > 0
