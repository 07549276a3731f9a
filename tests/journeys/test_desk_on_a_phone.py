"""The desk in the pocket: the next report on top, the filters behind their number, the open tab in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests import factories
from tests.support.application import Browser
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser

FOLDED = "#status, #category, #ward, #assignee, .sieve__check"


@pytest.fixture
def clerk(db_session: Session, client: Browser) -> Browser:
    report = factories.a_report()
    factories.a_report(ward="10001")
    client.sign_in(factories.staff(factories.unit_of(report)))
    return client


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_on_a_phone_the_next_report_stands_in_the_upper_half(
    clerk: Browser, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(browser=clerk, javascript=javascript)
    page.goto("/desk?tab=open")
    row = page.locator("[data-row]").first.bounding_box()
    assert row is not None
    assert row["y"] < PHONE["height"] / 3
    for hidden in page.locator(FOLDED).all():
        expect(hidden).to_be_hidden()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_the_folded_filters_open_and_say_how_many_are_set(
    clerk: Browser, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(browser=clerk, javascript=javascript)
    page.goto("/desk?tab=open")
    fold = page.locator(".sieve summary")
    expect(fold).to_have_text("Lọc")
    fold.click()
    page.locator("#status").select_option("new")
    page.locator("[name=overdue]").check()
    page.locator(".sieve button[type=submit]").click()
    expect(fold).to_contain_text("2")
    expect(page.locator("#status")).to_be_hidden()
    page.get_by_role("link", name="Xem tất cả trong mục").click()
    expect(fold).to_have_text("Lọc")


def test_on_a_phone_words_are_searched_for_without_opening_the_filters(
    clerk: Browser, open_page: Callable[..., Page]
) -> None:
    page = open_page(browser=clerk)
    page.goto("/desk?tab=open")
    page.locator("[data-search]").fill("không có từ này")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=*")
    expect(page.locator("[data-row]")).to_have_count(0)


def test_on_a_wide_screen_every_filter_stands_in_sight(clerk: Browser, open_page: Callable[..., Page]) -> None:
    page = open_page(wide=True, browser=clerk)
    page.goto("/desk?tab=open")
    expect(page.locator(".sieve summary")).to_be_hidden()
    for shown in page.locator(FOLDED).all():
        expect(shown).to_be_visible()


@pytest.mark.parametrize("tab", ["overdue", "new", "done"])
def test_the_open_tab_stands_in_the_window(clerk: Browser, open_page: Callable[..., Page], tab: str) -> None:
    page = open_page(browser=clerk)
    page.goto(f"/desk?tab={tab}")
    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]


def test_reports_are_ticked_by_a_press_beside_the_link_of_their_row_one_by_one_or_all(
    clerk: Browser, open_page: Callable[..., Page]
) -> None:
    page = open_page(browser=clerk, wide=True)
    page.goto("/desk?tab=open")
    ticks = page.locator("[name=codes]")
    ticks.first.check()
    expect(page.get_by_label("Đánh dấu cả trang")).not_to_be_checked()
    page.get_by_label("Đánh dấu cả trang").check()
    assert all(tick.is_checked() for tick in ticks.all())
    page.get_by_role("button", name="Chuyển xử lý").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 phản ánh")
