"""For small windows, large letters, high contrast, the keyboard: what a checker of rules does not see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests import factories
from tests.journeys.test_keyboard import SEEN
from tests.support.application import Browser
from tests.support.browser import Watched
from tests.support.pages import World, a_world, every_page

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
PHONE = {"width": 360, "height": 740}
LETTERS = {"usual": {"standard": 16, "fixed": 13}, "double": {"standard": 32, "fixed": 26}}

# How far the page is wider than its window, and which elements reach out; nothing where it fits.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width + 1) return "";
  const out = [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    const isInAStrip = one.closest(".scroll-x, .tabs, .leaflet-container, .similar__strip");
    return box.width > 1 && box.right > width + 1 && !isInAStrip;
  });
  const names = out.slice(-2).map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute("class")}`);
  return `${document.documentElement.scrollWidth} of ${width}: ${names.join(" ")}`;
}"""

# Everything that moves by itself or glides, for whoever asked the device for rest.
RESTLESS = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  return `${style.transitionDuration},${style.animationDuration}`.split(",").some((time) => parseFloat(time));
}).map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute("class")}`).slice(0, 3)"""

# Stops of the Tab key that stand above the one before: who sees the page and tabs would be thrown back.
THROWN_BACK = """() => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility()
      && !one.closest(".leaflet-container, .similar__strip, .skip, .submit, .go, .bar"));
  const found = [];
  let last = null;
  for (const one of stops) {
    const box = (one.closest("label") ?? one).getBoundingClientRect();
    if (last && box.bottom < last.box.top - 4) found.push(`${one.textContent.trim().slice(0, 30) || one.name} after ` +
      `${last.one.textContent.trim().slice(0, 30) || last.one.name}`);
    last = { one, box };
  }
  return found;
}"""


@pytest.fixture
def world(app: Flask, db_session: Session) -> World:
    return a_world(app)


@pytest.fixture
def clerk(db_session: Session, client: Browser) -> tuple[Browser, str]:
    """Signed in, and the code of a report of hers."""
    report = factories.a_report()
    client.sign_in(factories.staff(factories.unit_of(report), sees_contact=True))
    return client, report.code


def set_letters(page: Page, size: str) -> None:
    """As the settings of a browser do it: the root's size follows, and the style sheet's own limits with it."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", {"fontSizes": LETTERS[size]})


@pytest.mark.timeout(600)
@pytest.mark.proof
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_scrolls_sideways_or_moves_by_itself(
    app: Flask, world: World, open_page: Callable[..., Page], watched: Watched, language: str
) -> None:
    """At 320 px, which is also 1280 px at four times the size; and on a phone whose letters are twice as large."""
    watched.expect("404", "410", "422")
    prefix = "/en" if language == "en" else ""
    windows: dict[str, Page] = {}
    wrong = []
    for page in every_page(app, world):
        answer = world.people[page.who].get(prefix + page.url)
        if answer.mimetype != "text/html" or 300 <= answer.status_code < 400:
            continue
        if page.who not in windows:
            windows[page.who] = open_page(language=language, browser=world.people[page.who])
        window = windows[page.who]
        for size, letters in ((NARROW, "usual"), (PHONE, "double")):
            window.set_viewport_size(size)  # type: ignore[arg-type]
            set_letters(window, letters)
            if letters == "usual":
                window.goto(prefix + page.url)
                wrong += [f"{page.url} moves: {one}" for one in window.evaluate(RESTLESS)]
            too_wide = window.evaluate(TOO_WIDE)
            if too_wide:
                wrong.append(f"{page.url}, {letters} letters: {too_wide}")
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("address", ["/desk/r/{code}", "/desk/r/{code}?move=decline", "/desk?tab=open"])
def test_on_a_narrow_desk_the_keyboard_goes_down_the_page(
    clerk: tuple[Browser, str], open_page: Callable[..., Page], address: str
) -> None:
    browser, code = clerk
    page = open_page(browser=browser)
    page.goto(address.format(code=code))
    assert page.evaluate(THROWN_BACK) == []


@pytest.mark.parametrize("address", ["/report", "/report/place", "/report/what", "/report/send"])
def test_the_form_of_a_report_is_walked_from_top_to_bottom(
    world: World, open_page: Callable[..., Page], address: str
) -> None:
    page = open_page(browser=world.people["visitor"])
    page.goto(address)
    assert page.evaluate(THROWN_BACK) == []


def test_one_press_leads_from_the_top_of_a_report_to_its_next_step(
    clerk: tuple[Browser, str], open_page: Callable[..., Page]
) -> None:
    browser, code = clerk
    page = open_page(wide=True, browser=browser)
    page.goto(f"/desk/r/{code}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".skip").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('#step') !== null")


LIGHTS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}


@pytest.mark.parametrize("light", list(LIGHTS))
def test_what_has_the_focus_is_seen_in_every_light(world: World, open_page: Callable[..., Page], light: str) -> None:
    """Every stop on the desk's page of a report and on the steps of the form, marked and uncovered."""
    walks = [("clerk", f"/desk/r/{world.codes['in_progress']}"), ("clerk", "/desk?tab=open")]
    walks += [("visitor", f"/report{step}") for step in ("", "/place", "/what", "/send")]
    for who, address in walks:
        page = open_page(wide=who == "clerk", browser=world.people[who])
        page.emulate_media(**LIGHTS[light])  # type: ignore[arg-type]
        page.goto(address)
        for _ in range(25):
            page.keyboard.press("Tab")
            if page.evaluate("() => document.activeElement === document.body"):
                break
            assert page.evaluate(SEEN) == "", address


@pytest.mark.parametrize(("who", "address"), [("visitor", "/reports"), ("clerk", "/desk?tab=open")])
def test_where_one_is_shows_without_our_colours(
    world: World, open_page: Callable[..., Page], who: str, address: str
) -> None:
    page = open_page(wide=True, browser=world.people[who])
    page.emulate_media(forced_colors="active")
    page.goto(address)
    for here in page.locator("nav a[aria-current]:visible").all():
        expect(here).to_have_css("text-decoration-line", "underline")
    elsewhere = page.locator(".nav a:not([aria-current]):visible").first
    expect(elsewhere).to_have_css("text-decoration-line", "none")
