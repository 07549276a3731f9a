"""A letter goes out once; what fails is tried again under the same Message-ID."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from app.adapters.mail import TIMEOUT_S, FakeMail, NotNow, SmtpMail, Undeliverable, list_outbox
from app.domain import confirmations, deliveries, heartbeat
from app.domain.errors import Invalid
from app.domain.notifications import announce, send_account
from app.extensions import db, unit_of_work
from app.jobs.deliver import BATCH, deliver
from app.models import Delivery, Report, now
from app.models.choices import DeliveryState
from tests.factories import a_person, a_report
from tests.support.application import Clock
from tests.support.post import text_of

pytestmark = pytest.mark.usefixtures("db_session")


def the_letter() -> Delivery:
    db.session.expire_all()
    return db.session.scalars(select(Delivery).order_by(Delivery.id)).one()


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FakeMail:
    fake = FakeMail()
    monkeypatch.setitem(app.extensions, "mail", fake)
    return fake


def test_a_letter_lands_in_the_outbox_and_is_marked(outbox: Path) -> None:
    a_report()
    announce()
    assert deliver() == 1
    assert deliver() == 0
    letter = the_letter()
    assert (letter.state, letter.tries) == (DeliveryState.SENT, 1)
    assert [kept.to for kept in list_outbox()]


def test_a_busy_server_is_tried_again_ever_more_slowly(post: FakeMail, clock) -> None:
    a_report()
    announce()
    post.failures = [NotNow("SMTP 451"), NotNow("SMTP 451")]
    for minutes in (2, 4):
        assert deliver() == 1
        assert deliver() == 0
        assert the_letter().state is DeliveryState.WAITING
        clock.forward(minutes=minutes)
    assert deliver() == 1
    assert (the_letter().state, the_letter().error) == (DeliveryState.SENT, "")
    assert len(post.sent) == 1


def test_after_the_last_try_it_stays_failed_until_somebody_tries_again(post: FakeMail, clock) -> None:
    a_report()
    announce()
    post.failures = [NotNow("SMTP 451")] * deliveries.LAST_TRY
    while the_letter().state is DeliveryState.WAITING:
        deliver()
        clock.forward(hours=7)
    assert [one.error for one in deliveries.failed()] == ["SMTP 451"]
    with unit_of_work():
        assert deliveries.try_again(the_letter().id)
    deliver()
    assert the_letter().state is DeliveryState.SENT


def test_an_address_refused_for_good_is_not_tried_again(post: FakeMail) -> None:
    a_report()
    announce()
    post.failures = [Undeliverable("SMTP 550")]
    deliver()
    assert (the_letter().state, the_letter().error) == (DeliveryState.FAILED, "SMTP 550")


def test_one_letter_that_cannot_be_written_does_not_stop_the_others(post: FakeMail) -> None:
    person = a_person()
    with unit_of_work():
        send_account(person.id, "reset_password", {"link": "/reset/x", "hours": "no number"})
        send_account(person.id, "reset_password", {"link": "/reset/y", "hours": 1})
    deliver()
    db.session.expire_all()
    letters = db.session.scalars(select(Delivery).order_by(Delivery.id))
    states = [(letter.state, letter.error) for letter in letters]
    assert states == [(DeliveryState.WAITING, "ValueError"), (DeliveryState.SENT, "")]


def test_the_link_is_forgotten_once_it_is_sent(post: FakeMail) -> None:
    person = a_person()
    with unit_of_work():
        send_account(person.id, "reset_password", {"link": "/reset/secret", "to": person.email, "hours": 1})
    deliver()
    assert the_letter().data == {"hours": 1}
    assert "/reset/secret" in post.sent[0].as_string()


def test_nobody_behind_a_demo_account_is_written_to(post: FakeMail) -> None:
    person = a_person(is_demo=True)
    with unit_of_work():
        send_account(person.id, "email_changed", {})
    deliver()
    assert (the_letter().state, post.sent) == (DeliveryState.CANCELLED, [])


def test_no_transaction_is_open_while_a_letter_is_sent(post: FakeMail, monkeypatch: pytest.MonkeyPatch) -> None:
    a_report()
    announce()
    seen: list[bool] = []
    monkeypatch.setattr(post, "send", lambda message: seen.append(db.session.in_transaction()))
    deliver()
    assert seen == [False]


def test_a_kill_before_the_mark_sends_again_under_the_same_id(post: FakeMail, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(delivery_id: int) -> None:
        raise Killed

    a_report()
    announce()
    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "mark_sent", die)
        with pytest.raises(Killed):
            deliver()
    assert deliver() == 0  # still claimed
    assert deliveries.free_claims() == 1  # what a start does
    deliver()
    assert len(post.sent) == 2
    assert len({message["Message-ID"] for message in post.sent}) == 1
    assert the_letter().tries == 2


def test_a_claim_falls_free_by_itself(post: FakeMail, clock) -> None:
    a_report()
    announce()
    assert len(deliveries.claim(1)) == 1
    assert deliver() == 0
    clock.forward(minutes=6)
    assert deliver() == 1


# A real server that stalls -------------------------------------------------------------------------------------------


@dataclass
class Stalling:
    """Takes every message, and keeps its answer to the first ones until the test lets go."""

    stalls: int = 1
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        import asyncio

        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.texts.append(text_of(message))
        self.ids.append(str(message["Message-ID"]))
        while len(self.ids) <= self.stalls and not self.go_on.is_set():
            await asyncio.sleep(0.02)
        return "250 OK"


@pytest.fixture
def stalling(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stalling]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    handler = Stalling()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setitem(app.extensions, "mail", SmtpMail(f"smtp://127.0.0.1:{port}?timeout=0.5"))
    yield handler
    handler.go_on.set()
    controller.stop()


def test_a_server_that_stalls_after_the_data_gets_the_same_id_again(stalling: Stalling) -> None:
    a_report()
    announce()
    deliver()
    assert the_letter().state is DeliveryState.WAITING
    with unit_of_work():
        the_letter().not_before = the_letter().not_before.replace(year=2020)
    deliver()
    assert the_letter().state is DeliveryState.SENT
    assert len(stalling.ids) == 2
    assert len(set(stalling.ids)) == 1


def digits_in(text: str) -> str:
    return re.findall(r"trong vòng 10 phút: (\d{6})", text)[0]


def once_more() -> None:
    """The next try is due at once."""
    with unit_of_work():
        the_letter().not_before = the_letter().not_before.replace(year=2020)
    deliver()


def test_the_digits_of_a_letter_that_went_out_twice_are_the_same_and_work(stalling: Stalling) -> None:
    report = a_report()
    announce()
    deliver()
    once_more()
    first, second = (digits_in(text) for text in stalling.texts)
    assert first == second
    with unit_of_work():
        assert confirmations.use_code(db.session.get_one(Report, report.id), first)


def test_wrong_tries_before_a_repeat_count_after_it(stalling: Stalling, clock: Clock) -> None:
    stalling.stalls = 2
    report = a_report()
    announce()
    deliver()
    digits = digits_in(stalling.texts[0])
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    for _try in range(confirmations.CODE_TRIES):
        with unit_of_work():
            assert not confirmations.use_code(db.session.get_one(Report, report.id), wrong)
    once_more()
    with pytest.raises(Invalid, match="lần"), unit_of_work():
        confirmations.use_code(db.session.get_one(Report, report.id), digits)


def test_the_digits_expire_ten_minutes_after_the_letter_that_went_out_last(stalling: Stalling, clock: Clock) -> None:
    report = a_report()
    announce()
    deliver()
    digits = digits_in(stalling.texts[0])
    clock.forward(minutes=confirmations.CODE_MINUTES, seconds=1)
    with pytest.raises(Invalid, match="hiệu lực"), unit_of_work():
        confirmations.use_code(db.session.get_one(Report, report.id), digits)
    once_more()
    clock.forward(minutes=confirmations.CODE_MINUTES)
    with unit_of_work():
        assert confirmations.use_code(db.session.get_one(Report, report.id), digits)


def test_a_late_repeat_does_not_spoil_the_digits_asked_for_meanwhile(stalling: Stalling, clock: Clock) -> None:
    report = a_report()
    announce()
    deliver()
    with unit_of_work():  # as a kill before the mark leaves it: claimed until five minutes have passed
        letter = the_letter()
        letter.state, letter.claimed_at, letter.not_before = DeliveryState.CLAIMED, now(), now()
    clock.forward(minutes=3)
    with unit_of_work():
        confirmations.ask_again(db.session.get_one(Report, report.id))
    deliver()
    clock.forward(minutes=3)
    deliver()
    first, asked_for, repeat = (digits_in(text) for text in stalling.texts)
    assert first == repeat != asked_for
    with unit_of_work():
        assert confirmations.use_code(db.session.get_one(Report, report.id), asked_for)


def test_a_batch_ends_before_its_claim_and_before_the_worker_seems_dead() -> None:
    longest = BATCH * TIMEOUT_S
    assert longest < deliveries.CLAIM_LASTS.total_seconds()
    assert longest < heartbeat.QUIET_AFTER.total_seconds()


def test_a_letter_that_became_pointless_forgets_its_link_and_address(post: FakeMail) -> None:
    person = a_person()
    with unit_of_work():
        send_account(person.id, "reset_password", {"link": "/reset/x", "to": "la@example.org", "hours": 2})
    deliveries.mark_pointless(the_letter().id, "the account is closed")
    assert the_letter().data == {"hours": 2}
