"""Notifications on a phone: offered where the city sends some, kept and given up by the browser that has them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adapters.push import FakePush
from app.domain.reports import secret_of
from app.extensions import db
from app.models import Device, Report
from tests.factories import a_report
from tests.jobs.test_push import box
from tests.support.application import Browser
from tests.support.html import parse

SAID = {"endpoint": box().endpoint, "key": box().key, "secret": box().secret}


@pytest.fixture
def phone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FakePush:
    fake = FakePush()
    monkeypatch.setitem(app.extensions, "push", fake)
    return fake


@pytest.fixture
def report(db_session: Session) -> Report:
    return a_report()


def own(report: Report) -> str:
    return f"/r/{report.code}/mine/{secret_of(report)}"


def devices() -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count(Device.id))) or 0)


def test_nothing_is_offered_where_the_city_sends_none(client: Browser, report: Report) -> None:
    assert "data-push" not in client.get(own(report)).text
    assert client.post(f"{own(report)}/device", data=SAID).status_code == 422
    assert devices() == 0


def test_the_own_page_offers_it_hidden_until_a_script_finds_that_the_browser_can(
    client: Browser, report: Report, phone: FakePush
) -> None:
    offer = parse(client.get(own(report)).text).find(".//*[@data-push]")
    assert offer is not None
    assert offer.get("hidden") is not None
    assert offer.get("data-key") == phone.key
    assert offer.get("data-to") == f"{own(report)}/device"


def test_a_reporter_turns_it_on_and_whoever_holds_the_phone_turns_it_off(
    client: Browser, report: Report, phone: FakePush
) -> None:
    assert client.post(f"{own(report)}/device", data=SAID).status_code == 204
    assert client.post(f"{own(report)}/device", data=SAID).status_code == 204
    assert devices() == 1
    assert client.post("/device/off", data={"endpoint": SAID["endpoint"]}).status_code == 204
    assert client.post("/device/off", data={"endpoint": SAID["endpoint"]}).status_code == 204
    assert devices() == 0


def test_a_guessed_link_keeps_no_device(client: Browser, report: Report, phone: FakePush) -> None:
    assert client.post(f"/r/{report.code}/mine/guessed/device", data=SAID).status_code == 404
    assert client.post("/account/device", data=SAID).status_code in (302, 401)
    assert devices() == 0


def test_what_no_browser_says_is_refused_in_words(client: Browser, report: Report, phone: FakePush) -> None:
    answer = client.post(f"{own(report)}/device", data=SAID | {"endpoint": "https://127.0.0.1/x"})
    assert answer.status_code == 422
    assert answer.get_json()["message"] == "Trình duyệt này không nhận được thông báo."
    assert devices() == 0
