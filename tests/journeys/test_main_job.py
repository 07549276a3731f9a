"""The whole main job in a real browser: a photo on a street becomes a promise, an answer, and a resident's last word.

On a phone and at a desk, in both languages, and once without scripts. The clock stands still unless the test moves
it; what the worker would do between two visits is done by its own jobs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import promises
from app.domain.accounts.passwords import hash_password
from app.domain.city import store
from app.domain.figures import verify
from app.extensions import db, unit_of_work
from app.models import Person, Photo, Report
from app.models.choices import Outcome, PhotoKind, PhotoState, PlaceSource, Rating, Severity, Status
from tests import factories, photos
from tests.support.application import Clock
from tests.support.browser import Watched
from tests.support.post import letters_to, link_in, text_of, work

pytestmark = pytest.mark.browser

HERE = (21.0215, 105.7575)  # in phường Một, not its middle: the pin must come from the photo
GUEST = "nguoi.gui@example.org"
PASSWORD = "cho-thu-nghiem-20"
WORDS = {"vi": "Ổ gà to giữa đường, xe máy phải tránh", "en": "A deep pothole in the middle of the road"}
ANSWER = "Tổ duy tu đã vá mặt đường sáng nay."


@dataclass
class Window:
    """How somebody sits before the screen."""

    wide: bool
    language: str
    javascript: bool = True
    worker: bool = False  # with our service worker

    @property
    def prefix(self) -> str:
        return "/en" if self.language == "en" else ""


WINDOWS = [
    pytest.param(Window(False, "vi", worker=True), id="phone-vi"),
    pytest.param(Window(True, "en"), id="desk-en"),
    pytest.param(Window(False, "vi", javascript=False), id="phone-vi-plain"),
    pytest.param(Window(False, "en"), id="phone-en", marks=pytest.mark.proof),
    pytest.param(Window(True, "vi"), id="desk-vi", marks=pytest.mark.proof),
    pytest.param(Window(True, "en", javascript=False), id="desk-en-plain", marks=pytest.mark.proof),
]


@pytest.fixture(params=WINDOWS)
def window(request: pytest.FixtureRequest) -> Window:
    chosen: Window = request.param
    return chosen


@pytest.fixture
def sit(open_page: Callable[..., Page], window: Window) -> Callable[[], Page]:
    """Another person's browser, of the same kind."""
    return lambda: open_page(
        wide=window.wide, language=window.language, javascript=window.javascript, worker=window.worker
    )


@pytest.fixture
def clerk(db_session: Session) -> Person:
    person = factories.staff("ubnd-10001")
    with unit_of_work() as session:
        session.get_one(Person, person.id).password_hash = hash_password(PASSWORD)
    return person


