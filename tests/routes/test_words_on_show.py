"""What somebody wrote is shown as they wrote it and runs nowhere: on pages, in letters, on paper, in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts import team
from app.domain.accounts.team import Terms
from app.domain.city import store
from app.domain.reports import filing, following, secret_of
from app.extensions import db, unit_of_work
from app.models import Event, Person, Report, Words
from app.models.choices import Publication, Role
from tests import factories, photos
from tests.support.application import Browser, Clock
from tests.support.hostile import ALIVE, IMAGE, SCRIPT
from tests.support.html import faults
from tests.support.post import work

HOSTILE = f"{SCRIPT} {IMAGE} {{{{ 7041 * 7041 }}}} </textarea></title><svg/onload=alert(7041)>"
SHOWN = "&lt;script&gt;alert(7041)"
LINES = "Lan\r\nBcc: all@example.org"


@pytest.fixture
def report(clock: Clock, db_session: Session) -> Report:
    """A report whose every word is an attack, published whole."""
    report = factories.a_report(
        words=HOSTILE,
        wayfinding=HOSTILE,
        nearest_address=HOSTILE,
        contact=filing.Contact(SCRIPT, "lan@example.org", ""),
    )
    with unit_of_work() as session:
        following.confirm_contact(report.code, by=factories.its_reporter(report))
        fresh = session.scalars(select(Report)).one()
        fresh.publication = Publication.FULL
        for one in session.scalars(select(Words)):
            one.public_text = one.original
    db_session.expire_all()
    return report


@pytest.fixture
def lead(report: Report) -> Person:
    return factories.staff(factories.unit_of(report), Role.LEAD, sees_contact=True)


@pytest.fixture
def desk(client: Browser, lead: Person) -> Browser:
    with unit_of_work():
        db.session.get_one(Person, lead.id).name = HOSTILE[:100]
    client.sign_in(lead)
    return client


def step(desk: Browser, report: Report, move: str, **said: str) -> int:
    db.session.expire_all()
    fresh = db.session.scalars(select(Report).where(Report.code == report.code)).one()
    return desk.post(
        f"/desk/r/{report.code}", data={"move": move, "version": str(fresh.version), "words": HOSTILE, **said}
    ).status_code


def worked(desk: Browser, report: Report) -> None:
    """Every sort of words there is, each an attack."""
    own = f"/r/{report.code}/mine/{secret_of(report)}"
    data: dict[str, Any] = {"add-words": HOSTILE, "add-photos": [(BytesIO(photos.jpeg()), f"{SCRIPT}.jpg")]}
    assert desk.post(f"{own}/add", data=data, content_type="multipart/form-data").status_code == 303
    assert step(desk, report, "receive") == 302
    assert step(desk, report, "note") == 302
    assert step(desk, report, "ask") == 302
    assert desk.post(f"{own}/reply", data={"reply-words": HOSTILE}).status_code in (302, 303, 422)
    letter = {"letter_body": HOSTILE[:200], "letter_number": SCRIPT, "letter_on": "2025-11-24"}
    assert step(desk, report, "resolve", outcome="referred", **letter) == 302
    with unit_of_work() as session:  # the minute in which staff can take it back has passed
        for event in session.scalars(select(Event)):
            event.public_at = event.public_at and event.at
        for one in session.scalars(select(Words)):
            one.public_text = one.public_text and one.original


def pages(report: Report) -> Iterator[str]:
    code, own = report.code, f"/r/{report.code}/mine/{secret_of(report)}"
    for prefix in ("", "/en"):
        for path in (
            *("/", "/reports", "/reports?words=script", "/map", "/near?lat=21.02&lng=105.76", "/mine", "/numbers"),
            *(f"/r/{code}", f"/map/card/{code}", own, f"{own}/sent", f"/r/{code}/join"),
            *("/wards/10001", "/units/ubnd-10001"),
            *("/desk", "/desk?tab=done", f"/desk/r/{code}", f"/desk/r/{code}?move=note", "/desk/publish"),
            *(f"/desk/publish/{code}", f"/desk/assisted/{code}/receipt", "/desk/team", "/account", "/account/settings"),
        ):
            yield prefix + path


def test_no_page_runs_what_somebody_wrote(desk: Browser, report: Report) -> None:
    worked(desk, report)
    shown = set()
    for path in pages(report):
        answer = desk.get(path)
        assert answer.status_code in (200, 302, 404), path
        assert not ALIVE.search(answer.text), path
        assert "<svg/onload" not in answer.text, path
        if answer.status_code == 200 and answer.text.lstrip().startswith("<!doctype"):
            assert faults(answer.text) == [], path
        if SHOWN in answer.text:
            shown.add(path)
    own = f"/r/{report.code}/mine/{secret_of(report)}"
    assert {f"/r/{report.code}", own, f"/desk/r/{report.code}", "/account/settings", "/desk?tab=done"} <= shown


def test_contact_data_is_shown_and_runs_nothing(desk: Browser, report: Report) -> None:
    page = desk.post(f"/desk/r/{report.code}/contact")
    assert page.status_code == 200
    assert SHOWN in page.text
    assert not ALIVE.search(page.text)


def test_what_programs_read_is_json_and_says_so(desk: Browser, report: Report) -> None:
    for path in (
        "/map/points.json?words=script",
        "/map/outlines.json",
        "/report/photos.json",
        "/tiles/10/813/450.json",
    ):
        answer = desk.get(path)
        assert answer.mimetype == "application/json", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        json.loads(answer.text)


def parts(letter: EmailMessage) -> Iterator[tuple[str, str]]:
    for kind in ("plain", "html"):
        body = letter.get_body((kind,))
        assert body is not None
        yield kind, str(body.get_content())


def sent(outbox: Path) -> list[EmailMessage]:
    from email import message_from_bytes, policy

    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(outbox.glob("*.eml"))]
    return [one for one in found if isinstance(one, EmailMessage)]


def test_no_letter_runs_what_somebody_wrote_or_names_another_reader(
    app: Flask, desk: Browser, report: Report, outbox: Path, clock: Clock
) -> None:
    worked(desk, report)
    clock.forward(minutes=5)
    work(app)
    letters, shown = sent(outbox), 0
    assert len(letters) >= 4
    for letter in letters:
        assert {name.lower() for name in letter} <= {
            *("subject", "from", "to", "date", "message-id", "auto-submitted", "mime-version", "content-type"),
            *("content-language", "list-unsubscribe", "list-unsubscribe-post"),
        }
        assert "script" not in str(letter["Subject"])
        assert len(letter.get_all("To", [])) == 1
        for kind, text in parts(letter):
            if kind == "html":
                assert not re.search(r"<script|<img[^>]+onerror|<svg", text)
                shown += SHOWN in text
            assert "49575681" not in text
    assert shown >= 2


@pytest.mark.parametrize("name", [LINES, "Lan\nSubject: khác", "Lan\r\n\r\n<script>", "Lan\u2028Bcc: x@example.org"])
def test_no_name_and_no_address_adds_a_line_to_the_head_of_a_letter(
    app: Flask, client: Browser, outbox: Path, db_session: Session, name: str
) -> None:
    client.post("/sign-up", data={"email": "lan@example.org", "name": name, "password": "bốn từ khác hẳn nhau cầu"})
    client.post("/sign-up", data={"email": f"lan@example.org{name}", "password": "bốn từ khác hẳn nhau cầu"})
    lead = factories.actor("ubnd-10001", Role.LEAD)
    with unit_of_work():
        team.invite("moi@example.org", name, store.current().units["ubnd-10001"].id, Terms(Role.CLERK), by=lead)
    work(app)
    letters = sent(outbox)
    assert sorted(str(one["To"]) for one in letters) == ["lan@example.org", "moi@example.org"]
    for path, letter in zip(sorted(outbox.glob("*.eml")), letters, strict=True):
        head = path.read_bytes().partition(b"\r\n\r\n")[0].lower()
        assert b"\nbcc" not in head
        assert letter["Bcc"] is None
        assert head.count(b"\nsubject:") + head.startswith(b"subject:") == 1


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.jpg", "..\\..\\x.jpg", "/etc/passwd", "x\x00.jpg", f"{SCRIPT}.jpg", "a" * 5000 + ".jpg"],
)
def test_the_name_of_a_photo_names_no_file_of_ours(
    client: Browser, data_folder: Path, db_session: Session, name: str
) -> None:
    before = {path for path in data_folder.rglob("*") if path.is_file()}
    for content in (photos.jpeg(), b"no photo"):
        data = {"photos": [(BytesIO(content), name)]}
        answer = client.post("/report", data=data, content_type="multipart/form-data")
        assert answer.status_code in (303, 400, 422)
        assert not ALIVE.search(answer.text)
    kept = [path for path in data_folder.rglob("*") if path.is_file() and path not in before]
    assert [path for path in kept if path.parent.parent.name != "storage" and "storage" not in path.parts] == []
    assert [path.name for path in kept if not re.fullmatch(r"[\w-]+(\.\w+)?", path.name)] == []


def test_signs_that_turn_the_direction_stay_inside_their_own_words(client: Browser, report: Report) -> None:
    """An override in somebody's words may not turn the words of the page around."""
    with unit_of_work() as session:
        for one in session.scalars(select(Words)):
            one.public_text = one.original = "an toàn \u202egpj.exe"
    for path in (f"/r/{report.code}", "/reports"):
        for before in re.findall(r"<([a-z]+)[^>]*>[^<]*\u202e", client.get(path).text):
            assert before in ("p", "bdi", "blockquote", "dd", "li", "div"), path
