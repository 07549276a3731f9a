"""Too much in a short time: said plainly, with how long to wait, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.reports import secret_of
from app.models import Draft, Photo
from app.routes.report import limits
from tests import factories, photos
from tests.routes.test_report_api import OURS, body
from tests.support.application import Browser, Clock
from tests.support.html import faults

Edge = Callable[..., Browser]


@pytest.fixture
def browser(edge: Edge, db_session: Session, clock: Clock) -> Browser:
    return edge(rate_limits=True)


def wrong_password(browser: Browser, email: str = "lan@example.org", address: str = "198.51.100.7") -> TestResponse:
    said = {"email": email, "password": "not this one"}
    return browser.post("/en/sign-in", data=said, environ_overrides={"REMOTE_ADDR": address})


def a_photo(browser: Browser, name: str = "photo.jpg", **more: Any) -> TestResponse:
    data = {"photos": [(BytesIO(photos.jpeg()), name)], **more}
    return browser.post("/en/report", data=data, content_type="multipart/form-data")


# Signing in and letters -----------------------------------------------------------------------------------------------


def test_ten_wrong_passwords_are_enough_for_a_quarter_of_an_hour(browser: Browser, clock: Clock) -> None:
    for _try in range(10):
        assert wrong_password(browser).status_code == 422
    refused = wrong_password(browser)
    assert refused.status_code == 429
    assert 900 <= int(refused.headers["Retry-After"]) <= 901
    assert "Try again in 15 minutes." in refused.text
    assert faults(refused.text) == []
    clock.forward(minutes=16)
    assert wrong_password(browser).status_code == 422


def test_the_limit_of_one_account_does_not_lock_out_its_owner_elsewhere(browser: Browser) -> None:
    for _try in range(11):
        wrong_password(browser, address="198.51.100.66")
    assert wrong_password(browser, address="198.51.100.66").status_code == 429
    assert wrong_password(browser, address="203.0.113.5").status_code == 422


def test_one_connection_cannot_try_many_accounts(browser: Browser) -> None:
    codes = [wrong_password(browser, f"ten{n}@example.org").status_code for n in range(61)]
    assert (codes[59], codes[60]) == (422, 429)


@pytest.mark.parametrize("written", ["LAN@EXAMPLE.ORG", " lan@example.org ", "lan@ｅｘａｍｐｌｅ.org"])
def test_another_way_of_writing_an_address_is_the_same_address(browser: Browser, written: str) -> None:
    for _try in range(10):
        wrong_password(browser)
    assert wrong_password(browser, written).status_code == 429


@pytest.mark.parametrize("path", ["/reset", "/sign-up"])
def test_one_mailbox_gets_five_letters_an_hour_wherever_they_are_asked_for(browser: Browser, path: str) -> None:
    said = {"email": "lan@example.org", "password": "bốn từ khác hẳn nhau cầu vồng"}
    codes = [
        browser.post(path, data=said, environ_overrides={"REMOTE_ADDR": f"198.51.100.{n}"}).status_code
        for n in range(7)
    ]
    assert codes == [200] * 5 + [429] * 2


def test_a_right_password_is_no_try(browser: Browser, edge: Edge, db_session: Session) -> None:
    codes = {browser.get("/en/sign-in").status_code for _look in range(70)}
    assert codes == {200}


# What was typed -------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_sent_again_by_one_press_but_never_a_password(browser: Browser) -> None:
    for _try in range(10):
        wrong_password(browser)
    page = wrong_password(browser).text
    assert 'name="email" value="lan@example.org"' in page
    assert "not this one" not in page
    assert "Send it again" in page


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def test_a_form_that_was_open_too_long_is_sent_by_one_press(client: Browser, clock: Clock, db_session: Session) -> None:
    client.sends_token = False
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/en/report/what").text)[0]
    clock.forward(hours=13)
    said = {"words": "Rác chất đống <b>trước</b> cổng", "category": "rubbish", "danger": "no", "asked": "rubbish"}
    stale = client.post("/en/report/what", data={**said, "csrf_token": token}, headers={"Origin": "http://localhost"})
    assert stale.status_code == 400
    assert faults(stale.text) == []
    assert "<b>trước</b>" not in stale.text
    assert "Send it again" in stale.text
    again = hidden(stale.text.replace("&lt;", "<").replace("&gt;", ">"))
    assert {name: again[name] for name in said} == said
    assert client.post("/en/report/what", data=again).status_code == 303
    assert db_session.scalars(select(Draft)).one().data["words"] == said["words"]


def test_a_form_from_nowhere_is_not_offered_to_be_sent(client: Browser, db_session: Session) -> None:
    """Another site could have filled it in; only a page of ours says where it came from."""
    client.sends_token = False
    forged = client.post("/en/report/what", data={"words": "Không phải tôi viết"})
    assert forged.status_code == 400
    assert "Send it again" not in forged.text


# Photos ---------------------------------------------------------------------------------------------------------------


def test_a_device_sends_photos_forty_times_an_hour(
    browser: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_BY_DEVICE", "2 per hour")
    assert [a_photo(browser).status_code for _time in range(3)] == [303] * 3  # the first had no mark of the device yet
    refused = a_photo(browser, lat="21.02", lng="105.76")
    assert refused.status_code == 429
    assert 3600 <= int(refused.headers["Retry-After"]) <= 3601
    assert "Try again in 1 hour." in refused.text
    assert 'id="photos-error"' in refused.text
    assert faults(refused.text) == []
    assert db_session.scalar(select(func.count()).select_from(Photo)) == 3  # those from before are kept
    assert db_session.scalars(select(Draft)).one().data["proposed"]["lat"] == 21.02  # and so is the place
    assert browser.post("/en/report").status_code == 303  # one can go on without more photos


def test_a_connection_cannot_send_photos_without_end_by_dropping_its_cookies(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_BY_CONNECTION", "3 per hour")
    codes = []
    for _time in range(5):
        codes.append(a_photo(browser).status_code)
        browser.delete_cookie("hoiam_draft")
    assert codes == [303] * 3 + [429] * 2


def test_added_photos_count_too_and_the_words_beside_them_stay(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UPLOADS_BY_CONNECTION", "1 per hour")
    report = factories.a_report()
    own = f"/en/r/{report.code}/mine/{secret_of(report)}/add"
    a_photo(browser)
    data = {"add-words": "Vẫn còn đó", "add-photos": [(BytesIO(photos.jpeg()), "a.jpg")]}
    refused = browser.post(own, data=data, content_type="multipart/form-data")
    assert refused.status_code == 429
    assert "Vẫn còn đó</textarea>" in refused.text
    assert browser.post(own, data={"add-words": "Vẫn còn đó"}).status_code == 303


# Programs -------------------------------------------------------------------------------------------------------------


def test_a_program_is_told_in_json_when_to_come_back(browser: Browser) -> None:
    answers = [browser.post("/api/report", json={}, headers=OURS) for _call in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {422}
    assert (answers[120].status_code, answers[120].mimetype) == (429, "application/json")
    assert 3600 <= int(answers[120].headers["Retry-After"]) <= 3601
    assert "1 giờ" in answers[120].json["message"]


def test_one_contact_files_five_reports_an_hour_however_it_is_written(browser: Browser) -> None:
    numbers = ["0912345678", "+84 912 345 678", "0912.345.678", "(+84)912345678", "0912 345678", "84912345678"]
    codes = [
        browser.post(
            "/api/report", json=body(client_id=f"0123456789abcdef{n}", contact={"phone": number}), headers=OURS
        ).status_code
        for n, number in enumerate(numbers)
    ]
    assert codes == [201] * 5 + [429]
