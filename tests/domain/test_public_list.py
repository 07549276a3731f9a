"""What the public may ask of the list: filters, pages by key, what is near, and numbers that add up."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import public_list, public_page, stats, tiles, workflow
from app.domain.city import store
from app.domain.codes import InvalidCode
from app.domain.errors import Invalid
from app.domain.public_filters import Filters, month_after, read
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report
from app.models.choices import Outcome, StatusClass
from tests import factories
from tests.support.application import Clock


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"classes": ["gone"]}, "classes"),
        ({"categories": ["no-such"]}, "category"),
        ({"ward": "99999"}, "ward"),
        ({"first": "November"}, "first"),
        ({"last": "2025-13"}, "last"),
        ({"first": "2025-12", "last": "2025-11"}, "last"),
    ],
)
def test_a_filter_the_city_does_not_know_is_refused_by_name(
    db_session: Session, asked: dict[str, list[str]], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read(**asked)  # type: ignore[arg-type]  # each case names one argument
    assert refused.value.field == field


def test_questions_of_a_kind_share_a_statement_and_each_gets_its_own_answer(db_session: Session, clock: Clock) -> None:
    lamp = factories.a_report(category="street-light", lng=105.84, words="Đèn hỏng").code
    clock.forward(days=40)
    heaps = [factories.a_report(words="Rác").code for _ in range(2)]
    units = {report.code: report.unit_id for report in db_session.scalars(select(Report))}
    wards = {report.code: store.current().ward_of(report.ward_id).code for report in db_session.scalars(select(Report))}

    def found(before: str = "", unit_id: int | None = None, **asked: object) -> list[str]:
        page = public_list.page(read(**asked), before=before, unit_id=unit_id)  # type: ignore[arg-type]
        return [view.code for view in page.views]

    for _ in range(2):
        assert found(categories=["street-light"]) == found(ward=wards[lamp]) == [lamp]
        assert found(categories=["rubbish"]) == found(ward=wards[heaps[0]]) == heaps[::-1]
        assert found(categories=["rubbish", "street-light"]) == [*heaps[::-1], lamp]
        assert found(last="2025-11") == found(unit_id=units[lamp]) == [lamp]
        assert found(last="2026-02") == [*heaps[::-1], lamp]
        assert found(unit_id=units[heaps[0]]) == found(first="2025-12") == heaps[::-1]
        assert found(before=heaps[1]) == [heaps[0], lamp]
        assert found(before=heaps[0]) == [lamp]
        assert found(words="street light") == found(words="lights", ward=wards[lamp]) == [lamp]
        assert found(words="rubbish") == found(words="rubbish", ward=wards[heaps[0]]) == heaps[::-1]
        assert found(words="rubbish", before=heaps[1]) == [heaps[0]]
        assert found(words="rubbish", before=heaps[0]) == found(words="rubbish", ward=wards[lamp]) == []


def test_nothing_asked_means_what_is_open(db_session: Session) -> None:
    assert read().classes == {StatusClass.OPEN}


def test_a_whole_month_ends_where_the_next_begins(db_session: Session, clock: Clock) -> None:
    report = factories.a_report()
    assert month_after(report.filed_at.date().replace(month=12, day=1)).isoformat() == "2026-01-01"
    assert [one.code for one in public_list.page(read(first="2025-11", last="2025-11")).views] == [report.code]
    assert public_list.page(read(first="2025-12")).views == ()
    assert public_list.page(read(last="2025-10")).views == ()


def test_pages_go_by_key_and_meet_every_report_once(db_session: Session) -> None:
    codes = [factories.a_report().code for _ in range(7)]
    seen, before = [], ""
    while True:
        page = public_list.page(Filters(), before=before, limit=3)
        seen += [one.code for one in page.views]
        if page.older is None:
            break
        before = page.older
    assert seen == codes[::-1]
    with pytest.raises(InvalidCode):
        public_list.page(Filters(), before="123")


@pytest.mark.parametrize(("words", "n"), [("rác", 7), ("rác chợ", 0), ("!!!", 7)])
def test_a_search_goes_by_key_too(db_session: Session, words: str, n: int) -> None:
    codes = [factories.a_report().code for _ in range(7)][::-1]
    filters = read(words=words)
    first = public_list.page(filters, limit=4)
    rest = public_list.page(filters, before=first.older or codes[-1], limit=4)
    assert [one.code for one in (*first.views, *rest.views)] == codes[:n]
    found, has_more = tiles.points(filters, limit=5)
    assert ([one.code for one in found], has_more) == (codes[:n][:5], n > 5)


def test_near_is_sorted_by_the_rounded_distance_of_public_points(db_session: Session) -> None:
    lat, lng = factories.HERE
    far = factories.a_report(lat=lat + 0.002)
    close = factories.a_report(category="street-light", lat=lat + 0.0005)
    hidden = factories.a_report(category="staff-conduct")
    found = public_list.near(lat, lng, Filters())
    assert [one.view.code for one in found] == [close.code, far.code]
    assert hidden.code not in {one.view.code for one in found}
    assert [one.distance_m for one in found] == [60, 220]


def test_the_page_says_why_this_unit_and_how_the_promise_was_counted(db_session: Session, clock: Clock) -> None:
    report = factories.a_report()
    page = public_page.find(report.code, "en")
    assert page.view.unit.name.in_("en") in page.why
    assert page.clock.arithmetic is not None
    assert page.clock.arithmetic.due == report.receive_due_at
    who = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "receive", by=who)
    factories.a_minute_later(clock)
    page = public_page.find(report.code, "en")
    assert page.clock.arithmetic is not None
    assert page.clock.arithmetic.due == page.view.handle_due_at


def test_a_problem_that_came_back_names_the_earlier_report(db_session: Session) -> None:
    earlier = _answered(Outcome.CANNOT_FIX)
    again = factories.a_report()
    assert again.recurrence == 2
    assert [one.code for one in public_page.find(again.code, "vi").relatives] == [earlier.code]
    assert [one.code for one in public_page.find(earlier.code, "vi").relatives] == [again.code]


def test_the_numbers_are_sums_of_what_happened(db_session: Session, clock: Clock) -> None:
    _answered(Outcome.CANNOT_FIX)
    late = factories.a_report(category="street-light")
    clock.forward(days=10)
    city = stats.of(stats.CITY)
    assert (city.last_days.filed, city.last_days.resolved, city.last_days.fixed) == (2, 1, 0)
    assert (city.open, city.overdue) == (1, 1)
    assert len(city.months) == stats.MONTHS
    assert sum(month.sums.filed for month in city.months) == 2
    ward = stats.of(stats.WARD, late.ward_id)
    unit = stats.of(stats.UNIT, late.unit_id)
    assert (ward.open, ward.overdue, ward.last_days.filed) == (1, 1, 2)
    assert (unit.open, unit.overdue, unit.last_days.filed) == (1, 1, 1)
    assert stats.by_key(stats.UNIT)[late.unit_id].filed == 1
    clock.forward(days=60)
    assert stats.of(stats.CITY).last_days.filed == 0


def _answered(outcome: Outcome) -> Report:
    report = factories.a_report()
    who = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "receive", by=who)
    with unit_of_work():
        workflow.take(report.code, "resolve", by=who, details=Details(words="Chưa có kinh phí.", outcome=outcome))
    return report
