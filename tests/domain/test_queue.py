"""The queue's heaps: what is on which, in which order, for whom, and answered by which index."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain import composed, queue, workflow
from app.domain.city import store
from app.domain.permissions import Actor
from app.domain.queue import Question, Tab
from app.domain.reports import following
from app.domain.search import desk
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Report, now
from app.models.choices import Outcome, Role, Status, WaitingFor
from tests import factories
from tests.support.application import Clock
from tests.support.plans import is_sorted, plan_of

pytestmark = pytest.mark.usefixtures("clock", "db_session")


def codes(actor: Actor, **asked: object) -> list[str]:
    return [report.code for report in queue.page(Question(**asked), seen_by=actor).reports]  # type: ignore[arg-type]


def take(report: Report, move: str, by: Actor, **said: object) -> None:
    with unit_of_work():
        workflow.take(report.code, move, by=by, details=Details(**said))  # type: ignore[arg-type]


def test_a_clerk_sees_her_unit_and_nothing_else(clock: Clock) -> None:
    mine, theirs = factories.a_report(), factories.a_report(category="street-light")
    clerk = factories.in_charge_of(mine)
    assert codes(clerk) == [mine.code]
    assert codes(factories.in_charge_of(theirs)) == [theirs.code]
    assert sorted(codes(factories.dispatcher())) == sorted([mine.code, theirs.code])
    assert codes(Actor(clerk.kind, clerk.person_id)) == []


def test_a_clerk_limited_to_a_category_sees_only_that() -> None:
    rubbish = factories.a_report()
    unit = factories.unit_of(rubbish)
    assert codes(factories.actor(unit, categories=["pothole"])) == []
    assert codes(factories.actor(unit, categories=["rubbish"])) == [rubbish.code]


def test_what_is_due_first_stands_on_top_and_what_is_late_is_a_heap_of_its_own(clock: Clock) -> None:
    first = factories.a_report()
    clock.forward(hours=1)
    second = factories.a_report()
    clerk = factories.in_charge_of(first)
    assert codes(clerk) == [first.code, second.code]
    assert codes(clerk, tab=Tab.OVERDUE) == []
    clock.forward(hours=23, minutes=30)
    assert codes(clerk, tab=Tab.OVERDUE) == [first.code]
    assert codes(clerk, tab=Tab.TODAY) == [second.code]
    clock.forward(days=4)
    assert codes(clerk, tab=Tab.OVERDUE) == [first.code, second.code]


def test_a_paused_report_is_not_late_but_comes_back_when_its_pause_has_run_out(clock: Clock) -> None:
    report = factories.a_report()
    clerk = factories.in_charge_of(report)
    take(report, "receive", clerk)
    until = (now() + timedelta(days=1)).date()
    take(report, "pause", clerk, words="Mưa to", waiting_for=WaitingFor.WEATHER, until=until)
    clock.forward(days=2)
    assert codes(clerk, tab=Tab.OVERDUE) == []
    assert codes(clerk, tab=Tab.TODAY) == [report.code]


def test_news_come_up_even_when_the_report_is_finished() -> None:
    report = factories.a_report()
    clerk = factories.in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Không sửa được", outcome=Outcome.CANNOT_FIX)
    assert codes(clerk) == []
    with unit_of_work():
        following.add(report.code, "Vẫn thế", by=factories.its_reporter(report))
    assert codes(clerk, tab=Tab.NEWS) == [report.code]
    assert codes(clerk, tab=Tab.DONE) == [report.code]


def test_my_work_is_what_i_received() -> None:
    mine, other = factories.a_report(), factories.a_report()
    clerk = factories.in_charge_of(mine)
    take(mine, "receive", clerk)
    assert codes(clerk, tab=Tab.MINE) == [mine.code]
    assert codes(clerk, assignee=queue.NOBODY) == [other.code]
    assert codes(clerk, assignee=queue.ME, status=Status.RECEIVED) == [mine.code]


def test_what_no_rule_could_route_waits_for_the_dispatcher() -> None:
    report = factories.a_report()
    clerk, dispatcher = factories.in_charge_of(report), factories.dispatcher()
    assert codes(dispatcher, tab=Tab.UNROUTED) == []
    take(report, "return", clerk, words="Chưa rõ", transfer_reason="wrong-unit")
    assert codes(dispatcher, tab=Tab.UNROUTED) == [report.code]
    assert queue.badges(dispatcher)[Tab.UNROUTED] == 1


@pytest.mark.parametrize("tab", [Tab.OPEN, Tab.DONE, Tab.NEWS])
def test_pages_follow_one_another_without_gap_or_double(tab: Tab) -> None:
    reports = [factories.a_report() for _ in range(7)]
    clerk = factories.in_charge_of(reports[0])
    if tab is Tab.DONE:
        for report in reports:
            take(report, "decline", clerk, words="Trùng", refusal="not-ours")
    if tab is Tab.NEWS:
        for report in reports:
            with unit_of_work():
                following.add(report.code, "Thêm", by=factories.its_reporter(report))
    seen: list[str] = []
    after = None
    while True:
        page = queue.page(Question(tab=tab, after=after), seen_by=clerk, limit=3)
        seen += [report.code for report in page.reports]
        after = page.next
        if after is None:
            break
    assert len(seen) == 7
    assert set(seen) == {report.code for report in reports}


def test_two_units_are_one_list_in_due_order(clock: Clock) -> None:
    first = factories.a_report()
    clock.forward(minutes=5)
    second = factories.a_report(category="street-light")
    clock.forward(minutes=5)
    third = factories.a_report()
    one, other = factories.in_charge_of(first), factories.in_charge_of(second)
    both = Actor(one.kind, one.person_id, (*one.grants, *other.grants))
    assert codes(both) == [first.code, second.code, third.code]
    page = queue.page(Question(), seen_by=both, limit=2)
    assert codes(both, after=page.next) == [third.code]


def test_words_find_what_staff_know() -> None:
    report, other = factories.a_report(words="Chuột chết ở cống"), factories.a_report()
    clerk = factories.in_charge_of(report)
    assert codes(clerk, words="chuot cong") == [report.code]
    assert codes(clerk, words=other.code) == [other.code]
    assert codes(clerk, words="rubbish", category="pothole") == []


@pytest.mark.parametrize("few", [0, 99], ids=["read", "looked up"])
@pytest.mark.parametrize("tab", [Tab.OPEN, Tab.DONE])
def test_words_are_found_page_by_page_in_one_unit_and_in_several(
    tab: Tab, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "FEW", few)
    monkeypatch.setattr(desk, "FEW_ON_A_SHELF", few)
    monkeypatch.setattr(composed, "_kept", OrderedDict())  # statements of other tests have another limit in them
    lamps = [factories.a_report(category="street-light", words="Đèn hỏng") for _ in range(2)]
    heaps = [factories.a_report(words="Rác dưới đèn hỏng") for _ in range(2)]
    other = factories.a_report(words="Rác trước chợ")
    dispatcher = factories.dispatcher()
    for report in (*lamps, *heaps, other) if tab is Tab.DONE else ():
        take(report, "receive", by=dispatcher)
        take(report, "resolve", by=dispatcher, words="Đã xong.", outcome=Outcome.CANNOT_FIX)
    one, two = factories.in_charge_of(lamps[0]), factories.in_charge_of(heaps[0])
    both = Actor(one.kind, one.person_id, (*one.grants, *two.grants))
    everything = codes(dispatcher, tab=tab)
    found = [code for code in everything if code != other.code]
    of_two = [code for code in found if code in {report.code for report in heaps}]
    for actor, expected in ((both, found), (dispatcher, found), (two, of_two)):
        seen: list[str] = []
        after = None
        while True:
            page = queue.page(Question(tab=tab, words="den hong", after=after), seen_by=actor, limit=1)
            seen += [report.code for report in page.reports]
            after = page.next
            if after is None:
                break
        assert seen == expected
    assert codes(dispatcher, tab=tab, words="!!!") == everything
    assert codes(dispatcher, tab=tab, words="den xyz") == codes(dispatcher, tab=tab, words="de hong") == []


def test_badges_say_what_the_heaps_hold(clock: Clock) -> None:
    reports = [factories.a_report() for _ in range(3)]
    clerk = factories.in_charge_of(reports[0])
    take(reports[0], "receive", clerk)
    clock.forward(days=3)
    counts = queue.badges(clerk)
    for tab in (Tab.OVERDUE, Tab.TODAY, Tab.NEW, Tab.NEWS, Tab.MINE, Tab.OPEN):
        assert counts[tab] == len(codes(clerk, tab=tab)), tab
    assert counts["publish"] == len(queue.to_publish(clerk).reports) == 3
    limited = factories.in_charge_of(reports[0], categories=["rubbish"])
    assert queue.badges(limited)[Tab.NEW] == counts[Tab.NEW]


def test_badges_stop_counting_at_their_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_COUNTED", 2)
    reports = [factories.a_report() for _ in range(5)]
    clerk = factories.in_charge_of(reports[0])
    assert queue.badges(clerk)["publish"] == 3


@pytest.mark.parametrize(
    ("tab", "role", "index"),
    [
        (Tab.OPEN, Role.CLERK, "q_open"),
        (Tab.OVERDUE, Role.CLERK, "q_open"),
        (Tab.TODAY, Role.CLERK, "q_open"),
        (Tab.NEWS, Role.CLERK, "q_news"),
        (Tab.DONE, Role.CLERK, "q_new"),
        (Tab.OPEN, Role.DISPATCHER, "q_city"),
        (Tab.OVERDUE, Role.DISPATCHER, "q_city"),
    ],
)
def test_each_heap_is_read_from_its_index(db_session: Session, tab: Tab, role: Role, index: str) -> None:
    report = factories.a_report()
    actor = factories.dispatcher() if role is Role.DISPATCHER else factories.in_charge_of(report, role)
    statement = queue.statement(Question(tab=tab), actor, limit=31)
    plan = plan_of(db_session, statement)
    assert re.search(rf"(INDEX|using) {index}\b", plan), plan
    assert not is_sorted(plan), plan


def test_a_page_is_one_query_for_two_units_too(db_session: Session) -> None:
    report, other = factories.a_report(), factories.a_report(category="street-light")
    one, two = factories.in_charge_of(report), factories.in_charge_of(other)
    both = Actor(one.kind, one.person_id, (*one.grants, *two.grants))
    assert len(queue.page(Question(), seen_by=both).reports) == 2
    assert db.session.get_one(Report, report.id).status is Status.NEW


def test_filters_offer_what_occurs_and_everything_where_that_is_too_much_to_look_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = [factories.a_report() for _ in range(3)]
    clerk = factories.in_charge_of(reports[0])
    found = queue.occurring(clerk, Tab.OPEN)
    assert found is not None
    assert (found.category_ids, found.ward_ids) == ({reports[0].category_id}, {reports[0].ward_id})
    monkeypatch.setattr(queue, "LOOKED_THROUGH", 3)
    assert queue.occurring(clerk, Tab.OPEN) is None
    assert queue.occurring(clerk, Tab.DONE) == queue.Occurring(frozenset(), frozenset())


def test_questions_of_a_kind_share_a_statement_and_each_gets_its_own_answer(clock: Clock) -> None:
    reports = [
        factories.a_report(category=category, words=words, lng=lng)
        for category, lng in (("rubbish", 105.76), ("street-light", 105.84))
        for words in ("Rác cạnh đèn hỏng", "Two lamps, one tree")
    ]
    one, two = factories.in_charge_of(reports[0]), factories.in_charge_of(reports[2])
    both = [Actor(who.kind, who.person_id, (*one.grants, *two.grants)) for who in (one, two)]
    for who, report in zip(both, (reports[0], reports[3]), strict=True):
        take(report, "receive", by=who)
    city = store.current()
    wards = {city.ward_of(report.ward_id).code for report in reports}
    firsts = [queue.page(Question(), seen_by=both[0], limit=n).next for n in (1, 2)]
    kinds: list[list[dict[str, object]]] = [
        [{"category": "rubbish"}, {"category": "street-light"}, {"category": "unheard-of"}],
        [{"ward": ward} for ward in sorted(wards)],
        [{"assignee": str(who.person_id)} for who in both],
        [{"assignee": queue.ME}, {"assignee": queue.NOBODY}],
        [{"words": "rac den"}, {"words": "rac meo"}, {"words": "hong canh"}],
        [{"words": "lamp tree"}, {"words": "lamp dog"}, {"words": "lamp"}, {"words": "den"}],
        [{"after": after} for after in firsts],
        [{"after": after, "storm": frozenset()} for after in firsts],
        [{"after": firsts[0], "words": "den", "category": "street-light"}],
    ]
    assert len(wards) == 2
    for kind in kinds:
        for tab in (Tab.OPEN, Tab.MINE, Tab.NEW):
            for asked in (Question(tab=tab, **one) for one in kind):  # type: ignore[arg-type]
                for who in both:
                    alone = db.session.scalars(queue.statement(asked, who, limit=31))
                    expected = [report.code for report in alone]
                    assert [one.code for one in queue.page(asked, seen_by=who).reports] == expected, (asked, who)
    assert codes(both[0], tab=Tab.MINE) == codes(both[0], assignee=queue.ME) == [reports[0].code]
    assert codes(both[1], tab=Tab.MINE) == codes(both[1], assignee=queue.ME) == [reports[3].code]
    assert codes(both[0], words="two tree") == [reports[1].code, reports[3].code]
