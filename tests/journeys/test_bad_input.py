"""What people send wrongly, in a real browser: a sentence beside the field, in their language, and nothing typed lost.

With scripts in Vietnamese, and without them in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import confirmations, workflow
from app.domain.city import store
from app.domain.permissions import actor_of
from app.extensions import db, unit_of_work
from app.models import Person, Photo, Report
from app.models.choices import PhotoState, Status
from tests import factories, photos
from tests.support.application import Browser, Clock
from tests.support.browser import Watched

pytestmark = pytest.mark.browser
TYPED = "Rác chất đống trước cổng trường từ hôm qua"


@dataclass
class Reader:
    page: Page
    language: str
    javascript: bool

    @property
    def prefix(self) -> str:
        return "/en" if self.language == "en" else ""

    def says(self, vi: str, en: str) -> str:
        return en if self.language == "en" else vi

    def go(self, path: str) -> None:
        self.page.goto(self.prefix + path)

    def is_told(self, where: Locator, vi: str, en: str) -> None:
        """The sentence stands there, in the reader's language, on a whole page without a trace of the program."""
        expect(where).to_contain_text(self.says(vi, en))
        assert self.page.locator("html").get_attribute("lang") == self.language
        assert self.page.locator("h1").count() == 1
        assert "Traceback" not in self.page.content()

    def picks(self, *files: Path) -> None:
        self.page.locator("#photos").set_input_files(files)
        if not self.javascript:
            self.page.locator(".go__on").click()


@pytest.fixture(
    params=[
        pytest.param(("vi", True), id="vi"),
        pytest.param(("en", False), id="en-plain", marks=pytest.mark.proof),
    ]
)
def how(request: pytest.FixtureRequest) -> tuple[str, bool]:
    chosen: tuple[str, bool] = request.param
    return chosen


@pytest.fixture
def sit(
    db_session: Session, how: tuple[str, bool], open_page: Callable[..., Page], watched: Watched
) -> Callable[..., Reader]:
    watched.expect("422", "404", "410", "400", "409", "413")

    def sit_down(**more: object) -> Reader:
        return Reader(open_page(language=how[0], javascript=how[1], **more), *how)

    return sit_down


@pytest.fixture
def reader(sit: Callable[..., Reader]) -> Reader:
    return sit()


@pytest.fixture
def clerk(db_session: Session) -> Person:
    return factories.staff("ubnd-10001")


@pytest.fixture
def desk(sit: Callable[..., Reader], clerk: Person, sign_in: Callable[..., Browser]) -> Reader:
    return sit(browser=sign_in(clerk), wide=True)


def a_file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def beside(page: Page, field: str) -> Locator:
    return page.locator(f"#{field}-error").first


# Photos ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "make", "vi", "en"),
    [
        ("ghi-chu.jpg", photos.text, "không phải ảnh", "is not a photo we can read"),
        ("bom.png", photos.bomb, "40 triệu điểm ảnh", "40 million pixels"),
    ],
)
def test_a_file_that_is_no_photo_is_named_beside_the_field(
    reader: Reader, tmp_path: Path, name: str, make: Callable[[], bytes], vi: str, en: str
) -> None:
    reader.go("/report")
    reader.picks(a_file(tmp_path, name, make()))
    reader.is_told(beside(reader.page, "photos"), vi, en)
    expect(beside(reader.page, "photos")).to_contain_text(name)
    assert "photos-error" in str(reader.page.locator("#photos").get_attribute("aria-describedby"))


def test_a_fifth_photo_is_left_out_by_name_and_four_are_kept(reader: Reader, tmp_path: Path) -> None:
    reader.go("/report")
    reader.picks(*(a_file(tmp_path, f"anh-{n}.jpg", photos.jpeg(place=None)) for n in range(1, 6)))
    told = reader.page.locator("#photos-error")
    reader.is_told(told, "anh-5.jpg", "anh-5.jpg")
    reader.is_told(told, "tối đa 4 ảnh", "At most 4 photos")
    expect(reader.page.locator(".shot")).to_have_count(4)
    kept = db.session.scalars(select(Photo).where(Photo.state != PhotoState.REMOVED)).all()
    assert len(kept) == 4


def test_a_photo_from_elsewhere_proposes_no_pin_and_says_so(reader: Reader, tmp_path: Path) -> None:
    reader.go("/report")
    reader.picks(a_file(tmp_path, "xa.jpg", photos.jpeg(place=(10.7769, 106.7009))))
    reader.is_told(reader.page.locator(".flashes"), "nằm ngoài Thành phố Sáu Phường", "lies outside City of Six Wards")
    reader.go("/report/place")
    expect(reader.page.locator("[name=lat]")).to_have_value("")


