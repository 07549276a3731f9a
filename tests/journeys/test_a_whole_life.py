"""A guest's whole life with us, in a real browser: told, changed in time, asked, answered, opened again, taken along,
and forgotten to the last byte. The case stands.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import logs
from app.domain import scrubbing
from app.domain.accounts.passwords import hash_password
from app.domain.reports import secret_of
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Person, Report, ReportContact
from app.models.choices import Outcome, Rating, RatingReason, Status
from tests import factories, photos
from tests.support.application import Clock
from tests.support.browser import Watched
from tests.support.post import letters_to, link_in, work
from tests.support.traces import traces

pytestmark = [pytest.mark.browser, pytest.mark.proof]

HERE = (21.0215, 105.7575)
NAME, EMAIL, PHONE = "Phùng Bá Canari", "phung.canari@example.org", "0987650321"
SECRET, CHANGED = "Ổ gà trước nhà bà Sáu Canari", "Ổ gà sâu trước nhà bà Bảy Canari"
REPLY, STILL = "Cạnh cây phượng của bà Tám Canari", "Vẫn còn hố, bà Chín Canari vừa ngã"
TRACES = (NAME, EMAIL, "987650321", SECRET, CHANGED, REPLY, STILL, "Canari", "canari")
PASSWORD = "cho-thu-nghiem-20"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Every line that the program would have written meanwhile."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logs.Line())
    logging.getLogger().addHandler(handler)
    yield heard
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def clerk(db_session: Session) -> Person:
    person = factories.staff("ubnd-10001")
    with unit_of_work() as session:
        session.get_one(Person, person.id).password_hash = hash_password(PASSWORD)
    return person


def test_a_guest_is_heard_and_in_the_end_forgotten(
    app: Flask,
    db_session: Session,
    clock: Clock,
    outbox: Path,
    tmp_path: Path,
    open_page: Callable[..., Page],
    clerk: Person,
    watched: Watched,
    log: io.StringIO,
) -> None:
    factories.with_time_to_edit()
    guest, desk = open_page(), open_page(wide=True)
    photo = tmp_path / "truoc.jpg"
    photo.write_bytes(photos.jpeg(1200, 900, place=HERE))

    own = file_a_report(guest, photo)
    report = db_session.scalars(select(Report)).one()
    works(app)
    change_it_in_time(guest, own)
    assert letters_to(EMAIL, outbox) == []
    clock.forward(minutes=15)
    works(app)
    (letter,) = letters_to(EMAIL, outbox)
    confirm(guest, link_in(letter, "/confirm/"))

    sign_in(desk, clerk)
    ask(desk, report, "Hố nằm ở đoạn nào ạ?")
    a_minute_passes(app, clock)
    answer_the_question(guest, link_in(letters_to(EMAIL, outbox)[-1], "/mine/"))
    resolve(desk, report)
    a_minute_passes(app, clock)
    rate_as_not_handled(guest, link_in(letters_to(EMAIL, outbox)[-1], "/mine/"))
    db_session.expire_all()
    assert db_session.get_one(Report, report.id).status is Status.RECEIVED
    expect(guest.locator("main")).to_contain_text("mở lại")
    a_minute_passes(app, clock)

    everything_is_in_the_archive(guest, own)
    found = {word for _file, word in traces(app, TRACES)}
    assert found >= {NAME, EMAIL, CHANGED, REPLY, STILL}, "the search must be able to find"
    erase(guest, own)
    works(app)
    with app.app_context():
        scrubbing.scrub()
        assert scrubbing.scrub() == 0

    watched.expect("410")
    assert guest.request.get(own).status == 410
    the_case_stands_without_them(open_page(), report)
    assert traces(app, TRACES) == set()
    assert [word for word in TRACES if word in log.getvalue()] == []
    assert db_session.get(ReportContact, report.id) is None


def test_the_time_to_edit_runs_down_in_sight_and_is_read_aloud_once(
    db_session: Session, clock: Clock, open_page: Callable[..., Page]
) -> None:
    factories.with_time_to_edit()
    report = factories.a_report()
    page = open_page()
    page.clock.install(time=clock.now)
    page.goto(f"/r/{report.code}/mine/{secret_of(report)}")
    seen, aloud = page.locator("[data-clock]"), page.locator("[data-aloud]")
    expect(seen).to_contain_text("14 phút")
    expect(aloud).to_have_text("")
    page.evaluate(
        "() => { window.said = 0; new MutationObserver(() => window.said++)"
        ".observe(document.querySelector('[data-aloud]'), { childList: true }) }"
    )
    page.clock.run_for(14 * 60_000)
    expect(aloud).to_have_text("Còn một phút để sửa phản ánh.")
    page.clock.run_for(50_000)
    assert page.evaluate("window.said") == 1
    page.clock.run_for(20_000)
    expect(seen).to_have_text("Đã hết thời gian chỉnh sửa.")
    assert page.evaluate("window.said") == 2


# The guest ------------------------------------------------------------------------------------------------------------


def file_a_report(page: Page, photo: Path) -> str:
    """Answers with the address of the guest's own page."""
    page.goto("/report")
    page.locator("#photos").set_input_files(photo)
    expect(page.locator(".shot")).to_have_count(1)
    page.locator(".go__on").click()
    page.wait_for_url("**/report/place")
    page.locator(".go__on").click()
    page.wait_for_url("**/report/what")
    page.locator("[name=words]").fill(SECRET)
    expect(page.locator("[name=category][value=pothole]")).to_be_checked()
    page.locator("[name=danger][value=no]").check()
    page.locator("[name=answer_road][value=alley]").check()
    page.locator(".go__on").click()
    page.wait_for_url("**/report/send")
    for name, said in {"name": NAME, "email": EMAIL, "phone": PHONE}.items():
        page.locator(f"[name={name}]").fill(said)
    page.locator(".go__on").click()
    page.wait_for_url("**/sent")
    return page.url.removesuffix("/sent")


