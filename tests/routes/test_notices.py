"""Notices as people meet them: written at the desk, first in the form, on map and front page, by feed and by letter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.notices import telling
from app.domain.reports import secret_of
from app.models import Notice, NoticeReport, Participation, Person, now
from app.models.choices import Role
from tests.factories import HERE, a_person, a_report, staff
from tests.support.application import Browser, Clock, Counted
from tests.support.html import faults
from tests.support.post import letters_to, link_in, text_of, work

Counting = Callable[[], AbstractContextManager[Counted]]


@pytest.fixture
def desk(app: Flask, clock: Clock, db_session: Session) -> Browser:
    from tests.support.application import new_client

    browser = new_client(app)
    browser.sign_in(staff(None, Role.DISPATCHER))
    return browser


@pytest.fixture
def written(desk: Browser, db_session: Session) -> Callable[..., Notice]:
    """A notice written through the form of the desk."""

    def write(**said: str) -> Notice:
        at = now() + timedelta(hours=7)  # the city's clock
        form = {
            "severity": "danger",
            "title_vi": "Ngập sâu trước cổng trường",
            "title_en": "Deep flood at the gate",
            "text_vi": "Nước sâu 60 cm.",
            "starts_at": f"{at:%Y-%m-%dT%H:%M}",
            "clear_at": f"{at + timedelta(hours=4):%Y-%m-%dT%H:%M}",
            "until": f"{at + timedelta(hours=8):%Y-%m-%dT%H:%M}",
            "point": f"{HERE[0]}, {HERE[1]}",
            "radius": "500",
        }
        answer = desk.post("/desk/declare/notices/new", data=form | said)
        assert answer.status_code == 303, answer.text
        return db_session.scalars(select(Notice).order_by(Notice.id.desc())).first()  # type: ignore[return-value]

    return write


def test_the_desk_writes_mends_and_ends_it_and_says_what_is_wrong(
    desk: Browser, written: Callable[..., Notice], db_session: Session
) -> None:
    wrong = desk.post("/desk/declare/notices/new", data={"severity": "danger", "point": "nơi nào đó", "ring": "x"})
    assert wrong.status_code == 422
    assert faults(wrong.text) == []
    notice = written(title_vi="Đường đóng")
    page = desk.get(f"/desk/declare/notices/{notice.code}")
    assert faults(page.text) == []
    assert f'value="{HERE[0]:.5f}, {HERE[1]:.5f}"' in page.text
    done = desk.post(f"/desk/declare/notices/{notice.code}/update", data={"news-text_vi": "Đã thông xe.", "last": "1"})
    assert done.status_code == 303
    assert "Đã thông xe." in desk.get(f"/notices/{notice.code}").text
    assert "một phần Phường Một, vẽ trên bản đồ" in desk.get(f"/notices/{notice.code}").text
    assert desk.get(f"/notices/{notice.code}").text.count("Đã thông xe.") == 1


def test_everybody_sees_it_on_front_page_map_list_and_feed_at_a_fixed_cost(
    client: Browser, written: Callable[..., Notice], count_queries: Counting
) -> None:
    paths = ("/", "/map", "/notices", "/notices/feed.atom", "/notices/shapes.json")
    costs: list[int] = []
    for _more in range(2):
        notice = written()
        costs_now = 0
        for path in (*paths, f"/notices/{notice.code}"):
            with count_queries() as counted:
                answer = client.get(path)
            assert answer.status_code == 200
            assert "Ngập sâu trước cổng trường" in answer.text
            assert counted.count <= 12, str(counted)
            assert "public" in answer.headers["Cache-Control"]
            assert "Set-Cookie" not in answer.headers
            again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
            assert again.status_code == 304
            costs_now += counted.count
            if answer.mimetype == "text/html":
                assert faults(answer.text) == []
        costs.append(costs_now)
    assert costs[1] <= costs[0], "however many there are"
    assert "Deep flood at the gate" in client.get("/en/").text
    written(severity="info", title_vi="Việc nhỏ")
    assert "Việc nhỏ" not in client.get("/").text
    assert "Việc nhỏ" in client.get("/map").text


def test_the_form_says_it_first_and_the_report_joins_only_when_ticked(
    app: Flask, client: Browser, written: Callable[..., Notice], db_session: Session
) -> None:
    notice = written(categories="rubbish")
    a_report(joins=notice.code)
    place = {"lat": str(HERE[0]), "lng": str(HERE[1]), "source": "map"}
    assert client.post("/report/place", data=place).status_code == 303
    what = {"words": "Nước ngập", "category": "rubbish", "danger": "no"}
    stopped = client.post("/report/what", data=what)
    assert stopped.headers["Location"].endswith("#details"), "what is known is shown before going on"
    page = client.get("/report/what")
    assert "Ngập sâu trước cổng trường" in page.text
    assert "1 người bị ảnh hưởng" in page.text
    assert f'name="joins" value="{notice.code}">' in page.text, "never ticked beforehand"
    on = client.post("/report/what", data=what | {"asked": "rubbish", "joins": notice.code})
    assert on.headers["Location"].endswith("/report/send")
    assert "Thuộc thông báo của thành phố: Ngập sâu" in client.get("/report/send").text
    sent = client.post("/report/send", data={"email": "nguoi.gui@example.org"})
    assert sent.status_code == 303, sent.text
    assert len(db_session.scalars(select(NoticeReport)).all()) == 2


def test_the_own_page_names_the_notice_it_joined_and_ends_its_letters(
    app: Flask, client: Browser, written: Callable[..., Notice], db_session: Session
) -> None:
    notice = written()
    person: Person = a_person(email="hang.xom@example.org")
    first, second = (a_report(joins=notice.code, person_id=person.id) for _twice in range(2))
    alone = a_report()
    own = f"/r/{first.code}/mine/{secret_of(first)}"

    def muted() -> set[int]:
        db_session.rollback()
        silent = select(Participation.report_id).where(Participation.notice_muted_at.is_not(None))
        return set(db_session.scalars(silent))

    assert "Ngập sâu trước cổng trường" in client.get(f"{own}/sent").text
    page = client.get(own)
    assert faults(page.text) == []
    assert "Ngập sâu trước cổng trường" in page.text
    assert "Ngập sâu trước cổng trường" not in client.get(f"/r/{alone.code}/mine/{secret_of(alone)}").text
    stopped = client.post(f"{own}/notice/stop", follow_redirects=True)
    assert muted() == {first.id, second.id}, "another report of the same person would write all the same"
    assert "Báo lại cho tôi" in stopped.text
    client.post(f"{own}/notice/hear")
    assert muted() == set()


def test_who_cannot_be_written_to_is_promised_no_letter_about_a_notice(
    client: Browser, written: Callable[..., Notice]
) -> None:
    guest = a_report(joins=written().code)
    page = client.get(f"/r/{guest.code}/mine/{secret_of(guest)}").text
    assert "Ngập sâu trước cổng trường" in page
    assert "/notice/stop" not in page


def test_one_letter_tells_what_is_new_and_one_press_ends_such_letters(
    app: Flask, client: Browser, desk: Browser, written: Callable[..., Notice], outbox: Path
) -> None:
    notice = written()
    person: Person = a_person(email="hang.xom@example.org", language="en")
    for _twice in range(2):
        a_report(joins=notice.code, person_id=person.id)

    def say(text: str) -> list[EmailMessage]:
        said = {"news-text_vi": text, "news-text_en": f"{text} (en)"}
        desk.post(f"/desk/declare/notices/{notice.code}/update", data=said)
        with app.app_context():
            telling.tell()
        work(app)
        return [one for one in letters_to("hang.xom@example.org", outbox) if text in text_of(one)]

    (letter,) = say("Nước đang rút")
    assert "Nước đang rút (en)" in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = link_in(letter, "/notices/stop/")
    assert faults(client.get(stop).text) == []
    pressed = app.test_client().post(stop, data={"List-Unsubscribe": "One-Click"})
    assert (pressed.status_code, pressed.mimetype) == (200, "text/plain")
    assert say("Nước đã cạn") == []
