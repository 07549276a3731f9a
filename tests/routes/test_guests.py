"""Somebody without an account has the same problem: they are counted, follow by a link or by mail, and may stop."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import workflow
from app.domain.accounts import joining
from app.domain.permissions import actor_of
from app.domain.reports import following, secret_of
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Participation, Person, Report, ReportContact
from app.models.choices import Outcome, Part, Role
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import LINK, letters_to, link_in, text_of, work

NEIGHBOUR = "hang.xom@example.org"


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report()


@pytest.fixture
def outbox(app: Flask) -> Path:
    kept: Path = app.config["HOIAM"].outbox
    return kept


def address_of(report: Report) -> str:
    return db.session.get_one(ReportContact, report.id).email


def joined(client: Browser, report: Report, **typed: str) -> str:
    """The address of the follower's own page."""
    client.get(f"/r/{report.code}/join")
    answer = client.post(f"/r/{report.code}/join", data=typed)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_guest_with_the_same_problem_gets_a_secret_link_to_follow(
    client: Browser, report: Report, clock: Clock
) -> None:
    own = joined(client, report)
    page = client.get(own)
    assert faults(page.text) == []
    assert 'id="own-link"' in page.text
    assert "own-qr" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    clock.forward(seconds=5)
    assert joined(client, report) == own, "pressed again in the same browser, the same page"
    assert client.get(f"/r/{report.code}/with/xyz").status_code == 404
    other = factories.a_report()
    assert client.get(own.replace(report.code, other.code)).status_code == 404


def test_a_guest_hears_of_the_answer_once_the_mailed_link_was_pressed_and_can_stop(
    app: Flask, client: Browser, db_session: Session, report: Report, outbox: Path, clock: Clock
) -> None:
    joined(client, report, email=NEIGHBOUR)
    work(app)
    (letter,) = letters_to(NEIGHBOUR, outbox)
    db_session.expire_all()
    assert (
        db_session.scalar(select(func.count()).select_from(Participation).where(Participation.part == Part.FOLLOWER))
        == 0
    )
    link = link_in(letter, "/follow/confirm/")
    assert faults(client.get(link).text) == []
    for _pressed in range(2):
        assert client.post(link).status_code == 303
    step_by_a_lead(report, "receive")
    step_by_a_lead(report, "plan", words="Làm cùng đợt sau Tết.", planned_on=(clock.now + timedelta(days=20)).date())
    clock.forward(seconds=61)
    work(app)
    told = letters_to(NEIGHBOUR, outbox)
    assert len(told) == 3, "the confirmation, and two steps"
    stop = link_in(told[-1], "/follow/stop/")
    assert faults(client.get(stop).text) == []
    assert client.post(stop).status_code == 303
    assert client.post(stop).status_code == 303
    db_session.expire_all()
    follower = db_session.scalars(select(Participation).where(Participation.part == Part.FOLLOWER)).one()
    assert follower.ended_at is not None