def a_photo(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(photos.jpeg(1200, 900, place=HERE))
    return path


def test_from_a_photo_on_the_street_to_the_residents_last_word(
    app: Flask,
    db_session: Session,
    clock: Clock,
    outbox: Path,
    tmp_path: Path,
    window: Window,
    sit: Callable[[], Page],
    clerk: Person,
    watched: Watched,
) -> None:
    guest = sit()
    report = file_with_a_photo(guest, window, a_photo(tmp_path, "truoc.jpg"), db_session)
    stands_as_promised(report, clock.now)
    done_page_says_when(guest, report)

    work(app)
    (letter,) = letters_to(GUEST, outbox)
    confirm_by_the_letter(guest, link_in(letter, "/confirm/"))
    db_session.refresh(report)
    assert report.is_contact_confirmed

    visitor = sit()
    assert on_the_map(visitor, window, report, "open") == {(report.code, "o")}

    desk = sit()
    sign_in(desk, window, clerk)
    assert due_in_the_queue(desk, report) is not None
    receive_start_and_answer(desk, report, a_photo(tmp_path, "sau.jpg"))
    db_session.refresh(report)
    assert report.status is Status.RESOLVED

    nothing_is_public_yet(visitor, window, report)
    work(app)
    letters_before = len(letters_to(GUEST, outbox))
    clock.forward(seconds=61)
    work(app)

    the_public_page_shows_the_answer(visitor, window, report)
    assert on_the_map(visitor, window, report, "done") == {(report.code, "d")}
    letters = letters_to(GUEST, outbox)
    assert len(letters) > letters_before
    assert ANSWER in text_of(letters[-1])
    rate(guest, link_in(letters[-1]), report)
    db_session.refresh(report)
    assert report.rating is Rating.SATISFIED
    clock.forward(seconds=61)
    visitor.goto(f"{window.prefix}/r/{report.code}")
    expect(visitor.locator("#history ~ *")).to_contain_text("Hài lòng" if window.language == "vi" else "Satisfied")
    assert verify() == []


# The resident ---------------------------------------------------------------------------------------------------------


def file_with_a_photo(page: Page, window: Window, photo: Path, session: Session) -> Report:
    """From the front page to the page with the code."""
    page.goto(f"{window.prefix}/")
    page.locator("main a[href$='/report']").first.click()
    page.locator("#photos").set_input_files(photo)
    if window.javascript:
        expect(page.locator(".shot")).to_have_count(1)  # the page stays: a camera gives one photo at a time
    page.locator(".go__on").click()
    page.wait_for_url("**/report/place")
    assert float(page.locator("[name=lat]").input_value()) == pytest.approx(HERE[0], abs=1e-4)
    assert float(page.locator("[name=lng]").input_value()) == pytest.approx(HERE[1], abs=1e-4)
    assert page.locator("[name=source]").input_value() == "photo"
    expect(page.locator("[data-spot]")).to_contain_text("Phường Một" if window.language == "vi" else "Mot Ward")
    page.locator(".go__on").click()

    page.wait_for_url("**/report/what")
    page.locator("[name=words]").fill(WORDS[window.language])
    if not window.javascript:
        page.locator("[name=then]").click()
    expect(page.locator("[name=category][value=pothole]")).to_be_checked()
    page.locator("[name=danger][value=no]").check()
    if not window.javascript:
        page.locator(".go__on").click()
    page.locator("[name=answer_road][value=alley]").check()
    page.locator(".go__on").click()

    page.wait_for_url("**/report/send")
    page.locator("[name=email]").fill(GUEST)
    page.locator(".go__on").click()
    page.wait_for_url("**/sent")
    return session.scalars(select(Report)).one()


def stands_as_promised(report: Report, filed_at: datetime) -> None:
    city = store.current()
    unit = city.unit_of(report.unit_id)
    assert (unit.code, city.ward_of(report.ward_id).code) == ("ubnd-10001", "10001")
    assert (report.lat, report.lng) == (pytest.approx(HERE[0], abs=1e-4), pytest.approx(HERE[1], abs=1e-4))
    assert (report.place_source, report.status) == (PlaceSource.PHOTO, Status.NEW)
    promise = promises.at_filing(city, report.unit_id, Severity.NORMAL, filed_at)
    assert (report.receive_due_at, report.handle_due_at) == (promise.receive_by, promise.handle_by)
    assert report.due_at == promise.receive_by


def done_page_says_when(page: Page, report: Report) -> None:
    assert code_as_read(report) in page.locator("main").inner_text().replace("\n", "")
    moments = [one.get_attribute("datetime") for one in page.locator(".promises time").all()]
    assert [datetime.fromisoformat(one) for one in moments if one] == [report.receive_due_at, report.handle_due_at]


def code_as_read(report: Report) -> str:
    return f"{report.code[:3]}-{report.code[3:6]}-{report.code[6:]}"


def confirm_by_the_letter(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/mine/[^/]+$"))
    expect(page.locator("[name=code-digits]")).to_have_count(0)


def rate(page: Page, link: str, report: Report) -> None:
    page.goto(link)
    expect(page.locator("main")).to_contain_text(ANSWER)
    page.locator(f"[name=rate-rating][value={Rating.SATISFIED}]").check()
    page.locator(".rating button[type=submit]").click()
    expect(page.locator("#rate")).to_have_count(0)


# Everybody ------------------------------------------------------------------------------------------------------------


def on_the_map(page: Page, window: Window, report: Report, status_class: str) -> set[tuple[str, str]]:
    """(code, letter) of the pins of one class in the tiles that the map itself asks for around the report."""
    view = f"class={status_class}&at={report.lat:.5f},{report.lng:.5f},17"
    if not window.javascript:  # the list is the map's equal without scripts; the tile is asked as the map would
        page.goto(f"{window.prefix}/map?{view}")
        expect(page.locator(f".mapview__list a[href$='/r/{report.code}']")).to_have_count(1)
        answers = [page.request.get(f"{tile_of(report)}?class={status_class}")]
    else:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/tiles/" in request.url else None)
        page.goto(f"{window.prefix}/map?{view}")
        if not window.wide:
            page.locator("[data-map-open]").click()
        expect(page.locator(".leaflet-marker-pane > *").first).to_be_visible()
        answers = [page.request.get(url) for url in dict.fromkeys(asked)]
    assert answers
    return {(row[2], row[3]) for answer in answers for row in answer.json() if len(row) == 4}


def tile_of(report: Report) -> str:
    from app.domain import geo

    assert report.public_cell is not None
    x, y = geo.tile_of(report.public_cell, 16)
    return f"/tiles/16/{x}/{y}.json"


def nothing_is_public_yet(page: Page, window: Window, report: Report) -> None:
    page.goto(f"{window.prefix}/r/{report.code}")
    expect(page.locator("main")).not_to_contain_text(ANSWER)
    expect(page.locator("main")).not_to_contain_text("Đã khắc phục" if window.language == "vi" else "Fixed")


def the_public_page_shows_the_answer(page: Page, window: Window, report: Report) -> None:
    page.goto(f"{window.prefix}/r/{report.code}")
    expect(page.locator("main")).to_contain_text(ANSWER)
    after = db.session.scalars(select(Photo).where(Photo.report_id == report.id, Photo.kind == PhotoKind.AFTER)).one()
    assert (after.state, after.has_location) == (PhotoState.READY, True)
    shown = page.locator(f"main img[src*='{after.name}']").first
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", True)
    assert page.request.get(str(shown.get_attribute("src"))).status == 200


# The clerk ------------------------------------------------------------------------------------------------------------


def sign_in(page: Page, window: Window, person: Person) -> None:
    page.goto(f"{window.prefix}/desk")
    page.locator("[name=email]").fill(str(person.email))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk*")


def due_in_the_queue(page: Page, report: Report) -> str | None:
    row = page.locator("[data-row]").filter(has=page.locator(f"a[href*='/desk/r/{report.code}']"))
    expect(row).to_have_count(1)
    return row.locator("td").first.inner_text()


def receive_start_and_answer(page: Page, report: Report, photo: Path) -> None:
    page.locator(f"[data-row] a[href*='/desk/r/{report.code}']").click()
    for move in ("receive", "start"):
        page.locator(f"form:has([name=move][value={move}]) button").first.click()
        expect(page.locator(f"[name=move][value={move}]")).to_have_count(0)
        expect(page.locator(".sent")).to_be_visible()
    page.locator(f"[name=outcome][value={Outcome.FIXED}]").check()
    page.locator("#words").fill(ANSWER)
    page.locator("#photos").set_input_files(photo)
    page.locator("[data-step] button[type=submit]").click()
    expect(page.locator(".sent")).to_be_visible()
    expect(page.locator("main")).to_contain_text(ANSWER)
