"""The mail page of an administrator: what waits, what lies in the folder, what failed and goes out again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.mail import FakeMail, SmtpMail, Undeliverable, list_outbox
from app.domain import deliveries
from app.domain.accounts import joining
from app.domain.notifications import announce
from app.extensions import db
from app.jobs.deliver import deliver
from app.models import Delivery
from app.models.choices import DeliveryState, Role
from tests import factories
from tests.proof.sink import sinking
from tests.support.application import Browser
from tests.support.html import parse

SignIn = Callable[..., Browser]


@pytest.fixture
def office(db_session: Session, sign_in: SignIn) -> Browser:
    return sign_in(factories.staff(None, Role.ADMIN))


@pytest.fixture
def refused(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A letter about a report that the mail server refused for good."""
    factories.a_report()
    announce()
    with monkeypatch.context() as patched:
        fake = FakeMail()
        fake.failures = [Undeliverable("SMTP 550")]
        patched.setitem(app.extensions, "mail", fake)
        deliver()
    found = db.session.scalars(select(Delivery)).one()
    assert found.state is DeliveryState.FAILED
    return found


def said(page: str) -> str:
    return " ".join(" ".join(parse(page).itertext()).split())


def test_the_page_says_how_many_wait_and_that_nothing_leaves(office: Browser, outbox: Path) -> None:
    factories.a_report()
    announce()
    words = said(office.get("/en/admin/mail").text)
    assert "1 letter waits to go out." in words
    assert "Letters do not leave this machine" in words
    assert "No letter yet" in words


def test_a_letter_of_the_folder_is_read_as_text_with_links_to_press(office: Browser, outbox: Path) -> None:
    resident = factories.a_person(email="doc@example.org")
    joining.ask_reset("doc@example.org")
    deliver()
    name = list_outbox()[0].name
    assert f'href="/admin/mail/{name}"' in office.get("/admin/mail").text
    page = office.get(f"/admin/mail/{name}")
    assert resident.email in said(page.text)
    links = [one.get("href") or "" for one in parse(page.text).iter("a")]
    assert any("/reset/" in link for link in links)
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["nothing.eml", "..%2F..%2Fsecret.key", "secret.key", ".eml", "%00.eml"])
def test_only_letters_are_opened(office: Browser, name: str) -> None:
    assert office.get(f"/admin/mail/{name}").status_code == 404


def test_a_letter_that_failed_is_listed_with_its_reason(office: Browser, refused: Delivery) -> None:
    words = said(office.get("/en/admin/mail").text)
    assert "Confirm the address" in words
    assert "SMTP 550" in words
    assert "0 letters wait to go out." in words


def test_sent_again_it_lies_in_the_folder(office: Browser, refused: Delivery, outbox: Path) -> None:
    assert office.post(f"/admin/mail/{refused.id}/retry").status_code == 303
    assert deliver() == 1
    assert [one.to for one in list_outbox()]
    assert db.session.get_one(Delivery, refused.id).state is DeliveryState.SENT
    assert "Nothing failed." in said(office.get("/en/admin/mail").text)


def test_sent_again_it_reaches_the_mail_server_once(
    app: Flask, office: Browser, refused: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sinking(Random(1), share=0) as (sink, port):
        monkeypatch.setitem(app.extensions, "mail", SmtpMail(f"smtp://127.0.0.1:{port}"))
        for _press in range(2):
            office.post(f"/en/admin/mail/{refused.id}/retry")
        assert deliver() == 1
        assert deliver() == 0
        assert sink.taken.total() == 1
        assert "Letters in the folder" not in said(office.get("/en/admin/mail").text)


def test_what_did_not_fail_is_not_sent_again(office: Browser, outbox: Path) -> None:
    factories.a_report()
    announce()
    deliver()
    letter = db.session.scalars(select(Delivery)).one()
    page = office.post(f"/en/admin/mail/{letter.id}/retry", follow_redirects=True)
    assert "This letter is no longer among those that failed." in page.text
    assert deliveries.waiting() == 0
    assert office.post("/admin/mail/99999999999999999999/retry").status_code == 404
