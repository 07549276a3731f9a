"""Similar reports around a place."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.domain.reports import nearby
from app.extensions import unit_of_work
from app.models import Report, Words, now
from app.models.choices import Outcome, Publication, Status
from tests.factories import HERE, a_report

NORTH_10_M = 0.00009  # degrees of latitude
pytestmark = pytest.mark.usefixtures("db_session")


def answered(report: Report, days_ago: int) -> None:
    with unit_of_work() as session:
        done = {"status": Status.RESOLVED, "outcome": Outcome.FIXED, "resolved_at": now() - timedelta(days=days_ago)}
        session.execute(update(Report).where(Report.id == report.id).values(**done))


def found(**more: object) -> list[int]:
    return [one.report.id for one in nearby.similar("rubbish", *HERE, **more)]


def test_the_nearest_come_first_whether_open_or_answered_lately():
    far, middle, near = (a_report(lat=HERE[0] + tens * NORTH_10_M).id for tens in (5, 3, 1))
    answered(lately := a_report(lat=HERE[0] + 2 * NORTH_10_M), days_ago=13)
    answered(a_report(lat=HERE[0] + NORTH_10_M), days_ago=15)
    assert found() == [near, middle, far]
    assert found(also_done=True) == [near, lately.id, middle, far]
    assert found(also_done=True, limit=2) == [near, lately.id]


def test_however_many_lie_there_two_queries_find_the_nearest(count_queries):
    asked = []
    for _ in range(2):
        for tens in range(3):
            a_report(lat=HERE[0] + tens * NORTH_10_M)
        with count_queries() as counted:
            nearby.similar("rubbish", *HERE, also_done=True)
        asked.append(counted.count)
    assert asked[0] == asked[1] <= 3  # the city in force is asked for once


def test_of_two_at_the_same_distance_the_one_told_in_like_words_comes_first():
    said = {"lat": HERE[0] + 4 * NORTH_10_M, "words": "Tủ lạnh hỏng bỏ ở gốc cây"}
    like, other = a_report(**said), a_report(lat=HERE[0] + 3 * NORTH_10_M, words="Rác sinh hoạt bốc mùi")
    with unit_of_work() as session:
        session.execute(update(Report).values(publication=Publication.FULL))
        session.execute(update(Words).values(public_text=Words.original))
    for words, first in (("tu lanh bo goc cay", like), ("rác bốc mùi", other)):
        found = nearby.perhaps_the_same("rubbish", *HERE, words)
        assert found[0][0].code == first.code
