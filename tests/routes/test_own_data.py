"""My data: what is kept of whoever filed a report is shown to them, taken along, and erased for good."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import deliveries, publication, scrubbing
from app.domain.accounts import passwords
from app.domain.permissions import actor_of
from app.domain.reports import filing, following, get, secret_of
from app.extensions import storage, unit_of_work
from app.models import Consent, Delivery, Event, Participation, Person, Photo, Report, ReportContact, Words, now
from app.models.choices import EventKind, Part, PhotoState, Publication
from tests import photos
from tests.factories import a_person, a_report, in_charge_of, staff
from tests.support.application import Browser
from tests.support.post import letters_to, link_in, work
from tests.support.traces import traces

NAME, EMAIL, PHONE = "Đặng Thị Lưu Ly", "luuly.8271@example.org", "+84987650321"
SAID, MORE = "Rác trước nhà cô Lưu Ly", "Gọi tôi theo số 0987650321"


@pytest.fixture
def report(db_session: Session, client: Browser, app: Flask, outbox: Path) -> Report:
    """Filed by a guest who confirmed her address, added words and a photo, and agreed to letters."""
    filed = a_report(words=SAID, contact=filing.Contact(NAME, EMAIL, PHONE), consents=("alerts",))
    work(app)
    client.post(link_in(letters_to(EMAIL, outbox)[0], "/confirm/"))
    picture = (BytesIO(photos.jpeg()), "nha-toi.jpg")
    client.post(own(filed, "/add"), data={"add-words": MORE, "add-photos": picture})
    work(app)
    return again(db_session, filed)


def own(report: Report, rest: str = "") -> str:
    return f"/r/{report.code}/mine/{secret_of(report)}{rest}"


def again(session: Session, report: Report) -> Report:
    session.expire_all()
    return session.get_one(Report, report.id)


def erase(client: Browser, report: Report, **said: str) -> int:
    return client.post(own(report, "/erase"), data={"sure": "y"} | said).status_code


def test_the_page_says_what_is_kept_who_looked_and_what_was_agreed_to(client: Browser, report: Report) -> None:
    trusted = in_charge_of(report, sees_contact=True)
    with unit_of_work():
        following.look_at_contact(report.code, by=trusted)
    page = client.get(own(report, "/data"))
    assert page.headers["Cache-Control"] == "private, no-store"
    for kept in (NAME, EMAIL, PHONE, "2 đoạn", "1 ảnh", "Nhận thư về các phản ánh tương tự", "Ai đã xem"):
        assert kept in page.text, kept
    assert client.get(f"/r/{report.code}/mine/guessed/data").status_code == 404


def test_a_consent_can_be_taken_back_once(client: Browser, db_session: Session, report: Report) -> None:
    for _ in range(2):
        assert client.post(own(report, "/data/alerts/back")).status_code == 303
    consent = db_session.scalars(select(Consent).where(Consent.report_id == report.id)).one()
    assert consent.withdrawn_at is not None
    assert "rút lại lúc" in client.get(own(report, "/data")).text


def test_the_archive_holds_every_word_and_the_photo(client: Browser, report: Report) -> None:
    answer = client.get(own(report, "/data.zip"), buffered=True)
    assert answer.headers["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(answer.data)) as packed:
        said = json.loads(packed.read("data.json"))["reports"][0]
        assert said["contact"]["email"] == EMAIL
        assert [one["text"] for one in said["words"]] == [SAID, MORE]
        assert said["consents"][0]["purpose"] == "alerts"
        (photo,) = said["photos"]
        assert packed.read(photo["file"])[8:12] == b"WEBP"


def test_erasing_is_said_twice(client: Browser, db_session: Session, report: Report) -> None:
    refused = client.post(own(report, "/erase"))
    assert refused.status_code == 422
    assert again(db_session, report).erased_at is None


def test_the_case_stands_without_the_person(client: Browser, db_session: Session, report: Report) -> None:
    assert erase(client, report) == 303
    left = again(db_session, report)
    assert (left.status, left.publication, left.is_nameless) == (report.status, Publication.PIN, True)
    assert client.get(f"/r/{report.code}").status_code == 200
    assert client.get(own(report)).status_code == 410
    assert client.get("/mine").text.count(report.code) == 0
    assert db_session.get(ReportContact, report.id) is None
    assert db_session.scalars(select(Participation).where(Participation.report_id == report.id)).all() == []
    person = db_session.scalars(select(Person).where(Person.erased_at.is_not(None))).one()
    assert (person.name, person.email, person.phone, person.folded) == ("", None, None, "")
    assert db_session.scalars(select(Delivery).where(Delivery.person_id == person.id)).all() == []
    assert {one.original for one in db_session.scalars(select(Words).where(Words.report_id == report.id))} == {""}
    assert [one.state for one in db_session.scalars(select(Photo))] == [PhotoState.REMOVED]
    kinds = db_session.scalars(select(Event.kind).where(Event.report_id == report.id)).all()
    assert kinds[-1] is EventKind.ERASED
    in_charge = in_charge_of(report)
    assert get(report.code, seen_by=in_charge).id == report.id


def test_what_was_public_stays_masked_and_is_looked_at_again(
    client: Browser, db_session: Session, report: Report
) -> None:
    said = {one.original: one.id for one in db_session.scalars(select(Words).where(Words.report_id == report.id))}
    checked = publication.Checked(texts={said[SAID]: "Rác trước nhà •••", said[MORE]: None})
    by = in_charge_of(report)
    with unit_of_work():
        publication.publish(again(db_session, report), checked, by=by)
    erase(client, report)
    left = again(db_session, report)
    assert (left.publication, left.content_due_at is not None) == (Publication.PIN, True)
    kept = db_session.scalars(select(Words).where(Words.erased_at.is_(None))).all()
    assert [(one.original, one.public_text) for one in kept] == [("Rác trước nhà •••", None)]
    assert "•••" not in client.get(f"/r/{report.code}").text


def test_another_report_of_the_same_person_keeps_its_reporter(
    client: Browser, app: Flask, db_session: Session, outbox: Path, report: Report
) -> None:
    other = a_report(contact=filing.Contact(NAME, EMAIL, ""))
    work(app)
    client.post(link_in(letters_to(EMAIL, outbox)[-1], "/confirm/"))
    erase(client, report, content="y")
    db_session.expire_all()
    assert db_session.scalars(select(Person).where(Person.email == EMAIL)).one().erased_at is None
    assert client.get(own(other)).status_code == 200


@pytest.mark.only_sqlite
def test_no_byte_of_the_person_is_left_in_database_storage_or_letters(
    client: Browser, app: Flask, db_session: Session, report: Report
) -> None:
    needles = (NAME, EMAIL, "987650321", SAID, "luu ly", "Lưu Ly", "luuly")
    assert {word for _file, word in traces(app, needles)} >= {NAME, SAID}, "the search must be able to find"
    assert erase(client, report, content="y") == 303
    with app.app_context():
        assert scrubbing.scrub() == 1
        assert scrubbing.scrub() == 0
    assert traces(app, needles) == set()
    with app.app_context():
        assert not list(storage().walk("private/original"))


def test_a_letter_on_its_way_while_its_reader_erases_is_forgotten_too(
    client: Browser, app: Flask, db_session: Session, report: Report, outbox: Path
) -> None:
    waiting = Delivery(person_id=reporter_of(db_session, report), kind="filed", not_before=now(), data={})
    with unit_of_work() as session:
        session.add(waiting)
        session.flush()
        id = waiting.id
    (outbox / f"delivery-{id}.x.eml").write_text(EMAIL)
    assert erase(client, report, content="y") == 303
    with app.app_context():
        deliveries.mark_sent(id)
        deliveries.mark_failed(id, "later")
    assert not [path for path in outbox.glob("*.eml") if EMAIL in path.read_text()]


def reporter_of(session: Session, report: Report) -> int:
    mine = select(Participation.person_id).where(
        Participation.report_id == report.id, Participation.part == Part.REPORTER
    )
    return session.scalars(mine).one()


# With an account ------------------------------------------------------------------------------------------------------

PASSWORD = "mot-mat-khau-dai-4711"


@pytest.fixture
def resident(db_session: Session) -> Person:
    return a_person(NAME, email=EMAIL, password_hash=passwords.hash_password(PASSWORD))


def test_an_account_takes_everything_along(client: Browser, resident: Person) -> None:
    mine, followed = a_report(words=SAID, contact=filing.Contact(), person_id=resident.id), a_report()
    with unit_of_work():
        following.follow(followed.code, by=actor_of(resident))
    client.sign_in(resident)
    answer = client.get("/account/data.zip", buffered=True)
    with ZipFile(BytesIO(answer.data)) as packed:
        said = json.loads(packed.read("data.json"))
    assert (said["account"]["email"], said["account"]["follows"]) == (EMAIL, [followed.code])
    assert [(one["code"], one["words"][0]["text"]) for one in said["reports"]] == [(mine.code, SAID)]


def test_an_erased_account_leaves_its_cases(client: Browser, db_session: Session, resident: Person) -> None:
    codes = [a_report(words=SAID, contact=filing.Contact(), person_id=resident.id).code for _ in range(2)]
    client.sign_in(resident)
    wrong = client.post("/account/erase", data={"password": "falsch", "sure": "y"})
    assert (wrong.status_code, db_session.get_one(Person, resident.id).email) == (422, EMAIL)
    assert client.post("/account/erase", data={"password": PASSWORD, "sure": "y"}).status_code == 303
    db_session.expire_all()
    assert db_session.get_one(Person, resident.id).erased_at is not None
    assert client.get("/account").status_code != 200
    for code in codes:
        assert client.get(f"/r/{code}").status_code == 200
    assert {one.original for one in db_session.scalars(select(Words))} == {""}


def test_staff_do_not_erase_what_they_did(client: Browser, db_session: Session) -> None:
    clerk = staff("so-ha-tang")
    with unit_of_work():
        db_session.get_one(Person, clerk.id).password_hash = passwords.hash_password(PASSWORD)
    client.sign_in(clerk)
    answer = client.post("/account/erase", data={"password": PASSWORD, "sure": "y"})
    assert (answer.status_code, "do đơn vị quản lý" in answer.text) == (422, True)
