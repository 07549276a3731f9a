"""With Tab, Enter, arrows and Space alone: a report from the front page to its code, and a clerk's work on a queue.

Every stop must be seen: in the window, uncovered, and marked. After a refusal the focus stands on what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Report
from app.models.choices import PlaceSource, Status
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.browser import Watched

pytestmark = pytest.mark.browser

# Is the element with the focus marked, inside the window, and on top there? Answers with what is wrong, or "".
SEEN = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return "nothing has the focus";
  const words = (here.textContent || here.name || "").trim().slice(0, 40);
  const said = `${here.tagName.toLowerCase()}#${here.id}.${here.className} “${words}”`;
  const shown = (one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const frame = here.closest("label, summary, [data-row]") ?? here;
  if (!shown(here) && !shown(frame)) return `${said} has the focus and does not show it`;
  const box = frame.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  if (!inside) return `${said} has the focus outside of the window`;
  const x = Math.max(box.left, 0) + Math.min(box.width, 40) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const top = document.elementFromPoint(x, y);
  const isOnTop = top && (frame.contains(top) || top.contains(frame));
  return isOnTop ? "" : `${said} is covered by ${top?.className}`;
}"""


@dataclass
class Keys:
    """Hands on the keyboard, eyes on the page."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, selector: str, at_most: int = 45) -> int:
        """Tab until this has the focus; every stop on the way must be seen. Answers with the number of presses."""
        for presses in range(1, at_most + 1):
            self.press("Tab")
            assert self.page.evaluate(SEEN) == "", self.page.url
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return presses
        raise AssertionError(f"{selector} is not reached by {at_most} tabs on {self.page.url}")

    def go_by(self, selector: str, *, to: str, at_most: int = 45) -> None:
        """To this button or link, and on to the page it leads to, which is read from its beginning."""
        self.tab_to(selector, at_most)
        with self.page.expect_navigation(url=to, wait_until="load"):
            self.press("Enter")
        self.stands_at_the_beginning()

    def stands_at_the_beginning(self) -> None:
        """A new page is read from its title on: nothing has caught the focus, and one heading says where one is."""
        assert self.page.evaluate("() => document.activeElement.matches('body, main, .summary')"), self.page.url
        assert self.page.locator("h1").count() == 1

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)


# 360 px wide is also a desk whose page is zoomed to the utmost.
WIDTHS = [pytest.param(True, id="desk"), pytest.param(False, id="narrow", marks=pytest.mark.proof)]


@pytest.mark.parametrize("wide", WIDTHS)
def test_a_report_is_filed_with_the_keyboard_alone(
    db_session: Session, open_page: Callable[..., Page], watched: Watched, wide: bool
) -> None:
    watched.expect("422")
    page = open_page(wide=wide)
    keys = Keys(page)
    page.goto("/")
    keys.tab_to("a.skip", 1)
    keys.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    keys.go_by("main a[href$='/report']", to="**/report")
    keys.go_by(".go__on", to="**/report/place")

    keys.go_by(".go__on", to="**/report/place")  # no place yet: refused, and the focus is on why
    expect(page.locator(".summary")).to_be_focused()
    keys.tab_to("[data-map]")
    for _ in range(4):
        keys.press("+")
    keys.press("ArrowLeft", "ArrowUp")
    expect(page.locator("[data-spot]")).to_contain_text(re.compile("Phường|Xã"))
    before = page.locator("[name=lng]").input_value()
    keys.tab_to("[data-pan='1,0']")
    keys.press("Enter", "Space")
    expect(page.locator("[name=lng]")).not_to_have_value(before)
    expect(page.locator("[data-spot]")).to_contain_text(re.compile("Phường|Xã"))
    chosen = float(page.locator("[name=lat]").input_value()), float(page.locator("[name=lng]").input_value())
    keys.go_by(".go__on", to="**/report/what")

    keys.tab_to("#words")
    keys.types("Rác đổ trộm đầu ngõ, bốc mùi")
    expect(page.locator("[name=category][value=rubbish]")).to_be_checked()
    keys.tab_to("[name=category]", 3)
    keys.press("Space")
    keys.tab_to("[name=danger]", 6)
    keys.press("ArrowDown", "ArrowUp")
    keys.go_by(".go__on", to="**/report/send")

    keys.go_by(".go__on", to="**/report/send")
    expect(page.locator(".summary")).to_be_focused()
    keys.press("Tab", "Enter")  # its link leads into the field
    expect(page.locator("#email")).to_be_focused()
    keys.types("ten@example.org")
    keys.tab_to("[name=hide_content]", 12)
    keys.press("Space")
    keys.go_by(".go__on", to="**/sent")

    report = db_session.scalars(select(Report)).one()
    assert (report.lat, report.lng) == (pytest.approx(chosen[0], abs=1e-5), pytest.approx(chosen[1], abs=1e-5))
    assert (report.place_source, report.is_content_hidden) == (PlaceSource.MAP, True)
    keys.tab_to("a[href*='/mine/'], [data-copy]")


@pytest.mark.parametrize("wide", WIDTHS)
def test_a_clerk_works_a_queue_with_the_keyboard_alone(
    db_session: Session, open_page: Callable[..., Page], clock: Clock, sign_in: Callable[..., Browser], wide: bool
) -> None:
    reports = []
    for minutes in range(3):  # the one filed first is due first
        reports.append(factories.a_report(category="street-light", words=f"Đèn số {minutes} không sáng"))
        clock.forward(minutes=1)
    clerk = factories.staff(factories.unit_of(reports[0]))
    page = open_page(wide=wide, browser=sign_in(clerk))
    keys = Keys(page)
    page.goto("/desk?tab=new")
    keys.press("j", "j", "j", "k")
    assert page.evaluate(SEEN) == ""
    row = page.locator("[data-row][aria-current=true]")
    expect(row).to_contain_text("Đèn số 1")
    keys.press("k")
    expect(row).to_contain_text("Đèn số 0")
    first = reports[0]
    with page.expect_navigation(url=f"**/desk/r/{first.code}"):
        keys.press("Enter")
    keys.stands_at_the_beginning()

    for move, status in (("receive", Status.RECEIVED), ("start", Status.IN_PROGRESS)):
        keys.go_by(f"form:has([name=move][value={move}]) button", to=f"**/desk/r/{first.code}#sent", at_most=30)
        assert status_of(first) is status
    keys.tab_to("[name=outcome]", 30)
    keys.press("Space")
    keys.tab_to("#words", 10)
    keys.types("Đã thay bóng mới.")
    keys.go_by("[data-step] button[type=submit]", to=f"**/desk/r/{first.code}#sent", at_most=10)
    assert status_of(first) is Status.RESOLVED

    keys.go_by(".sent form button", to="**?move=resolve*", at_most=1)
    assert status_of(first) is Status.IN_PROGRESS

    page.goto("/desk?tab=open")
    keys.press("?")
    keys.tab_to("[data-keys-switch] input", 1)
    keys.press("Space", "Shift+Tab", "j")  # letters can be turned off, for who speaks to the machine
    expect(row).to_have_count(0)
    keys.press("ArrowDown")
    expect(row).to_have_count(1)
    keys.press("/")
    expect(page.locator("[data-search]")).not_to_be_focused()


def status_of(report: Report) -> Status:
    db.session.expire_all()
    return db.session.get_one(Report, report.id).status
