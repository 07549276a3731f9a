"""The network fails in the middle of sending: whatever is pressed again, it is one report and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Report
from tests import factories
from tests.support.browser import Watched

pytestmark = pytest.mark.browser
DONE = re.compile(r"/mine/[^/]+/sent$")


@pytest.fixture
def page(db_session: Session, open_page: Callable[..., Page], watched: Watched) -> Page:
    """A phone at the summary, with everything typed."""
    watched.expect("ERR_")
    page = open_page()
    page.goto("/report/place")
    page.locator("details:has([name=lat]) summary").first.click()
    for name, value in zip(("lat", "lng"), factories.HERE, strict=True):
        page.locator(f"[name={name}]").fill(str(value))
        page.locator(f"[name={name}]").blur()
    expect(page.locator("[data-spot]")).to_contain_text("Phường Một")
    page.locator(".go__on").click()
    page.locator("[name=words]").fill("Rác chất đống trước cổng trường")
    expect(page.locator("[name=category][value=rubbish]")).to_be_checked()
    page.locator("[name=danger][value=no]").check()
    page.locator(".go__on").click()
    page.locator("[name=email]").fill("ten@example.org")
    return page


def press(page: Page) -> None:
    page.locator(".go__on").click(no_wait_after=True)


def press_in_vain(page: Page) -> None:
    """Press, and be shown the browser's own page that says that nobody answers."""
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error://")):
        press(page)
    page.wait_for_function("() => location.protocol === 'chrome-error:' && document.readyState === 'complete'")


def filed() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(Report)) or 0


def test_sent_without_a_connection_and_again_with_one_it_is_one_report(page: Page) -> None:
    page.context.set_offline(True)
    press_in_vain(page)
    assert filed() == 0
    page.context.set_offline(False)
    page.goto("/report/send")
    page.locator("[name=email]").fill("ten@example.org")
    press(page)
    page.wait_for_url(DONE)
    assert filed() == 1


@pytest.mark.parametrize("again", ["go back", "open the summary"])
def test_an_answer_that_never_came_is_no_second_report(page: Page, again: str) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch(max_redirects=0)  # it has arrived, and what comes back is lost
        route.abort("connectionreset")

    page.context.route("**/report/send", lose_the_answer, times=1)
    press_in_vain(page)
    assert filed() == 1
    if again == "go back":
        page.go_back()  # to the step before: the page of the error took the place of the summary
        page.locator("main a[href$='/sent']").click()
    else:
        page.goto("/report/send")
    page.wait_for_url(DONE)
    assert filed() == 1


def test_a_press_during_a_slow_answer_sends_nothing_more(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("() => { const b = document.querySelector('.go__on'); b.click(); b.click(); b.click(); }")
    page.wait_for_url(DONE)
    assert len(sent) == 1
    assert filed() == 1