def test_a_body_over_the_limit_is_refused_in_words_and_what_was_typed_is_there(
    reader: Reader, tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.go("/report/what")
    reader.page.locator("[name=words]").fill(TYPED)
    reader.page.locator("[name=then]").evaluate("button => button.click()")
    reader.page.wait_for_url("**/report/what#kind")
    reader.go("/report")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 20_000)
    reader.picks(a_file(tmp_path, "to.jpg", photos.jpeg(1600, 1200)))
    reader.is_told(reader.page.locator("main"), "quá lớn", "too large")
    monkeypatch.undo()
    reader.go("/report/what")
    expect(reader.page.locator("[name=words]")).to_have_value(TYPED)


# Links, codes, tokens -------------------------------------------------------------------------------------------------


def test_an_expired_link_says_what_to_do(reader: Reader, clock: Clock) -> None:
    report = factories.a_report()
    with unit_of_work():
        token = confirmations.confirmation_token(report)
    clock.forward(days=confirmations.LINK_DAYS, seconds=1)
    reader.go(f"/r/{report.code}/confirm/{token}")
    reader.is_told(reader.page.locator("main"), "đã hết hạn", "has expired")


def test_an_unknown_code_is_said_beside_the_field_that_keeps_it(reader: Reader) -> None:
    reader.go("/find")
    reader.page.locator("main #code").fill("482 160 357")
    reader.page.locator(".lookup button").click()
    reader.is_told(beside(reader.page, "code"), "mã", "code")
    expect(reader.page.locator("main #code")).to_have_value(re.compile("482.?160.?357"))
    reader.go("/r/999999999")
    reader.is_told(reader.page.locator("main"), "mã", "code")


def test_a_form_without_its_token_hands_the_words_back(reader: Reader) -> None:
    reader.go("/report/what")
    reader.page.locator("[name=words]").fill(TYPED)
    reader.page.context.clear_cookies(name="hoiam")
    reader.page.locator(".go__on").click()
    reader.is_told(reader.page.locator("main"), "mở quá lâu", "open too long")
    expect(reader.page.locator("#kept")).to_have_value(TYPED)


# The desk -------------------------------------------------------------------------------------------------------------


def test_a_report_that_a_colleague_was_faster_with_keeps_the_clerks_words(desk: Reader, clerk: Person) -> None:
    report = factories.a_report()
    take(report, clerk, "receive", "start")
    desk.go(f"/desk/r/{report.code}?move=note")
    desk.page.locator("#words").fill(TYPED)
    a_colleague_notes(report, clerk)
    desk.page.locator("[data-step] button[type=submit]").click()
    desk.is_told(desk.page.locator("main .notice").first, "vừa có thay đổi", "moved on meanwhile")
    expect(desk.page.locator("#words")).to_have_value(TYPED)


def test_a_step_that_is_no_longer_to_be_taken_hands_the_words_back(desk: Reader, clerk: Person) -> None:
    report = factories.a_report()
    take(report, clerk, "receive", "start")
    desk.go(f"/desk/r/{report.code}?move=ask")
    desk.page.locator("#words").fill(TYPED)
    with unit_of_work():
        refusal = next(iter(store.current().refusals))
        details = workflow.Details(words="Ngoài phạm vi.", refusal=refusal)
        workflow.take(report.code, "decline", by=actor_of(db.session.get_one(Person, clerk.id)), details=details)
    desk.page.locator("[data-step] button[type=submit]").click()
    expect(desk.page.locator("#kept")).to_have_value(TYPED)
    assert status_of(report) is Status.DECLINED


def test_a_photo_of_a_refused_answer_waits_for_the_next_try(desk: Reader, clerk: Person, tmp_path: Path) -> None:
    report = factories.a_report()
    take(report, clerk, "receive", "start")
    desk.go(f"/desk/r/{report.code}")
    page = desk.page
    page.locator("[name=outcome][value=fixed]").check()
    page.locator("#photos").set_input_files(a_file(tmp_path, "sau.jpg", photos.jpeg()))
    page.locator("[data-step] button[type=submit]").click()
    expect(beside(page, "words")).to_be_visible()
    expect(page.locator("[name=picked]")).to_be_checked()
    page.locator("#words").fill("Đã dọn sạch.")
    page.locator("[data-step] button[type=submit]").click()
    expect(page.locator(".sent")).to_be_visible()
    assert status_of(report) is Status.RESOLVED
    assert db.session.scalars(select(Photo).where(Photo.report_id == report.id)).one().has_location


def take(report: Report, clerk: Person, *moves: str) -> None:
    for move in moves:
        with unit_of_work():
            workflow.take(report.code, move, by=actor_of(db.session.get_one(Person, clerk.id)))


def a_colleague_notes(report: Report, clerk: Person) -> None:
    with unit_of_work():
        by = actor_of(db.session.get_one(Person, clerk.id))
        workflow.take(report.code, "note", by=by, details=workflow.Details(words="Đã gọi cho tổ vệ sinh."))


def status_of(report: Report) -> Status:
    db.session.expire_all()
    return db.session.get_one(Report, report.id).status
