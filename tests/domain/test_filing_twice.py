"""The same report sent by two hands at once is one report, and neither hand sees an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import drafts
from app.domain.permissions import ANONYMOUS
from app.domain.reports import filing
from app.extensions import db, unit_of_work
from app.models import Report
from tests.factories import a_filing, a_report

HANDS = 4


def test_the_same_client_id_sent_at_the_same_moment_is_one_report(app: Flask, db_session: Session) -> None:
    asked, start = a_filing(), Barrier(HANDS)

    def send(_hand: int) -> tuple[str, bool]:
        with app.app_context():
            start.wait(10)
            with unit_of_work():
                filed = filing.submit(asked, by=ANONYMOUS)
                return filed.report.code, filed.is_new

    with ThreadPoolExecutor(HANDS) as hands:
        said = list(hands.map(send, range(HANDS)))
    assert len({code for code, _is_new in said}) == 1
    assert sorted(is_new for _code, is_new in said) == [False] * (HANDS - 1) + [True]
    db.session.rollback()
    assert db_session.scalar(select(func.count(Report.id))) == 1


def test_what_was_filed_without_its_draft_is_the_same_report_with_it(db_session: Session) -> None:
    with unit_of_work():
        draft, _cookie = drafts.begin()
        draft_id, client_id = draft.id, draft.client_id
    first = a_report(client_id=client_id)
    with unit_of_work():
        again = filing.submit(a_filing(client_id=client_id, draft_id=draft_id), by=ANONYMOUS)
    assert (again.report.code, again.is_new) == (first.code, False)
    assert db_session.scalar(select(func.count(Report.id))) == 1
