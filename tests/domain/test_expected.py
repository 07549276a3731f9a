"""How long such reports take here: the same figure as counting by hand, told only where enough were fixed."""

import random
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import expected
from app.domain.figures import ALL
from app.extensions import db, unit_of_work
from app.models import FixTime, Report, now
from app.models.choices import Outcome, Status
from tests.factories import a_report

SECOND_WARD = (21.02, 105.80)


def fixed(report: Report, *, took_s: int, days_ago: int = 10, outcome: Outcome = Outcome.FIXED) -> None:
    answered = now() - timedelta(days=days_ago)
    with unit_of_work() as session:
        done = {"status": Status.RESOLVED, "outcome": outcome, "resolved_at": answered}
        done |= {"filed_at": answered - timedelta(seconds=took_s)}
        session.execute(update(Report).where(Report.id == report.id).values(**done))


def test_half_of_them_took_no_longer_and_it_is_the_shortest_such_time(db_session: Session) -> None:
    lots = random.Random(3)
    took = [lots.randrange(3600, 30 * 86_400) for _ in range(11)]
    reports = [a_report() for _ in took]
    for report, seconds in zip(reports, took, strict=True):
        fixed(report, took_s=seconds)
    fixed(a_report(), took_s=60, outcome=Outcome.CANNOT_FIX)  # answered, not fixed
    fixed(a_report(), took_s=60, days_ago=366)  # too long ago
    a_report()  # still open
    expected.renew()
    found = expected.find(reports[0].category_id, reports[0].ward_id)
    assert found == expected.Expected(n=11, half_s=sorted(took)[5], is_ward=True)


def test_where_the_ward_has_too_few_the_whole_city_is_told_of_and_fewer_than_ten_never(db_session: Session) -> None:
    here = [a_report() for _ in range(5)]
    elsewhere = [a_report(lat=SECOND_WARD[0], lng=SECOND_WARD[1]) for _ in range(4)]
    for report in (*here, *elsewhere):
        fixed(report, took_s=7200)
    expected.renew()
    assert here[0].ward_id != elsewhere[0].ward_id
    assert expected.find(here[0].category_id, here[0].ward_id) is None
    fixed(a_report(), took_s=7200)
    expected.renew()
    assert expected.renew() == 0, "twice does no harm, and the worker is not asked for more"
    found = expected.find(here[0].category_id, here[0].ward_id)
    assert found == expected.Expected(n=10, half_s=7200, is_ward=False)
    assert [row.ward_id for row in db.session.scalars(select(FixTime))] == [ALL]