def change_it_in_time(page: Page, own: str) -> None:
    page.goto(own)
    expect(page.locator("#edit")).to_be_visible()
    page.locator("#edit a[href$='/edit']").click()
    page.wait_for_url("**/edit")
    page.locator("[name=words]").fill(CHANGED)
    page.locator("form[data-what] button[type=submit]:not([name])").last.click()
    page.wait_for_url(re.compile(r"/mine/[^/]+$"))
    expect(page.locator("main")).to_contain_text(CHANGED)


def confirm(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/mine/[^/]+$"))


def answer_the_question(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("[name=reply-words]").fill(REPLY)
    page.locator("form:has([name=reply-words]) button[type=submit]").click()
    expect(page.locator("[name=reply-words]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(REPLY)


def rate_as_not_handled(page: Page, link: str) -> None:
    page.goto(link)
    page.locator(f"[name=rate-rating][value={Rating.UNSATISFIED}]").check()
    page.locator(f"[name=rate-reason][value={RatingReason.NOT_HANDLED}]").check()
    page.locator("[name=rate-words]").fill(STILL)
    page.locator(".rating button[type=submit]").click()
    expect(page.locator("#rate")).to_have_count(0)


def everything_is_in_the_archive(page: Page, own: str) -> None:
    archive = ZipFile(io.BytesIO(page.request.get(f"{own}/data.zip").body()))
    said = json.loads(archive.read("data.json"))["reports"][0]
    texts = {one["text"] for one in said["words"]}
    assert {SECRET, CHANGED, REPLY, STILL} <= texts
    assert (said["contact"]["name"], said["contact"]["email"]) == (NAME, EMAIL)
    assert archive.read(said["photos"][0]["file"])[8:12] == b"WEBP"


def erase(page: Page, own: str) -> None:
    page.goto(f"{own}/data#erase")
    page.locator("#erase summary").click()
    page.locator("#erase [name=content]").check()
    page.locator("#erase [name=sure]").check()
    page.locator("#erase button[type=submit]").click()
    page.wait_for_url(lambda url: "/mine/" not in url)


def the_case_stands_without_them(page: Page, report: Report) -> None:
    page.goto(f"/r/{report.code}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Canari")


# The unit -------------------------------------------------------------------------------------------------------------


def sign_in(page: Page, person: Person) -> None:
    page.goto("/desk")
    page.locator("[name=email]").fill(str(person.email))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk*")


def ask(page: Page, report: Report, question: str) -> None:
    page.goto(f"/desk/r/{report.code}")
    page.locator("form:has([name=move][value=receive]) button").first.click()
    expect(page.locator("[name=move][value=receive]")).to_have_count(0)
    page.goto(f"/desk/r/{report.code}?move=ask")
    page.locator("#words").fill(question)
    page.locator("[data-step] button[type=submit]").click()
    expect(page.locator(".sent")).to_be_visible()


def resolve(page: Page, report: Report) -> None:
    page.goto(f"/desk/r/{report.code}?move=resolve")
    expect(page.locator("main")).to_contain_text(REPLY)
    page.locator(f"[name=outcome][value={Outcome.CANNOT_FIX}]").check()
    page.locator("#words").fill("Đang chờ vật tư, sẽ làm trong tháng.")
    page.locator("[data-step] button[type=submit]").click()
    expect(page.locator(".sent")).to_be_visible()


def works(app: Flask) -> None:
    """The worker passes by."""
    with app.app_context():
        clocks.turn()
        clocks.show_settled()
    work(app)
    db.session.expire_all()


def a_minute_passes(app: Flask, clock: Clock) -> None:
    clock.forward(seconds=61)
    works(app)
