"""Hearing of new reports in a ward or around a place: asked for, confirmed, told once, in time, and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.accounts import passwords
from app.domain.alerts import telling, watching
from app.domain.alerts.watching import Wish
from app.domain.city import store
from app.domain.reports import filing
from app.extensions import unit_of_work
from app.models import Alert, AlertHit, Person, Report
from app.models.choices import Cadence, Publication
from tests.factories import HERE, a_person, a_report
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import letters_to, link_in, text_of, work

EMAIL = "hang.xom@example.org"
CIRCLE = {"ward": "", "point": f"{HERE[0]}, {HERE[1]}", "radius": "500", "cadence": "at_once", "quiet_from": ""}


@pytest.fixture
def resident(clock: Clock, db_session: Session) -> Person:
    return a_person("Hàng xóm", email=EMAIL, password_hash=passwords.hash_password("mot-mat-khau-dai"))


@pytest.fixture
def begun(resident: Person) -> Callable[..., Alert]:
    """This person hears of what lies around HERE from now on."""

    def begin(**wish: object) -> Alert:
        asked = {"cadence": Cadence.AT_ONCE, "lat": HERE[0], "lng": HERE[1], "radius_m": 500}
        with unit_of_work():
            return watching.begin(Wish(**asked | wish), resident.id)  # type: ignore[arg-type]

    return begin


def told(app: Flask) -> int:
    """The worker passes by once."""
    work(app)
    with app.app_context():
        letters = telling.tell()
    work(app)
    return letters


def test_a_guest_confirms_hears_of_what_is_new_there_changes_and_ends_it(
    app: Flask, client: Browser, clock: Clock, db_session: Session, outbox: Path
) -> None:
    page = client.get("/alerts/new")
    assert faults(page.text) == []
    sent = client.post("/alerts/new", data=CIRCLE | {"email": EMAIL})
    assert EMAIL in sent.text
    work(app)
    confirm = link_in(letters_to(EMAIL, outbox)[0], "/alerts/confirm/")
    assert db_session.scalar(select(func.count()).select_from(Alert)) == 0, "not before the letter was read"
    assert faults(client.get(confirm).text) == []
    for _twice in range(2):
        assert client.post(confirm).status_code == 303
    assert db_session.scalar(select(func.count()).select_from(Alert)) == 1

    clock.forward(seconds=1)
    report = a_report()
    assert told(app) == 1
    letter = letters_to(EMAIL, outbox)[-1]
    assert "1 phản ánh mới" in str(letter["Subject"])
    assert f"/r/{report.code}" in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert told(app) == 0, "once"

    own = link_in(letter, "/alerts/").removesuffix("/stop")
    assert "500" in client.get(own).text
    assert client.post(own, data=CIRCLE | {"cadence": "weekly"}).status_code == 303
    db_session.expire_all()
    assert db_session.scalars(select(Alert)).one().cadence is Cadence.WEEKLY
    answer = app.test_client().post(f"{own}/stop", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert client.get(own).status_code == 410
    a_report()
    clock.forward(days=8)
    assert told(app) == 0


def test_only_what_is_near_new_and_asked_for_is_told(
    app: Flask, clock: Clock, db_session: Session, begun: Callable[..., Alert], resident: Person
) -> None:
    a_report()  # before there was an alert
    clock.forward(seconds=1)
    alert = begun(categories=("rubbish",))
    near = a_report(lat=HERE[0] + 0.004)  # 440 m
    a_report(lat=HERE[0] + 0.005)  # 560 m
    a_report(category="parking")
    a_report(person_id=resident.id, contact=filing.Contact())  # one's own
    work(app)
    assert db_session.scalars(select(AlertHit.report_id).where(AlertHit.alert_id == alert.id)).all() == [near.id]


def test_a_ward_is_told_of_what_has_no_public_point(
    app: Flask, clock: Clock, db_session: Session, begun: Callable[..., Alert]
) -> None:
    ward = store.current().ward_of(a_report().ward_id).code
    clock.forward(seconds=1)
    alert = begun(ward=ward, lat=None, lng=None)
    circle = begun()
    report = a_report(lat=None, lng=None, ward=ward)
    work(app)
    assert report.public_lat is None
    hits = select(AlertHit.alert_id).where(AlertHit.report_id == report.id)
    assert db_session.scalars(hits).all() == [alert.id]
    assert circle.id != alert.id


def test_a_coarse_place_is_found_by_its_public_point_alone(
    app: Flask, clock: Clock, db_session: Session, begun: Callable[..., Alert]
) -> None:
    """Circles as narrow as they may be, laid all around, never tell a point from the middle of its square."""
    clock.forward(seconds=1)
    for number in range(watching.MOST):
        begun(lat=HERE[0] + (number - 10) * 0.0005, radius_m=250)
    pair = [a_report(category="parking"), a_report(category="parking", lat=HERE[0] + 0.00001)]
    work(app)
    found = [
        set(db_session.scalars(select(AlertHit.alert_id).where(AlertHit.report_id == one.id)).all()) for one in pair
    ]
    assert pair[0].public_cell == pair[1].public_cell
    assert found[0] == found[1] != set()


def test_what_is_hidden_before_the_letter_goes_out_is_not_told(
    app: Flask, clock: Clock, begun: Callable[..., Alert], db_session: Session
) -> None:
    begun(cadence=Cadence.DAILY)
    clock.forward(seconds=1)
    report = a_report()
    work(app)
    with unit_of_work():
        db_session.get_one(Report, report.id).publication = Publication.NONE
    clock.forward(days=1)
    assert told(app) == 0
    clock.forward(days=14)
    assert told(app) == 0
    assert db_session.scalar(select(func.count()).select_from(AlertHit)) == 0, "what does not come back is forgotten"


def test_a_night_is_told_in_one_letter_when_it_is_over(
    app: Flask, clock: Clock, begun: Callable[..., Alert], outbox: Path
) -> None:
    begun(quiet_from=22, quiet_until=7)
    clock.forward(hours=14)  # 23:00
    for _ in range(3):
        a_report()
        assert told(app) == 0
        clock.forward(hours=1)
    clock.forward(hours=5)  # 07:00
    assert told(app) == 1
    (letter,) = letters_to(EMAIL, outbox)
    assert "3 phản ánh mới" in str(letter["Subject"])


def test_a_ward_asked_for_twice_is_one_alert(clock: Clock, db_session: Session) -> None:
    wish = Wish(Cadence.DAILY, ward="10001", lat=HERE[0], lng=HERE[1], radius_m=1000, categories=("rubbish", "parking"))
    token = watching.confirm_token(wish, a_person(), EMAIL)
    for _twice in range(2):
        with unit_of_work():
            watching.confirm(token)
    assert db_session.scalar(select(func.count()).select_from(Alert)) == 1


@pytest.mark.parametrize(
    ("cadence", "at", "first"),
    [
        (Cadence.AT_ONCE, "2025-11-25T20:00", "2025-11-25T20:00"),
        (Cadence.DAILY, "2025-11-25T06:59", "2025-11-25T07:00"),
        (Cadence.DAILY, "2025-11-25T07:00", "2025-11-26T07:00"),
        (Cadence.WEEKLY, "2025-11-25T06:00", "2025-12-01T07:00"),
        (Cadence.WEEKLY, "2025-12-01T06:59", "2025-12-01T07:00"),
        (Cadence.WEEKLY, "2025-12-01T07:01", "2025-12-08T07:00"),
    ],
)
def test_letters_of_a_morning_come_in_the_morning(db_session: Session, cadence: Cadence, at: str, first: str) -> None:
    assert watching.first_at(cadence, hanoi(at)) == hanoi(first)


@pytest.mark.parametrize(
    ("hours", "at", "goes_out"),
    [
        ((22, 7), "2025-11-25T21:59", "2025-11-25T21:59"),
        ((22, 7), "2025-11-25T22:00", "2025-11-26T07:00"),
        ((22, 7), "2025-11-26T03:30", "2025-11-26T07:00"),
        ((22, 7), "2025-11-26T07:00", "2025-11-26T07:00"),
        ((12, 14), "2025-11-26T13:10", "2025-11-26T14:00"),
        ((None, 7), "2025-11-26T03:30", "2025-11-26T03:30"),
        ((5, 5), "2025-11-26T05:30", "2025-11-26T05:30"),
    ],
)
def test_no_letter_goes_out_in_the_quiet_hours(
    db_session: Session, hours: tuple[int | None, int], at: str, goes_out: str
) -> None:
    alert = Alert(quiet_from=hours[0], quiet_until=hours[1])
    assert watching.after_quiet(alert, hanoi(at)) == hanoi(goes_out)


def hanoi(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"point": ""}, "Hãy chọn phường/xã"),
        ({"point": "16.05, 108.2"}, "nằm ngoài thành phố"),
        ({"point": "đâu đó"}, "21.0285, 105.8542"),
        ({"radius": "10"}, "Hãy chọn một khoảng cách"),
        ({"ward": "99999"}, "Thành phố không có"),
        ({"email": "khong"}, "email"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_field(client: Browser, changes: dict[str, str], said: str) -> None:
    answer = client.post("/alerts/new", data=CIRCLE | {"email": EMAIL} | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert faults(answer.text) == []


def test_an_account_sees_its_areas_and_has_no_more_than_twenty(
    client: Browser, resident: Person, db_session: Session
) -> None:
    client.sign_in(resident)
    assert "chưa theo dõi khu vực nào" in client.get("/account/alerts").text
    for _ in range(watching.MOST):
        assert client.post("/alerts/new", data=CIRCLE).status_code == 303
    refused = client.post("/alerts/new", data=CIRCLE)
    assert refused.status_code == 422
    assert client.get("/account/alerts").text.count("trong bán kính 500 m") == watching.MOST
