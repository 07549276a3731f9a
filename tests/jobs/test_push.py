"""A step is told on every device that asked for it, once, and on none that is gone."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.adapters.mail import FakeMail, NotNow
from app.adapters.push import FakePush, Gone, Mailbox
from app.domain import devices, workflow
from app.domain.errors import Forbidden, Invalid
from app.domain.notifications import announce
from app.domain.permissions import ANONYMOUS, link_to
from app.domain.reports import erasing, filing, secret_of
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs.deliver import deliver
from app.models import Delivery, Device, Report
from app.models.choices import DeliveryChannel, DeliveryState, Outcome
from tests.adapters.test_push import BOX
from tests.factories import a_person, a_report, in_charge_of
from tests.support.application import Clock

pytestmark = pytest.mark.usefixtures("db_session")


def box(name: str = "one") -> Mailbox:
    return Mailbox(f"https://push.example/{name}", BOX.key, BOX.secret)


@pytest.fixture
def phone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FakePush:
    fake = FakePush()
    monkeypatch.setitem(app.extensions, "push", fake)
    monkeypatch.setitem(app.extensions, "mail", FakeMail())
    return fake


def keep(report: Report, name: str = "one") -> None:
    with unit_of_work():
        devices.keep_for_report(report.code, box(name), by=link_to(report))


def answer(report: Report, clock: Clock) -> None:
    by = in_charge_of(report)
    for move, said in (
        ("receive", Details()),
        ("start", Details()),
        ("resolve", Details(words="Đã vá", outcome=Outcome.CANNOT_FIX)),
    ):
        with unit_of_work():
            workflow.take(report.code, move, by=by, details=said)
        clock.forward(minutes=2)
    announce()
    clock.forward(minutes=2)
    deliver(limit=100)


def test_a_guest_who_left_no_address_hears_of_the_answer_on_their_phone(phone: FakePush, clock: Clock) -> None:
    report = a_report(contact=filing.Contact())
    keep(report)
    answer(report, clock)
    said = [one for _box, one, _topic in phone.sent]
    assert said, "nothing came"
    assert all(secret_of(report) in one["url"] and one["stop"] for one in said)
    assert "Đã vá" not in str(said), "a locked phone shows no words of the case"
    topics = [topic for _box, _said, topic in phone.sent]
    assert len(topics) == len(set(topics)), "each letter once"


def test_a_device_that_is_gone_is_forgotten_and_the_others_still_hear(phone: FakePush, clock: Clock) -> None:
    report = a_report()
    keep(report, "old")
    keep(report, "new")
    phone.answers[box("old").endpoint] = Gone()
    answer(report, clock)
    assert {to.endpoint for to, _said, _topic in phone.sent} == {box("new").endpoint}
    assert db.session.scalars(select(Device.endpoint)).all() == [box("new").endpoint]


def test_what_cannot_be_sent_now_waits_and_comes_under_the_same_topic(phone: FakePush, clock: Clock) -> None:
    report = a_report()
    keep(report)
    phone.answers[box().endpoint] = NotNow("push service 503")
    answer(report, clock)
    waiting = select(func.count(Delivery.id)).where(
        Delivery.channel == DeliveryChannel.PUSH, Delivery.state == DeliveryState.WAITING
    )
    owed = db.session.scalar(waiting)
    assert owed
    assert not phone.sent
    phone.answers.clear()
    clock.forward(hours=1)
    deliver(limit=100)
    assert db.session.scalar(waiting) == 0
    assert len(phone.sent) == owed


def test_whoever_erases_their_data_leaves_no_device(phone: FakePush) -> None:
    report = a_report(contact=filing.Contact())
    keep(report)
    with unit_of_work():
        erasing.erase(report.code, by=link_to(report), content_too=True)
    assert db.session.scalar(select(func.count(Device.id))) == 0


def test_a_browser_shows_the_notifications_of_one_account_only(phone: FakePush) -> None:
    one, other = a_person(password_hash="x"), a_person(password_hash="y")
    with unit_of_work():
        devices.keep(one.id, box())
        devices.keep(other.id, box())
        devices.keep(other.id, box())
    assert [device.person_id for device in db.session.scalars(select(Device))] == [other.id]


def test_the_oldest_of_too_many_devices_goes(phone: FakePush) -> None:
    person = a_person(email="mot@example.org")
    with unit_of_work():
        for number in range(devices.MOST + 2):
            devices.keep(person.id, box(str(number)))
    kept = [device.endpoint.rpartition("/")[2] for device in devices.of_person(person.id)]
    assert kept == [str(number) for number in range(2, devices.MOST + 2)]


@pytest.mark.parametrize(
    "wrong",
    [
        Mailbox("https://127.0.0.1/x", BOX.key, BOX.secret),
        Mailbox(f"https://push.example/{'x' * 2000}", BOX.key, BOX.secret),
        Mailbox("https://push.example/x", "AAAA", BOX.secret),
        Mailbox("https://push.example/x", BOX.key, "không"),
    ],
)
def test_what_is_no_browser_is_refused(phone: FakePush, wrong: Mailbox) -> None:
    person = a_person()
    with unit_of_work(), pytest.raises(Invalid):
        devices.keep(person.id, wrong)


def test_nobody_but_the_reporter_hears_by_the_reporters_link(phone: FakePush) -> None:
    report = a_report()
    with unit_of_work(), pytest.raises(Forbidden):
        devices.keep_for_report(report.code, box(), by=ANONYMOUS)


def test_a_city_without_a_key_asks_nothing_and_sends_nothing() -> None:
    assert devices.having_some([1, 2, 3]) == set()