def test_a_mail_reader_ends_the_letters_by_itself_and_the_reporter_can_begin_them_again(
    app: Flask, client: Browser, db_session: Session, clock: Clock, report: Report, outbox: Path
) -> None:
    """RFC 8058: one POST without cookie, origin or token of a form."""
    filer = address_of(report)
    work(app)
    client.post(link_in(letters_to(filer, outbox)[0], "/confirm/"))
    work(app)
    receipt = letters_to(filer, outbox)[-1]
    raw = next(path.read_text() for path in outbox.glob("*.eml") if "List-Unsubscribe:" in path.read_text())
    assert re.search(r"^List-Unsubscribe: <http\S+>$", raw, re.MULTILINE), "on one line, and as it is"
    assert receipt["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = LINK.findall(str(receipt["List-Unsubscribe"]).strip("<>"))[0]
    for _again in range(2):
        answer = app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    step_by_a_lead(report, "receive")
    clock.forward(seconds=61)
    work(app)
    assert len(letters_to(filer, outbox)) == 2, "the confirmation and the receipt"

    own = f"/r/{report.code}/mine/{secret_of(report)}"
    assert "Bạn đang tắt thư" in client.get(own).text
    assert client.post(f"{own}/letters").status_code == 303
    step_by_a_lead(report, "plan", words="Làm cùng đợt sau Tết.", planned_on=(clock.now + timedelta(days=20)).date())
    clock.forward(seconds=61)
    work(app)
    assert len(letters_to(filer, outbox)) == 3


def test_no_letter_of_an_account_or_of_confirmation_can_be_unsubscribed(
    app: Flask, client: Browser, report: Report, outbox: Path
) -> None:
    work(app)
    (confirm,) = letters_to(address_of(report), outbox)
    assert confirm["List-Unsubscribe"] is None


def step_by_a_lead(report: Report, move: str, **said: object) -> None:
    lead = factories.in_charge_of(report, Role.LEAD)
    with unit_of_work():
        workflow.take(report.code, move, by=lead, details=workflow.Details(**said))  # type: ignore[arg-type]


def test_following_needs_no_account_but_an_address(app: Flask, client: Browser, report: Report, outbox: Path) -> None:
    page = client.get(f"/r/{report.code}/follow")
    assert faults(page.text) == []
    for wrong in ("", "khong phai"):
        refused = client.post(f"/r/{report.code}/follow", data={"email": wrong})
        assert (refused.status_code, 'id="email-error"' in refused.text) == (422, True)
    assert client.post(f"/r/{report.code}/follow", data={"email": NEIGHBOUR}).status_code == 303
    work(app)
    assert len(letters_to(NEIGHBOUR, outbox)) == 1


def test_the_same_confirmed_address_is_the_same_person(
    app: Flask, client: Browser, db_session: Session, report: Report, outbox: Path
) -> None:
    known = factories.a_person()
    assert known.email
    email, person_id = known.email, known.id
    client.post(f"/r/{report.code}/follow", data={"email": email.upper()})
    work(app)
    client.post(link_in(letters_to(email, outbox)[-1], "/follow/confirm/"))
    db_session.expire_all()
    follower = db_session.scalars(select(Participation).where(Participation.part == Part.FOLLOWER)).one()
    assert follower.person_id == person_id


def test_an_address_that_nobody_confirmed_is_forgotten(
    app: Flask, client: Browser, db_session: Session, report: Report, clock: Clock
) -> None:
    before = db_session.scalar(select(func.count()).select_from(Person))
    client.post(f"/r/{report.code}/follow", data={"email": NEIGHBOUR})
    work(app)
    clock.forward(days=15)
    with unit_of_work():
        assert joining.forget_unconfirmed() == 1
    assert db_session.scalar(select(func.count()).select_from(Person)) == before


def test_the_mailed_link_expires_and_says_so(
    app: Flask, client: Browser, report: Report, outbox: Path, clock: Clock
) -> None:
    client.post(f"/r/{report.code}/follow", data={"email": NEIGHBOUR})
    work(app)
    link = link_in(letters_to(NEIGHBOUR, outbox)[0], "/follow/confirm/")
    clock.forward(days=7, seconds=1)
    assert client.get(link).status_code == 410


def test_a_neighbour_is_asked_by_letter_and_answers_with_one_press(
    app: Flask, client: Browser, db_session: Session, clock: Clock, outbox: Path
) -> None:
    report = factories.a_report(category="parking")
    neighbour = factories.a_person(email=NEIGHBOUR)
    with unit_of_work():
        following.join(report.code, by=actor_of(neighbour))
    clerk = factories.in_charge_of(report)
    for move, said in (("receive", {}), ("resolve", {"words": "Đã dẹp xe.", "outcome": Outcome.FIXED})):
        with unit_of_work():
            workflow.take(report.code, move, by=clerk, details=workflow.Details(**said))
    clock.forward(days=7)
    clocks.ask_around()
    work(app)
    letter = next(one for one in letters_to(NEIGHBOUR, outbox) if "thực sự hết chưa" in str(one["Subject"]))
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/r/{report.code}/follow/stop/" in letter["List-Unsubscribe"]
    links = re.findall(rf"/r/{report.code}/still/\S+", text_of(letter))
    assert [link.rpartition("said=")[2] for link in links] == ["gone", "still_there", "came_back"]
    page = client.get(links[1])
    assert faults(page.text) == []
    assert db.session.get_one(Report, report.id).doubts == 0  # a mail scanner opens links too
    address = links[1].partition("?")[0]
    assert client.post(address, data={"said": "nonsense"}).status_code == 422
    answered = client.post(address, data={"said": "still_there"}, follow_redirects=True)
    assert "1 người gần đó nói vẫn còn" in answered.text
    assert client.get(address[:-3] + "abc").status_code == 404
