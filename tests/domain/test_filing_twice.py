"""The same report sent by two hands at once is one report, and neither hand sees an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import drafts
from app.domain.permissions import ANONYMOUS
from app.domain.reports import filing
from app.extensions import db, unit_of_work
from app.models import Report
from tests.factories import a_filing, a_report
from tests.support.two_hands import while_the_first_is_not_done

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


@pytest.mark.only_postgresql  # on SQLite writers come one after the other
@pytest.mark.parametrize("first_has_draft", [True, False], ids=["draft first", "draft second"])
def test_with_and_without_its_draft_at_the_same_moment_is_one_report(
    app: Flask, db_session: Session, first_has_draft: bool
) -> None:
    with unit_of_work():
        draft, cookie = drafts.begin()
        draft_id, client_id = draft.id, draft.client_id
    db.session.rollback()

    def send(has_draft: bool) -> str:
        if has_draft:
            drafts.find_draft(cookie, lock=True)
        asked = a_filing(client_id=client_id, draft_id=draft_id if has_draft else None)
        return filing.submit(asked, by=ANONYMOUS).report.code

    def second() -> str:
        with unit_of_work():
            return send(not first_has_draft)

    codes: list[str] = []
    later = while_the_first_is_not_done(app, lambda: codes.append(send(first_has_draft)), second)
    assert later.result(10) == codes[0]
    assert db_session.scalar(select(func.count(Report.id))) == 1
