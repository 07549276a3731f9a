"""A report moves along the table, its clock with it; what staff send can be taken back for a minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain import figures, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.permissions import SYSTEM
from app.domain.reports import following
from app.domain.workflow import MOVES, Details, Letter
from app.domain.workflow.effects import EFFECTS
from app.extensions import db, unit_of_work
from app.models import Event, Report, Words, now
from app.models.choices import (
    EventKind,
    Outcome,
    Rating,
    RatingReason,
    Role,
    Severity,
    Status,
    WaitingFor,
)
from tests.factories import HERE, a_report, actor, dispatcher, in_charge_of, its_reporter, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def take(report, move, by, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**said))


def at_work(clerk=None):
    report = a_report()
    clerk = clerk or in_charge_of(report)
    take(report, "receive", clerk)
    return report, clerk


def test_every_move_has_its_effect():
    assert {move.code for move in MOVES} == set(EFFECTS)


def test_receiving_starts_the_handling_clock_and_never_makes_it_later(clock):
    report = a_report()
    promised = report.handle_due_at
    clock.forward(hours=1)
    take(report, "receive", in_charge_of(report))
    assert report.status is Status.RECEIVED
    assert report.due_at == report.handle_due_at <= promised
    assert report.first_handle_due_at == promised


def test_a_clerk_of_another_unit_cannot_move_it():
    report = a_report()
    with pytest.raises(Forbidden):
        take(report, "receive", actor("ubnd-10002"))


def test_a_clerk_limited_to_other_wards_cannot_move_it():
    report = a_report()
    with pytest.raises(Forbidden):
        take(report, "receive", in_charge_of(report, wards=["10002"]))


def test_a_form_drawn_before_somebody_elses_step_is_stale():
    report, clerk = at_work()
    with pytest.raises(Stale), unit_of_work():
        workflow.take(report.code, "start", by=clerk, version=1)


def test_an_answer_needs_words():
    report, clerk = at_work()
    with pytest.raises(Invalid) as refused:
        take(report, "resolve", clerk, outcome=Outcome.CANNOT_FIX)
    assert refused.value.field == "words"


def test_nothing_found_needs_a_visit(clock):
    report, clerk = at_work()
    with pytest.raises(Invalid) as refused:
        take(report, "resolve", clerk, words="Không thấy", outcome=Outcome.NOTHING_FOUND)
    assert refused.value.field == "visit_on"
    take(report, "resolve", clerk, words="Không thấy", outcome=Outcome.NOTHING_FOUND, visit_on=clock.now.date())
    assert (report.status, report.outcome) == (Status.RESOLVED, Outcome.NOTHING_FOUND)


def test_fixed_needs_proof_where_the_category_says_so():
    report = a_report(category="pothole", answers={"road": "alley"})
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    with pytest.raises(Invalid) as refused:
        take(report, "resolve", clerk, words="Đã vá", outcome=Outcome.FIXED)
    assert refused.value.field == "photos"


def test_referred_names_the_body_outside():
    report, clerk = at_work()
    with pytest.raises(Invalid):
        take(report, "resolve", clerk, words="Đã chuyển", outcome=Outcome.REFERRED)
    for letter, field in (
        (Letter("Cục Đường bộ"), "letter_number"),
        (Letter("Cục Đường bộ", "12/CV"), "letter_on"),
        (Letter("Cục Đường bộ", "12/CV", now().date() + timedelta(days=2)), "letter_on"),
    ):
        with pytest.raises(Invalid) as refused:
            take(report, "resolve", clerk, words="Đã chuyển", outcome=Outcome.REFERRED, letter=letter)
        assert refused.value.field == field
    whole = Letter("Cục Đường bộ", "12/CV", now().date())
    event = take(report, "resolve", clerk, words="Đã chuyển", outcome=Outcome.REFERRED, letter=whole)
    assert event.data["letter"] == {"body": "Cục Đường bộ", "number": "12/CV", "on": now().date().isoformat()}


def test_a_second_problem_becomes_a_report_of_its_own_with_its_own_unit_and_clock(clock):
    report = a_report()
    clock.forward(days=1)
    with pytest.raises(Invalid) as refused:
        take(report, "split", dispatcher(), words="Còn đèn hỏng", category="rubbish")
    assert refused.value.field == "category"
    event = take(report, "split", dispatcher(), words="Còn đèn hỏng", category="street-light")
    child = db.session.scalars(select(Report).where(Report.code == event.data["child"])).one()
    assert (child.split_from_id, unit_of(child), child.status) == (report.id, "so-ha-tang", Status.NEW)
    assert (child.lat, child.lng, child.filed_at) == (report.lat, report.lng, now())
    words = db.session.scalars(select(Words.original).where(Words.report_id == child.id)).all()
    assert words == ["Rác chất đống trước cổng trường"]
    assert event.batch is None
    assert unit_of(report) == "ubnd-10001"


def test_a_second_problem_that_asks_the_reporter_for_more_is_filed_anew():
    with pytest.raises(Invalid) as refused:
        take(a_report(), "split", dispatcher(), words="Còn ổ gà", category="pothole")
    assert refused.value.field == "category"


@pytest.mark.parametrize("words", ["Vì [lý do cụ thể].", "Chưa làm được vì [specific reason]"])
def test_an_answer_with_an_unfilled_blank_is_not_sent(words):
    report, clerk = at_work()
    with pytest.raises(Invalid) as refused:
        take(report, "resolve", clerk, words=words, outcome=Outcome.CANNOT_FIX)
    assert refused.value.field == "words"
    take(report, "note", clerk, words=words)  # among colleagues brackets are brackets


def test_a_merge_into_another_category_or_far_away_asks_whether_it_is_the_same_problem():
    report, near = a_report(), a_report()
    far = a_report(lat=HERE[0] + 0.004)
    other = a_report(category="street-light")
    for head in (far, other):
        with pytest.raises(Invalid) as refused:
            take(report, "merge", dispatcher(), merge_into=head.code)
        assert refused.value.field == "is_sure"
    take(a_report(), "merge", dispatcher(), merge_into=near.code)
    take(report, "merge", dispatcher(), merge_into=far.code, is_sure=True)
    assert report.merged_into_id == far.id


def test_a_pause_stops_the_clock_and_going_on_keeps_the_minutes_that_were_left(clock):
    report, clerk = at_work()
    due, left_of = report.due_at, clock.now
    take(report, "pause", clerk, words="Mưa to", waiting_for=WaitingFor.WEATHER, until=clock.now.date() + timedelta(7))
    assert report.status is Status.WAITING
    assert report.remaining_minutes
    assert report.due_at > due - (due - left_of)
    clock.forward(days=7)
    event = take(report, "resume", clerk)
    assert report.due_at == report.handle_due_at > due
    assert event.data["due_was"] == int(due.timestamp())


def test_the_city_says_how_often_the_reporter_is_asked(monkeypatch):
    city = store.current()
    once = replace(city, settings=replace(city.settings, max_questions_to_reporter=1))
    report, clerk = at_work()
    monkeypatch.setattr(store, "current", lambda: once)
    take(report, "ask", clerk, words="Ngõ số mấy?")
    take(report, "reply", its_reporter(report), words="Ngõ 12")
    with pytest.raises(Forbidden):
        take(report, "ask", clerk, words="Lần nữa?")


def test_the_reporter_is_asked_at_most_twice(clock):
    report, clerk = at_work()
    for _time in range(2):
        take(report, "ask", clerk, words="Ngõ số mấy?")
        take(report, "reply", its_reporter(report), words="Ngõ 12")
    with pytest.raises(Forbidden):
        take(report, "ask", clerk, words="Lần nữa?")


def test_planned_work_is_due_on_its_day_and_the_first_promise_stays(clock):
    report, clerk = at_work()
    first = report.first_handle_due_at
    take(report, "plan", clerk, words="Đợt sửa quý I", planned_on=date(2026, 1, 15))
    assert report.status is Status.PLANNED
    assert report.due_at.astimezone().date() >= date(2026, 1, 15)
    assert report.first_handle_due_at == first


def test_one_extension_with_a_leads_approval(clock):
    report, clerk = at_work()
    lead = in_charge_of(report, Role.LEAD)
    until = (report.handle_due_at + timedelta(days=7)).date()
    take(report, "ask_extension", clerk, words="Chờ vật tư", until=until)
    with pytest.raises(Forbidden):
        take(report, "extend", clerk)
    old = report.handle_due_at
    take(report, "extend", lead)
    assert report.handle_due_at > old
    assert report.due_at == report.handle_due_at
    with pytest.raises(Forbidden):
        take(report, "ask_extension", clerk, words="Lần nữa", until=until + timedelta(7))


def a_transfer(report, by, to):
    return take(report, "transfer", by, words="Không thuộc địa bàn", transfer_to=to, transfer_reason=any_reason())


def any_reason():
    from app.domain.city import store

    return next(iter(store.current().transfers))


def test_a_transfer_gives_the_new_unit_its_time_and_keeps_the_residents_date(clock):
    report, clerk = at_work()
    due = report.handle_due_at
    a_transfer(report, clerk, "so-ha-tang")
    assert (unit_of(report), report.status, report.is_transferred) == ("so-ha-tang", Status.NEW, True)
    assert report.due_at < due == report.handle_due_at
    event = take(report, "receive", in_charge_of(report))
    assert event.kind is EventKind.ACCEPTED
    assert report.due_at == due


def test_a_return_to_a_former_unit_goes_to_the_dispatcher():
    report, clerk = at_work()
    a_transfer(report, clerk, "so-ha-tang")
    event = a_transfer(report, in_charge_of(report), "ubnd-10001")
    assert event.kind is EventKind.RETURNED
    assert event.data["guard"] == "former"
    assert unit_of(report) == "dieu-phoi"


def test_the_third_transfer_goes_to_the_dispatcher_whose_word_is_final():
    report, clerk = at_work()
    a_transfer(report, clerk, "so-ha-tang")
    a_transfer(report, in_charge_of(report), "so-van-hoa")
    event = a_transfer(report, in_charge_of(report), "dien-luc")
    assert event.data["guard"] == "third"
    a_transfer(report, dispatcher(), "ubnd-10001")
    assert unit_of(report) == "ubnd-10001"


def a_refusal(report, by):
    from app.domain.city import store

    return take(report, "decline", by, words="Ngoài thẩm quyền", refusal=next(iter(store.current().refusals)))


def test_a_refusal_can_be_appealed_once_and_somebody_else_decides():
    report, _clerk = at_work()
    lead = in_charge_of(report, Role.LEAD)
    a_refusal(report, lead)
    take(report, "appeal", its_reporter(report), words="Xin xem lại")
    with pytest.raises(Forbidden):
        take(report, "grant_appeal", lead, words="Nhận lại")
    take(report, "grant_appeal", in_charge_of(report, Role.LEAD), words="Nhận lại")
    assert report.status is Status.RECEIVED
    assert report.due_at
    assert not report.is_appeal_open


def resolved():
    report, clerk = at_work()
    take(report, "resolve", clerk, words="Đã dọn", outcome=Outcome.CANNOT_FIX)
    return report, clerk


def test_not_handled_reopens_with_a_clock_of_its_own(clock):
    report, _clerk = resolved()
    clock.forward(days=1)
    with unit_of_work():
        following.rate(
            report.code, Rating.UNSATISFIED, by=its_reporter(report), reason=RatingReason.NOT_HANDLED, text="Vẫn còn"
        )
    assert (report.status, report.reopened) == (Status.RECEIVED, 1)
    assert report.due_at > clock.now


def test_another_unhappy_reason_does_not_reopen_by_itself():
    report, _clerk = resolved()
    with unit_of_work():
        following.rate(report.code, Rating.UNSATISFIED, by=its_reporter(report), reason=RatingReason.LATE)
    assert report.status is Status.RESOLVED


def test_a_satisfied_reporter_closes_the_report():
    report, _clerk = resolved()
    with unit_of_work():
        following.rate(report.code, Rating.SATISFIED, by=its_reporter(report))
    assert report.status is Status.CLOSED
    with pytest.raises(Stale), unit_of_work():
        following.rate(report.code, Rating.SATISFIED, by=its_reporter(report))


def test_the_city_closes_what_nobody_objected_to(clock):
    report, _clerk = resolved()
    take(report, "close", SYSTEM)
    assert report.status is Status.CLOSED


def test_a_withdrawn_report_is_public_no_more():
    report = a_report()
    take(report, "withdraw", its_reporter(report))
    assert (report.status, report.publication.value) == (Status.WITHDRAWN, "none")
    assert figures.verify() == []


def test_a_merge_counts_the_head_and_can_be_taken_back():
    head, child = a_report(), a_report()
    chief = dispatcher()
    take(child, "merge", chief, merge_into=head.code)
    assert (child.status, head.affected) == (Status.MERGED, 2)
    take(child, "unmerge", chief)
    assert (child.status, head.affected, child.merged_into_id) == (Status.NEW, 1, None)
    assert child.due_at == child.receive_due_at
    assert figures.verify() == []


def test_undo_within_a_minute_puts_everything_back(clock):
    report, clerk = at_work()
    before = {name: getattr(report, name) for name in ("status", "outcome", "due_at", "object_until", "resolved_at")}
    event = take(report, "resolve", clerk, words="Đã dọn", outcome=Outcome.CANNOT_FIX)
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    report = db.session.get_one(Report, report.id)
    assert {name: getattr(report, name) for name in before} == before
    assert db.session.scalars(select(Words.public_text).where(Words.event_id == event.id)).all() == [None]
    assert figures.verify() == []


def test_undo_is_over_after_a_minute(clock):
    report, clerk = at_work()
    event = take(report, "start", clerk)
    clock.forward(seconds=61)
    with pytest.raises(Stale), unit_of_work():
        workflow.undo(event.id, by=clerk)


def test_only_the_newest_step_is_taken_back_and_only_by_its_own_hand(clock):
    report, clerk = at_work()
    event, colleague = take(report, "start", clerk), in_charge_of(report)
    with pytest.raises(Forbidden), unit_of_work():
        workflow.undo(event.id, by=colleague)
    take(report, "note", clerk, words="Ghi chú")
    with pytest.raises(Stale), unit_of_work():
        workflow.undo(event.id, by=clerk)


def test_a_heavier_severity_needs_the_lead():
    report, clerk = at_work()
    with pytest.raises(Forbidden):
        take(report, "reclassify", clerk, words="Phức tạp", severity=Severity.COMPLEX)
    old = report.handle_due_at
    take(report, "reclassify", in_charge_of(report, Role.LEAD), words="Phức tạp", severity=Severity.COMPLEX)
    assert report.handle_due_at > old


def test_an_event_holds_codes_and_never_words():
    report, clerk = at_work()
    take(report, "note", clerk, words="Bí mật nội bộ")
    for data in db.session.scalars(select(Event.data).where(Event.report_id == report.id)):
        assert "Bí mật" not in str(data)
