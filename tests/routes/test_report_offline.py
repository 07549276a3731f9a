"""Reports that were written without a line arrive in steps, each of which may come twice or late: one report, its own
photos, nobody else's."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain import drafts
from app.extensions import unit_of_work
from app.models import Draft, Photo, Report
from app.models.choices import PhotoState
from tests import photos
from tests.routes.test_report_api import OURS, body
from tests.support.application import Browser, Clock

ID, SECRET = "0123456789abcdef", "s" * 32
TOKEN = f"{ID}.{SECRET}"


def claim(client: Browser, token: str = TOKEN) -> TestResponse:
    return client.post("/api/report/draft", headers={**OURS, "X-Draft": token})


def send_photo(client: Browser, key: str, content: bytes | None = None, token: str = TOKEN) -> TestResponse:
    headers = {**OURS, "X-Draft": token, "X-Name": "%E1%BB%95%20g%C3%A0.jpg"}
    return client.put(f"/api/report/photos/{key}", data=content or photos.jpeg(600, 400), headers=headers)


def file(client: Browser, *keys: str, **changes: Any) -> TestResponse:
    return client.post("/api/report", json=body(draft=TOKEN, photos=list(keys), **changes), headers=OURS)


def count(session: Session, model: type) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_each_step_sent_twice_makes_one_report_with_its_photos(client: Browser, db_session: Session) -> None:
    for _time in range(2):
        assert claim(client).status_code == 200
        for key in ("one", "two"):
            assert send_photo(client, key).status_code == 204
    assert claim(client).json == {"arrived": ["one", "two"], "filed": None}
    first, second = file(client, "one", "two"), file(client, "one", "two")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json == claim(client).json["filed"]
    assert (count(db_session, Report), count(db_session, Photo)) == (1, 2)
    assert db_session.scalars(select(Report)).one().photo_count == 2


def test_the_draft_of_the_form_in_the_same_browser_is_left_alone(client: Browser, db_session: Session) -> None:
    client.post("/report/what", data={"words": "Ổ gà to"})
    claim(client)
    file(client)
    assert "Ổ gà to" in client.get("/report/what").text


def test_a_token_whose_week_is_over_is_renewed(client: Browser, db_session: Session, clock: Clock) -> None:
    claim(client)
    clock.forward(days=8)
    assert send_photo(client, "one").status_code == 404
    with unit_of_work():
        drafts.sweep()
    assert count(db_session, Draft) == 0
    assert claim(client).json == {"arrived": [], "filed": None}
    assert send_photo(client, "one").status_code == 204
    assert file(client, "one").status_code == 201


def test_a_photo_that_has_not_come_is_named_and_nothing_is_filed(client: Browser, db_session: Session) -> None:
    claim(client)
    send_photo(client, "one")
    answer = file(client, "one", "two")
    assert (answer.status_code, answer.json) == (409, {"missing": ["two"]})
    assert count(db_session, Report) == 0


def test_without_its_draft_all_photos_are_missing(client: Browser, db_session: Session) -> None:
    assert file(client, "one").json == {"missing": ["one"]}


def test_a_photo_taken_back_on_the_phone_is_no_part_of_the_report(client: Browser, db_session: Session) -> None:
    claim(client)
    send_photo(client, "one")
    send_photo(client, "two")
    file(client, "two")
    report = db_session.scalars(select(Report)).one()
    assert report.photo_count == 1
    removed = db_session.scalars(select(Photo).where(Photo.state == PhotoState.REMOVED)).one()
    assert removed.report_id is None


def test_what_is_no_photo_is_refused_by_its_name(client: Browser, db_session: Session) -> None:
    claim(client)
    answer = send_photo(client, "one", b"no photo at all")
    assert answer.status_code == 422
    assert "ổ gà.jpg" in answer.json["errors"]["photos"]
    assert claim(client).json["arrived"] == []


def test_a_photo_that_is_too_heavy_is_refused_unread(client: Browser, db_session: Session) -> None:
    claim(client)
    answer = send_photo(client, "one", bytes(20 * 1024 * 1024 + 1))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["photos"])


def test_a_fifth_photo_is_refused(client: Browser, db_session: Session) -> None:
    claim(client)
    answers = [send_photo(client, str(n)).status_code for n in range(5)]
    assert answers == [204, 204, 204, 204, 422]


def test_nobody_else_gets_at_a_draft(client: Browser, db_session: Session) -> None:
    claim(client)
    stranger = f"{ID}.{'x' * 32}"
    assert claim(client, stranger).status_code == 403
    assert send_photo(client, "one", token=stranger).status_code == 404


@pytest.mark.parametrize("token", ["", "short.short", f"{ID}", f"{ID}.{'ế' * 30}", "a.b.c"])
def test_a_token_of_another_shape_opens_nothing(client: Browser, db_session: Session, token: str) -> None:
    answer = client.post("/api/report/draft", headers={**OURS, "X-Draft": token.encode("utf-8").decode("latin-1")})
    assert answer.status_code == 422
    assert count(db_session, Draft) == 0


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_other_sites_may_neither_claim_nor_send_photos(
    client: Browser, db_session: Session, origin: dict[str, str]
) -> None:
    headers = {**origin, "X-Draft": TOKEN}
    assert client.post("/api/report/draft", headers=headers).status_code in (400, 403)
    assert client.put("/api/report/photos/one", data=b"x", headers=headers).status_code in (400, 403)


def test_photos_shared_without_the_worker_begin_the_form(client: Browser, db_session: Session) -> None:
    """The phone's own menu sends no token; the browser says that no page of somebody else's asked."""
    shared = {"photos": (BytesIO(photos.jpeg(600, 400)), "anh.jpg"), "text": "Ổ gà to"}
    answer = client.post("/report/shared", data=shared, headers={"Sec-Fetch-Site": "none"})
    assert (answer.status_code, answer.location) == (303, "/report")
    assert client.get("/report").text.count('class="shot"') == 1
    assert "Ổ gà to" in client.get("/report/what").text


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_a_strange_page_shares_nothing(client: Browser, db_session: Session, site: str | None) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}
    assert client.post("/report/shared", data={"text": "x"}, headers=headers).status_code == 403
    assert count(db_session, Draft) == 0
