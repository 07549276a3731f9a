"""The dry run says what filing would do, and files nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain import routing, trial
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Event, Report
from app.models.choices import EventKind
from tests import factories
from tests.support.application import Clock

pytestmark = pytest.mark.usefixtures("db_session")
PLACES = [(21.02, 105.76), (21.025, 105.765), (21.02, 105.835), (21.02, 105.7952)]
KINDS: list[tuple[str, dict[str, str]]] = [
    ("rubbish", {}),
    ("pothole", {"road": "street"}),
    ("pothole", {"road": "alley"}),
    ("relic-damage", {}),
    ("staff-conduct", {}),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("category", "answers"), KINDS)
@pytest.mark.parametrize("is_dangerous", [False, True])
def test_the_dry_run_agrees_with_what_filing_does_at_the_same_point(
    clock: Clock, place: tuple[float, float], category: str, answers: dict[str, str], is_dangerous: bool
) -> None:
    lat, lng = place
    said: dict[str, Any] = {"category": category, "answers": answers, "is_dangerous": is_dangerous}
    report = factories.a_report(lat=lat, lng=lng, **said)
    plan = trial.run(place=f"{lat}, {lng}", **said).plan
    assert (plan.unit_id, plan.routed.rule_code, plan.severity) == (report.unit_id, report.rule_code, report.severity)
    assert plan.city.wards[plan.ward].id == report.ward_id
    assert (plan.promise.receive_by, plan.promise.handle_by) == (report.receive_due_at, report.handle_due_at)
    routed = db.session.scalars(select(Event).where(Event.kind == EventKind.ROUTED)).one().data
    assert [one.unit for one in plan.routed.runners_up] == routed["runners_up"]
    assert list(plan.routed.reasons) == routed["confirm"]


def test_it_agrees_for_a_ward_alone(clock: Clock) -> None:
    report = factories.a_report(lat=None, lng=None, ward="10004", category="relic-damage")
    plan = trial.run(category="relic-damage", ward="10004", answers={}).plan
    assert (plan.unit_id, plan.routed.rule_code) == (report.unit_id, report.rule_code)
    assert plan.routed.reasons == (routing.RULE_ASKS,)


def test_nothing_is_written() -> None:
    trial.run(category="rubbish", place="21.02, 105.76", answers={})
    assert db.session.scalar(select(func.count(Report.id))) == 0
    assert not db.session.new
    assert not db.session.dirty


def test_near_a_border_the_neighbour_is_named() -> None:
    found = trial.run(category="rubbish", place="21.02, 105.7952", answers={})
    assert routing.BORDER in found.plan.routed.reasons
    assert found.place.other_ward not in (None, found.plan.ward)
    assert found.plan.routed.runners_up


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"category": "nothing"}, "category"),
        ({"category": "rubbish"}, "ward"),
        ({"category": "rubbish", "ward": "99999"}, "ward"),
        ({"category": "rubbish", "place": "somewhere"}, "place"),
        ({"category": "rubbish", "place": "10.77, 106.70"}, "place"),
        ({"category": "pothole", "place": "21.02, 105.76", "answers": {"road": "nothing"}}, "answer_road"),
    ],
)
def test_what_cannot_be_filed_is_refused_at_its_field(said: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        trial.run(**({"answers": {}} | said))
    assert refused.value.field == field
