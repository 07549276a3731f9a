"""How the answer reaches whoever filed: what is promised is what will happen."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.adapters.sms import FakeSms
from app.domain.reports import secret_of
from tests.routes.test_report import at_the_summary, jpeg, one_report, send
from tests.support.application import Browser
from tests.support.post import letters_to, link_in, work

PHONE = "0912 345 678"


@pytest.fixture
def outbox(app: Flask) -> Path:
    kept: Path = app.config["HOIAM"].outbox
    return kept


def test_without_text_messages_a_telephone_is_told_that_nothing_comes(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    assert "chưa gửi tin nhắn điện thoại" in client.get("/report/send").text
    sent = client.get(send(client, phone=PHONE).headers["Location"]).text
    assert "một liên kết và sáu chữ số" not in sent
    assert "#contact" in sent
    report = one_report(db_session)
    own = client.get(f"/r/{report.code}/mine/{secret_of(report)}").text
    assert 'name="code-digits"' not in own
    assert 'name="reach-email"' in own


def test_with_text_messages_the_six_digits_are_asked_for(
    app: Flask, client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "sms", FakeSms())
    at_the_summary(client)
    assert "một liên kết và sáu chữ số" in client.get(send(client, phone=PHONE).headers["Location"]).text
    report = one_report(db_session)
    assert 'name="code-digits"' in client.get(f"/r/{report.code}/mine/{secret_of(report)}").text


def test_an_address_left_afterwards_is_confirmed_by_its_link(
    app: Flask, client: Browser, db_session: Session, outbox: Path
) -> None:
    at_the_summary(client)
    send(client, phone=PHONE)
    report = one_report(db_session)
    own = f"/r/{report.code}/mine/{secret_of(report)}"
    wrong = client.post(f"{own}/email", data={"reach-email": "khong phai"})
    assert (wrong.status_code, "khong phai" in wrong.text, "reach-email-error" in wrong.text) == (422, True, True)
    assert client.post(f"{own}/email", data={"reach-email": "ten@example.org"}).status_code == 303
    work(app)
    client.post(link_in(letters_to("ten@example.org", outbox)[0], "/confirm/"))
    db_session.expire_all()
    assert one_report(db_session).is_contact_confirmed
    again = client.post(f"{own}/email", data={"reach-email": "khac@example.org"})
    assert again.status_code == 422, "a confirmed address is not replaced by a link"


def test_the_secret_qr_code_stands_with_the_secret_link_and_not_with_the_public_code(
    client: Browser, db_session: Session
) -> None:
    at_the_summary(client)
    page = client.get(send(client).headers["Location"]).text
    assert 'class="code__qr"' not in page
    assert page.index("Liên kết bí mật") < page.index("own-qr")


def test_the_summary_shows_the_photos(app: Flask, client: Browser, db_session: Session) -> None:
    client.post("/report", data={"photos": [jpeg()]}, content_type="multipart/form-data")
    work(app)
    at_the_summary(client)
    page = client.get("/report/send").text
    assert 'alt="Ảnh 1"' in page
    assert "shot__remove" not in page
