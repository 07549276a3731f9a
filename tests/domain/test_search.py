"""The newest reports that hold some words: the same on both databases, and on PostgreSQL shelf by shelf."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain import queue, search
from app.domain.search import shelves
from app.extensions import unit_of_work
from app.models import Report, ReportText
from app.models.choices import Status
from app.models.report import is_public
from tests import factories
from tests.support.plans import plan_of


def found(session: Session, words: str, *wanted: object, limit: int = 9, **how: object) -> list[int]:
    return list(session.scalars(search.newest(words, *wanted, limit=limit, **how)))


def shown(words: str, **said: object) -> int:
    """A report whose words the public may read."""
    report = factories.a_report(words=words, **said)
    with unit_of_work() as session:
        session.execute(update(ReportText).where(ReportText.report_id == report.id).values(public=ReportText.staff))
    return report.id


@pytest.mark.parametrize("bits", [0, 1, shelves.SHELF_BITS])
def test_the_newest_come_first_whichever_shelf_they_stand_on(
    db_session: Session, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "SHELF_BITS", bits)
    lamps = [shown(f"Đèn hỏng, cột số {number}") for number in range(4)]
    shown("Ngập trước cổng chợ")
    newest = lamps[::-1]
    assert found(db_session, "den") == newest
    assert found(db_session, "hỏng đèn", limit=2) == newest[:2]
    assert found(db_session, "den", before=newest[1]) == newest[2:]
    assert found(db_session, "den cho") == []
    with unit_of_work() as session:
        session.execute(update(Report).where(Report.id == newest[0]).values(status=Status.RECEIVED))
    assert found(db_session, "den", Report.status == Status.NEW) == newest[1:]


def test_a_word_is_found_whole_and_in_english_as_one_or_many(db_session: Session) -> None:
    trench = shown("Ngõi tối, two lamps, one dog, branches, trees", category="street-light")
    assert found(db_session, "ngõi") == [trench]
    assert found(db_session, "ngo") == []
    for words in ("lamp", "lamps", "dog", "dogs", "branch", "branches", "two dogs", "tree"):
        assert found(db_session, words) == [trench], words
    for words in ("lam", "dogss", "bran"):
        assert found(db_session, words) == [], words


@pytest.mark.parametrize("words", ["路灯坏了", "½ ² ๓", "AND", "x" * 60, "482160357", "a"])
def test_whatever_somebody_types_is_a_question_to_both_databases(db_session: Session, words: str) -> None:
    factories.a_report()
    assert found(db_session, words) == []
    for tab in queue.Tab:
        assert not queue.page(queue.Question(tab=tab, words=words), seen_by=factories.dispatcher()).reports


def test_a_page_that_begins_beyond_the_newest_begins_at_the_newest(db_session: Session) -> None:
    lamp = shown("Đèn hỏng")
    assert found(db_session, "den", before=99_999_999) == [lamp]


@pytest.mark.only_postgresql
def test_a_search_asks_the_index_one_shelf_after_the_other(db_session: Session) -> None:
    statement = search.newest("rac", is_public(), limit=21)
    plan = plan_of(db_session, statement, without=("enable_seqscan", "enable_hashjoin", "enable_mergejoin"))
    steps = [line.strip(" ->") for line in plan.splitlines()]
    begins = steps.index("Function Scan on generate_series shelf")
    assert steps[begins - 1] == "Nested Loop", plan
    assert steps[begins + 1] == "Limit", plan
    assert any(step.startswith("Bitmap Index Scan on ix_report_text_") for step in steps), plan
    assert len([step for step in steps if step == "Sort"]) == 1, plan


@pytest.mark.only_postgresql
@pytest.mark.parametrize(("tab", "index"), [(queue.Tab.OPEN, "waiting"), (queue.Tab.DONE, "finished")])
def test_staff_s_words_are_looked_up_within_their_desk(db_session: Session, tab: queue.Tab, index: str) -> None:
    clerk = factories.in_charge_of(factories.a_report())
    statement = queue.statement(queue.Question(tab=tab, words="rac"), clerk, limit=31)
    plan = plan_of(db_session, statement, without=("enable_seqscan", "enable_indexscan"))
    lines = plan.splitlines()
    scans = [number for number, line in enumerate(lines) if f"Bitmap Index Scan on ix_report_text_{index}" in line]
    (unit,) = queue.unit_ids(clerk)
    assert scans, plan
    assert all(f"'@{unit}'" in lines[number + 1].replace("''", "'") for number in scans), plan
