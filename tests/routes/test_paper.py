"""A report on A4: what its page says, a code that leads back, nothing to press, and nobody's telephone number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pypdfium2
import pytest
from sqlalchemy.orm import Session

from app.domain import codes, workflow
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report
from app.models.choices import Outcome, Role
from tests import factories
from tests.support.application import Browser, Clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

A4 = (210, 297)


@pytest.fixture
def report(db_session: Session, clock: Clock) -> Report:
    """An answered report in the ward of the first unit."""
    report = factories.a_report()
    lead = factories.in_charge_of(report, Role.LEAD)
    for move, details in (
        ("receive", Details()),
        ("resolve", Details(words="Bãi rác đã có lịch dọn.", outcome=Outcome.CANNOT_FIX)),
    ):
        with unit_of_work():
            workflow.take(report.code, move, by=lead, details=details)
    factories.a_minute_later(clock)
    return report


def printed(page: Page) -> tuple[list[tuple[int, int]], str, str]:
    """Sizes of the sheets in millimetres, their words, and what the code on the first of them says."""
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, format="A4"))
    sizes, words, opened = [], [], list(document)
    for sheet in opened:
        width, height = sheet.get_size()
        sizes.append((round(width * 25.4 / 72), round(height * 25.4 / 72)))
        text = sheet.get_textpage()
        words.append(text.get_text_range())
        text.close()
    picture = np.array(opened[0].render(scale=3).to_pil().convert("L"))
    for sheet in opened:
        sheet.close()
    document.close()
    return sizes, " ".join(" ".join(words).split()), cv2.QRCodeDetector().detectAndDecode(picture)[0]


@pytest.mark.browser
def test_the_public_page_prints_as_a_sheet(report: Report, open_page: Callable[..., Page], live_server: str) -> None:
    page = open_page(wide=True, language="en")
    page.goto(f"/en/r/{report.code}")
    sizes, words, code = printed(page)
    assert set(sizes) == {A4}
    assert len(sizes) == 1
    where_and_what = (codes.shown(report.code), "Uncollected rubbish", "Mot Ward", "Could not be fixed")
    for said in (*where_and_what, "What has happened", "Bãi rác đã có lịch dọn."):
        assert said in words
    assert code == f"{live_server}/en/r/{report.code}"
    for pressed in ("I have it too", "Follow", "Report exposed", "Menu", "Look up"):
        assert pressed not in words


@pytest.mark.browser
def test_the_desks_page_prints_what_a_crew_needs_and_no_contact(
    report: Report, sign_in: Callable[..., Browser], open_page: Callable[..., Page], live_server: str
) -> None:
    browser = sign_in(factories.staff("ubnd-10001", Role.LEAD, sees_contact=True))
    page = open_page(wide=True, language="en", browser=browser)
    page.goto(f"/en/desk/r/{report.code}")
    page.get_by_role("button", name="Show the contact data").click()
    page.get_by_text("@example.org").wait_for()
    sizes, words, code = printed(page)
    assert set(sizes) == {A4}
    assert code == f"{live_server}/en/desk/r/{report.code}"
    for said in (codes.shown(report.code), "Rác chất đống", "Could not be fixed", f"{report.lat:.5f}"):
        assert said in words
    for kept in ("example.org", "Người gửi", "Show the contact", "Other steps", "Internal note"):
        assert kept not in words


def test_nobody_waits_for_a_code_that_only_paper_needs(client: Browser, report: Report) -> None:
    page = client.get(f"/r/{report.code}").text
    assert 'loading="lazy"' in page[page.index("paper__qr") :][:200]
    assert client.get(f"/r/{report.code}/code.svg").mimetype == "image/svg+xml"


def test_a_code_is_drawn_only_for_those_who_may_open_its_page(
    client: Browser, new_browser: Callable[[], Browser], sign_in: Callable[..., Browser], db_session: Session
) -> None:
    hidden = factories.a_report(category="staff-conduct")
    assert client.get(f"/r/{hidden.code}/code.svg").status_code == 404
    elsewhere = sign_in(factories.staff("ubnd-10002", Role.LEAD), new_browser())
    assert elsewhere.get(f"/desk/r/{hidden.code}/code.svg").status_code == 404
