"""What the public is shown of one report, and what is read for it."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.domain import public_view, workflow
from app.domain.permissions import ANONYMOUS
from app.domain.reports import following
from app.extensions import db, unit_of_work
from app.models import Event, Report
from app.models.choices import EventKind
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")


def test_a_report_that_many_are_affected_by_reads_no_row_for_each_of_them(db_session: Session) -> None:
    report = factories.a_report()
    for browser in range(5):
        with unit_of_work():
            following.join(report.code, by=ANONYMOUS, browser_hash=f"browser-{browser}")
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "receive", by=clerk)
    report_id, read = report.id, []
    db.session.expunge_all()
    report = db.session.get_one(Report, report_id)

    def note(loaded: Event, _context: object) -> None:
        read.append(loaded.kind)

    event.listen(Event, "load", note)
    view = public_view.whole(report)
    event.remove(Event, "load", note)
    assert view.affected == 6
    assert EventKind.JOINED not in read
    assert EventKind.FILED in [line.kind for line in view.events]
