"""The page on which a report is changed while nobody else sees it: with and without a script, in time and too late."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.reports import secret_of
from app.extensions import db
from app.jobs import clocks
from app.models import Delivery, Photo, Report, Words
from app.models.choices import PhotoState, Status, WordsKind
from tests import photos
from tests.factories import HERE, a_report, staff, unit_of, with_time_to_edit
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import work


@pytest.fixture
def report(clock: Clock, db_session: Any) -> Report:
    with_time_to_edit()
    return a_report(words="Rác ở cổng trường")


def own(report: Report, rest: str = "") -> str:
    return f"/r/{report.code}/mine/{secret_of(report)}{rest}"


def typed(report: Report, **changes: Any) -> dict[str, Any]:
    """The form as the browser sends it."""
    as_it_stands = {
        "version": report.version,
        "words": "Rác ở cổng trường",
        "category": "rubbish",
        "danger": "no",
        "lat": HERE[0],
        "lng": HERE[1],
        "source": "map",
        "ward": "",
    }
    return as_it_stands | changes


def words(kind: WordsKind = WordsKind.DESCRIPTION) -> list[str]:
    return list(db.session.scalars(select(Words.original).where(Words.kind == kind).order_by(Words.id)))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_own_page_says_until_when_and_leads_to_a_form_that_holds_everything(
    client: Browser, report: Report, count_queries: Any, prefix: str
) -> None:
    page = client.get(prefix + own(report))
    assert "9:15" in page.text.replace("09:15", "9:15")
    assert own(report, "/edit") in page.text
    assert "countdown.js" in page.text
    with count_queries() as counted:
        form = client.get(prefix + own(report, "/edit"))
    assert form.status_code == 200
    assert faults(form.text) == []
    assert counted.count <= 12, str(counted)
    for said in ("Rác ở cổng trường", f'value="{HERE[0]}"', 'value="rubbish" checked'):
        assert said in form.text
    assert form.headers["Cache-Control"] == "private, no-store"


def test_a_saved_change_is_the_report(client: Browser, report: Report) -> None:
    photo = (BytesIO(photos.jpeg()), "moi.jpg")
    saved = client.post(
        own(report, "/edit"),
        data=typed(report, words="Rác ở cổng chợ", hide_content="y", wayfinding="cạnh cây đa", photos=photo),
    )
    assert (saved.status_code, saved.headers["Location"]) == (303, own(report))
    stands = db.session.get_one(Report, report.id)
    assert (words(), words(WordsKind.WAYFINDING), words(WordsKind.FORMER)) == (
        ["Rác ở cổng chợ"],
        ["cạnh cây đa"],
        ["Rác ở cổng trường"],
    )
    assert (stands.is_content_hidden, stands.photo_count, stands.status) == (True, 1, Status.HELD)
    name = db.session.scalars(select(Photo.name)).one()
    client.post(own(report, "/edit"), data=typed(stands, words="Rác ở cổng chợ", drop=name))
    assert db.session.scalars(select(Photo.state)).all() == [PhotoState.REMOVED]


def test_another_kind_of_problem_asks_its_questions_without_a_script_too(client: Browser, report: Report) -> None:
    asked = client.post(own(report, "/edit"), data=typed(report, category="pothole"))
    assert asked.status_code == 422
    assert "answer_road" in asked.text
    assert faults(asked.text) == []
    assert "answer_road" in client.get(own(report, "/edit/details?category=pothole")).text
    answered = typed(report, category="pothole", asked="pothole", answer_road="alley", danger="no")
    assert client.post(own(report, "/edit"), data=answered).status_code == 303
    assert db.session.get_one(Report, report.id).answers["road"] == "alley"


def test_another_place_is_another_unit(client: Browser, report: Report) -> None:
    before = unit_of(report)
    client.post(own(report, "/edit"), data=typed(report, lat="21,02", lng="105,80", source="typed"))
    assert unit_of(db.session.get_one(Report, report.id)) != before


def test_where_only_the_ward_is_known_the_ward_can_change(client: Browser, clock: Clock, db_session: Any) -> None:
    with_time_to_edit()
    report = a_report(lat=None, lng=None, ward="10001", wayfinding="cổng chợ")
    assert faults(client.get(own(report, "/edit")).text) == []
    client.post(own(report, "/edit"), data=typed(report, lat="", lng="", where="10002", wayfinding="cổng chợ"))
    assert unit_of(db.session.get_one(Report, report.id)) == "ubnd-10002"


def test_sent_now_it_is_with_the_unit_and_pressed_twice_it_still_is(client: Browser, report: Report) -> None:
    for _press in range(2):
        assert client.post(own(report, "/send_now")).status_code == 303
    assert db.session.get_one(Report, report.id).status is Status.NEW
    assert own(report, "/edit") not in client.get(own(report)).text


def test_too_late_nothing_typed_is_lost(client: Browser, report: Report, clock: Clock) -> None:
    client.get(own(report, "/edit"))
    clock.forward(minutes=15)
    clocks.turn()
    late = client.post(own(report, "/edit"), data=typed(report, words="Điều tôi vừa gõ", photos=(BytesIO(b""), "")))
    assert late.status_code == 409
    assert "Điều tôi vừa gõ" in late.text
    assert faults(late.text) == []
    assert words() == ["Rác ở cổng trường"]
    assert client.post(own(report, "/add"), data={"add-words": "Điều tôi vừa gõ"}).status_code == 303
    assert words(WordsKind.ADDITION) == ["Điều tôi vừa gõ"]
    assert client.get(own(report, "/edit")).status_code == 303


def test_a_page_opened_in_two_windows_overwrites_nothing(client: Browser, report: Report) -> None:
    one, two = (typed(report, words=f"Từ cửa sổ {n}") for n in ("một", "hai"))
    client.post(own(report, "/edit"), data=one)
    second = client.post(own(report, "/edit"), data=two)
    assert second.status_code == 409
    assert ("Từ cửa sổ hai" in second.text, words()) == (True, ["Từ cửa sổ một"])


def test_only_the_secret_opens_the_form(client: Browser, report: Report) -> None:
    assert client.get(f"/r/{report.code}/mine/guessed/edit").status_code == 404
    assert client.post(f"/r/{report.code}/mine/guessed/edit", data=typed(report, words="Khác")).status_code == 404
    assert words() == ["Rác ở cổng trường"]


def test_the_page_after_sending_says_that_it_waits_and_the_letter_comes_later(
    app: Flask, client: Browser, report: Report, clock: Clock
) -> None:
    work(app)
    sent = client.get(own(report, "/sent"))
    assert own(report) + "#edit" in sent.text
    assert 'id="contact"' not in client.get(own(report)).text
    assert db.session.scalars(select(Delivery.kind)).all() == []
    clock.forward(minutes=15)
    clocks.turn()
    work(app)
    assert db.session.scalars(select(Delivery.kind)).all() == ["confirm"]
    assert 'id="contact"' in client.get(own(report)).text


def test_the_desk_reads_name_withheld_and_opens_nothing(client: Browser, db_session: Any) -> None:
    report = a_report()
    clerk = staff(unit_of(report), sees_contact=True)
    client.post(own(report, "/name/hide"))
    assert "giấu tên" in client.get(own(report)).text
    client.sign_in(clerk)
    desk = client.get(f"/desk/r/{report.code}")
    assert ("Người phản ánh giấu tên" in desk.text, "/contact" in desk.text) == (True, False)
    assert client.post(f"/desk/r/{report.code}/contact").status_code == 403


def test_before_sending_one_looks_at_it_as_everybody_and_as_the_unit_will(client: Browser, db_session: Any) -> None:
    place = {"lat": HERE[0], "lng": HERE[1], "source": "map"}
    client.post("/report/place", data=place)
    what = {"category": "street-light", "asked": "street-light", "danger": "no"}
    client.post("/report/what", data=what | {"words": "Đèn tắt, gọi 0977 123 456"})
    ticked = {"email": "an@example.org", "name": "Nguyễn An", "hide_name": "y"}
    looked = client.post("/report/send/preview", data=ticked, follow_redirects=True)
    everybody, unit = looked.text.split('id="unit"')
    assert faults(looked.text) == []
    assert ("0977" in everybody, "0977" in unit) == (False, True)
    assert "Người phản ánh giấu tên" in unit
    assert "Nguyễn An" not in looked.text
    assert db.session.scalars(select(Report.id)).all() == []
    assert "Nguyễn An" in client.get("/report/send").text  # nothing typed is lost


def test_what_the_preview_says_of_the_unit_stands_on_the_desk_and_of_everybody_on_the_page(
    client: Browser, report: Report, clock: Clock
) -> None:
    shown = client.get(own(report, "/preview")).text
    clock.forward(minutes=15)
    clocks.turn()
    public = client.get(f"/r/{report.code}").text
    client.sign_in(staff(unit_of(report)))
    desk = client.get(f"/desk/r/{report.code}").text
    parts = {"report__where": public, "file__words": desk, "geo:": desk, "eye-off": public}
    for part, page in parts.items():
        line = next(line.strip() for line in shown.splitlines() if part in line)
        said = " ".join(re.sub(r"<[^>]+>", " ", line).split())
        assert said in " ".join(re.sub(r"<[^>]+>", " ", page).split()), part
