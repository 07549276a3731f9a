"""Two hundred made reports come in through the domain's own door; each is there once, every figure its sum."""

from __future__ import annotations

import dataclasses
import random

import pytest
from sqlalchemy import func, select

from app.domain import figures
from app.domain.city import store
from app.domain.permissions import ANONYMOUS
from app.domain.reports import filing
from app.extensions import db, unit_of_work
from app.models import Event, Report
from app.models.choices import EventKind
from tests.factories import HERE, a_filing

pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("db_session")]
ROWS = 200


def made(number: int, lots: random.Random) -> filing.Filing:
    """One row of a made-up file: a category, its required answers, a place near the centre of the city."""
    category = lots.choice([one for one in store.current().categories.values() if not one.stops])
    answers = {
        question.code: lots.choice([one.code for one in question.choices if not one.stopper])
        for question in category.questions
        if question.choices
    }
    return a_filing(
        client_id=f"row-{number}",
        category=category.code,
        answers=answers,
        lat=HERE[0] + lots.uniform(-0.004, 0.004),
        lng=HERE[1] + lots.uniform(-0.004, 0.004),
        words=f"Dòng {number}: cần xử lý",
    )


def test_two_hundred_rows_come_in_once_each_though_a_third_is_sent_twice() -> None:
    lots = random.Random(7)
    rows = [made(number, lots) for number in range(ROWS)]
    sent = rows + [dataclasses.replace(row) for row in lots.sample(rows, ROWS // 3)]
    lots.shuffle(sent)
    codes: dict[str, set[str]] = {}
    for row in sent:
        with unit_of_work():
            codes.setdefault(row.client_id, set()).add(filing.submit(row, by=ANONYMOUS).report.code)
    assert {len(given) for given in codes.values()} == {1}
    assert db.session.scalar(select(func.count()).select_from(Report)) == ROWS
    filed = select(func.count()).select_from(Event).where(Event.kind == EventKind.FILED)
    assert db.session.scalar(filed) == ROWS
    assert figures.verify() == []
    print(f"\n{len(sent)} rows sent, {ROWS} of {ROWS} there once, figures clean")
