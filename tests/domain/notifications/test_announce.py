"""Which event tells whom, and that it does so once."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.adapters.sms import FakeSms
from app.domain import workflow
from app.domain.notifications import ACCOUNT, AUDIENCE, LetterKind, announce, remind_unconfirmed, send_account
from app.domain.permissions import actor_of
from app.domain.reports import filing, following
from app.domain.workflow import Details
from app.extensions import db, undo_seconds, unit_of_work
from app.jobs.letters import LETTERS
from app.models import Delivery, Event, Person, now
from app.models.choices import DeliveryChannel, DeliveryState, EventKind, Outcome, Role
from tests.factories import a_person, a_report, actor, in_charge_of, its_reporter, staff, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def owed() -> list[Delivery]:
    announce()
    db.session.expire_all()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def kinds() -> list[str]:
    return [one.kind for one in owed()]


def take(report, move, by, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**said))


def confirmed(report):
    with unit_of_work():
        following.confirm_contact(report.code, by=its_reporter(report))
    return report


def test_every_kind_of_event_declares_its_audience_and_every_letter_has_a_writer():
    assert set(AUDIENCE) == set(EventKind)
    assert set(LETTERS) == set(LetterKind)
    used = {told.letter for tellings in AUDIENCE.values() for told in tellings}
    asked_for = {LetterKind.FOLLOW, LetterKind.MY_REPORTS, LetterKind.ALERT_LINK, LetterKind.ALERT, LetterKind.NOTICE}
    assert used | ACCOUNT | asked_for | {LetterKind.CONFIRM_REMINDER, LetterKind.DIGEST} == set(LetterKind)


def test_until_the_address_is_confirmed_only_the_confirmation_goes_out():
    report = a_report()
    take(report, "receive", in_charge_of(report))
    assert kinds() == ["confirm"]
    confirmed(report)
    assert kinds() == ["confirm", "stands"]
    take(report, "start", in_charge_of(report))
    take(report, "plan", in_charge_of(report), words="Chờ lịch", planned_on=now().date() + timedelta(days=3))
    assert kinds() == ["confirm", "stands", "planned"]


def test_what_was_sent_before_the_address_was_confirmed_is_told_once_whoever_announces_when():
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Đã dọn", outcome=Outcome.CANNOT_FIX)
    confirmed(report)  # nothing was announced yet: all of it at once
    assert kinds() == ["stands"]


def test_the_letter_that_tells_where_a_report_stands_waits_for_what_can_still_be_taken_back(clock):
    report = a_report()
    take(report, "receive", in_charge_of(report))
    confirmed(report)
    letter = owed()[-1]
    assert (letter.kind, letter.not_before) == ("stands", now() + timedelta(seconds=undo_seconds()))


def test_a_report_nobody_has_touched_is_confirmed_with_its_receipt():
    report = confirmed(a_report())
    assert kinds()[-1] == "filed"
    assert report.received_at is None


def test_an_account_gets_its_receipt_at_once():
    person = a_person()
    with unit_of_work():
        filing.submit(
            filing.Filing(client_id="x", category="rubbish", lat=21.02, lng=105.76, words="Rác", person_id=person.id),
            by=actor_of(person),
        )
    (letter,) = owed()
    assert (letter.kind, letter.person_id) == ("filed", person.id)


def test_an_event_is_announced_once():
    a_report()
    assert announce() == 2
    assert announce() == 0
    assert len(owed()) == 1


def test_what_staff_send_waits_for_its_minute_and_is_cancelled_by_an_undo():
    report = confirmed(a_report())
    clerk = in_charge_of(report)
    event = take(report, "receive", clerk)
    letter = owed()[-1]
    assert letter.kind == "received"
    assert letter.not_before == event.at + timedelta(seconds=undo_seconds())
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    assert owed()[-1].state is DeliveryState.CANCELLED


def test_what_was_undone_before_it_was_announced_tells_nobody():
    report = confirmed(a_report())
    clerk = in_charge_of(report)
    event = take(report, "receive", clerk)
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    assert "received" not in kinds()
    assert db.session.scalar(select(Event.id).where(Event.announced_at.is_(None))) is None


def test_followers_hear_of_receipt_and_answer_once_even_if_they_are_also_affected():
    report = confirmed(a_report())
    neighbour = a_person()
    for join in (following.join, following.follow):
        with unit_of_work():
            join(report.code, by=actor_of(neighbour))
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Không sửa được", outcome=Outcome.CANNOT_FIX)
    mine = [one for one in owed() if one.person_id == neighbour.id]
    assert [(one.kind, one.data["as"]) for one in mine] == [("received", "followers"), ("answered", "followers")]


def test_a_person_who_is_told_as_reporter_is_not_told_again_as_follower():
    report = confirmed(a_report())
    person = db.session.scalars(select(Person).where(Person.email.is_not(None)).order_by(Person.id)).first()
    with unit_of_work():
        following.follow(report.code, by=actor_of(person))
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Xong", outcome=Outcome.CANNOT_FIX)
    assert [one.data["as"] for one in owed() if one.kind == "answered"] == ["reporter"]


def test_whoever_is_assigned_hears_of_it_but_not_by_their_own_hand():
    report = a_report()
    clerk, lead = staff(unit_of(report)), actor(unit_of(report), Role.LEAD)
    take(report, "assign", lead, assignee_id=clerk.id)
    letter = owed()[-1]
    assert (letter.kind, letter.person_id) == ("assigned", clerk.id)
    assert letter.not_before > now() - timedelta(seconds=1)
    take(report, "take", lead)
    assert kinds().count("assigned") == 1


def test_an_urgent_report_is_told_to_those_whose_desk_shows_it():
    usual = a_report()
    clerk = staff(unit_of(usual))
    limited = staff(unit_of(usual), categories=["street-light"])
    elsewhere = staff("ubnd-10002")
    owed()
    a_report(is_dangerous=True)
    told = {one.person_id for one in owed() if one.kind == "urgent"}
    assert clerk.id in told
    assert not told & {limited.id, elsewhere.id}


def test_a_phone_number_gets_a_text_message_only_where_a_city_has_a_gateway(app, monkeypatch):
    a_report(contact=filing.Contact("", "", "0912345678"))
    assert owed() == []
    monkeypatch.setitem(app.extensions, "sms", FakeSms())
    a_report(contact=filing.Contact("", "", "0912345679"))
    assert [(one.kind, one.channel) for one in owed()] == [("confirm", DeliveryChannel.SMS)]


def test_one_reminder_after_a_day_and_never_another(clock):
    clock.forward(hours=0)
    a_report()
    owed()
    for hours, expected in ((23, 0), (2, 1), (1, 0), (48, 0)):
        clock.forward(hours=hours)
        with unit_of_work():
            assert remind_unconfirmed() == expected


def test_a_confirmed_address_is_never_reminded(clock):
    confirmed(a_report())
    clock.forward(hours=30)
    with unit_of_work():
        assert remind_unconfirmed() == 0


def test_a_letter_about_an_account_is_owed_at_once_and_others_are_refused():
    person = a_person()
    with unit_of_work():
        letter = send_account(person.id, "reset_password", {"link": "/reset/x", "hours": 1})
    assert (letter.event_id, letter.kind, letter.state) == (None, "reset_password", DeliveryState.WAITING)
    with pytest.raises(ValueError, match="not a letter about an account"), unit_of_work():
        send_account(person.id, "answered")


def test_many_events_cost_few_questions(count_queries: Callable[[], AbstractContextManager]):
    for _one in range(12):
        a_report()
    with count_queries() as counted:
        announce()
    reads = [text for text in counted.statements if re.match("SELECT", text)]
    assert len(reads) <= 12, str(counted)


def test_a_receipt_goes_out_once_even_if_the_address_was_confirmed_before_anybody_looked():
    confirmed(a_report())
    assert kinds() == ["filed"]
