"""Walks every page, found by the map of addresses: who gets in, is it well made, is it in one language, is it quick."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Counted
from tests.support.browser import Watched, axe_violations
from tests.support.html import faults, parse
from tests.support.pages import Page, World, a_world, every_page, unknown_addresses
from tests.test_language import is_vietnamese

if TYPE_CHECKING:
    import playwright.sync_api
    from werkzeug.test import TestResponse

MOST_QUERIES = 12
FOR_US = {"styleguide.page"}  # shows Vietnamese samples in both languages, in development only
ONLY_LEADS_ON = {"desk.next_report", "admin.start", "public.favicon", "alerts.stop"}


@pytest.fixture
def world(app: Flask, db_session: Session) -> World:
    return a_world(app)


def look(world: World, page: Page, prefix: str = "") -> TestResponse:
    return world.people[page.who].get(prefix + page.url)


def told(wrong: list[str]) -> str:
    return "\n".join(["", *dict.fromkeys(wrong)])


def is_html(answer: TestResponse) -> bool:
    return answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 308)


def test_every_address_can_be_walked_to(app: Flask) -> None:
    assert unknown_addresses(app) == [], "say in tests/support/pages.py how to reach these"


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["vi", "en"])
def test_every_page_opens_and_is_well_made(app: Flask, world: World, prefix: str) -> None:
    wrong, leading_on = [], set()
    for page in every_page(app, world):
        answer = look(world, page, prefix)
        if answer.status_code >= 500 or (answer.status_code >= 400 and not expected_refusal(page, answer)):
            wrong.append(f"{page.url} as {page.who}: {answer.status}")
        if 300 <= answer.status_code < 400:
            leading_on.add(page.endpoint)
        elif is_html(answer):
            wrong += [f"{page.url}: {fault}" for fault in faults(answer.text)]
            if parse(answer.text).get("lang") != (prefix.strip("/") or "vi"):
                wrong.append(f"{page.url}: the page says another language")
    assert not wrong, told(wrong)
    assert leading_on - ONLY_LEADS_ON == set(), "these pages were never seen"


def expected_refusal(page: Page, answer: TestResponse) -> bool:
    """Asked for what is not there, a page says so kindly."""
    return answer.status_code in (404, 410, 422) and ("?" in page.url or page.endpoint in {"public.report"})


def test_whoever_may_not_enter_is_turned_away(app: Flask, world: World) -> None:
    wrong = []
    for page in every_page(app, world):
        access = str(getattr(app.view_functions[page.endpoint], "__access__", ""))
        if access == "all":
            continue
        answer = world.people["visitor"].get(page.url)
        if answer.status_code != 302 or "/sign-in" not in answer.location:
            wrong.append(f"{page.url}: a visitor got {answer.status}")
        if access != "signed-in":
            answer = world.people["resident"].get(page.url)
            if answer.status_code != 403:
                wrong.append(f"{page.url}: a resident got {answer.status}")
        for role in set(world.people) - {"visitor", "resident"} - set(access.split(",")):
            if access not in ("signed-in", "staff") and world.people[role].get(page.url).status_code != 403:
                wrong.append(f"{page.url}: {role} got in")
    assert not wrong, told(wrong)


def test_no_form_accepts_what_is_empty_or_sent_without_its_token(app: Flask, world: World) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()):
            continue
        access = str(getattr(app.view_functions[rule.endpoint], "__access__", ""))
        url = re.sub(r"<(any\(([^,]+)[^>]*|int:[^>]*|[^>]*)>", lambda found: found[2] or "1", rule.rule)
        browser = world.people["visitor"]
        answer = browser.post(url)
        if answer.status_code >= 500:
            wrong.append(f"{url}: {answer.status}")
        if access != "all" and answer.status_code not in (302, 403):
            wrong.append(f"{url}: a visitor got {answer.status}")
        browser.sends_token = False
        answer = browser.post(url)
        browser.sends_token = True
        if answer.status_code not in (302, 400, 403, 404, 415) and not url.startswith("/api/"):
            wrong.append(f"{url}: without a token {answer.status}")
    assert not wrong, told(wrong)


def test_every_page_asks_at_most_twelve_questions_of_the_database(
    app: Flask, world: World, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    wrong = []
    for page in every_page(app, world):
        look(world, page)  # the city's snapshot is in memory from here on
        with count_queries() as counted:
            look(world, page)
        if counted.count > MOST_QUERIES:
            wrong.append(f"{page.url} as {page.who}: {counted.count}\n{counted}")
    assert not wrong, told(wrong)


def test_english_pages_are_english(app: Flask, world: World) -> None:
    """Outside names and people's own words, which are marked lang="vi" or stand in the city's own data."""
    names = known_names()
    wrong = []
    for page in every_page(app, world):
        answer = look(world, page, "/en")
        if is_html(answer) and page.endpoint not in FOR_US:
            for text in english_texts(parse(answer.text)):
                for name in names:
                    text = text.replace(name, "")
                if is_vietnamese(text):
                    wrong.append(f"{page.url}: {text.strip()[:90]!r}")
    assert not wrong, told(wrong)


def known_names() -> list[str]:
    """Names of people and of the city, as its English texts write them; the longest first."""
    from app.domain.city import store
    from app.extensions import db
    from app.models import Person

    city = store.current()
    names = {person.name for person in db.session.query(Person)}
    for listing in (city.units, city.wards, city.categories, city.sites):
        entries = listing.values() if hasattr(listing, "values") else listing
        names |= {entry.name.en for entry in entries}
    names |= {old for ward in city.wards.values() for old in ward.old_names}
    names.add(city.name.en)
    return sorted(filter(None, names), key=len, reverse=True)


def english_texts(element: Element) -> list[str]:
    """What the page itself says: texts and spoken attributes outside parts marked as Vietnamese or as typed."""
    if (
        element.get("lang") == "vi"
        or element.tag in ("script", "style", "textarea")
        or element.get("translate") == "no"
    ):
        return []
    said = [element.text or ""]
    said += [element.get(name) or "" for name in ("alt", "title", "aria-label", "placeholder")]
    for child in element:
        if isinstance(child.tag, str):
            said += english_texts(child)
        said.append(child.tail or "")
    return said


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_axe_finds_nothing_in_any_room(
    app: Flask, world: World, open_page: Callable[..., playwright.sync_api.Page], watched: Watched
) -> None:
    """The fullest page of each blueprint; width, theme and language take turns. `tests/proof` looks at every page."""
    watched.expect("404", "410", "422")
    rooms: dict[str, Page] = {}
    sizes: dict[str, int] = {}
    for page in every_page(app, world):
        answer = look(world, page)
        room = page.endpoint.partition(".")[0]
        if is_html(answer) and len(answer.data) > sizes.get(room, 0):
            rooms[room], sizes[room] = page, len(answer.data)
    windows = {}
    wrong = []
    for number, page in enumerate(rooms.values()):
        wide, dark = bool(number % 2), bool(number // 2 % 2)
        language = "en" if number // 4 % 2 else "vi"
        how = page.who, wide, dark, language
        if how not in windows:
            windows[how] = open_page(wide=wide, dark=dark, language=language, browser=world.people[page.who])
        window = windows[how]
        window.goto(("/en" if language == "en" else "") + page.url)
        wrong += [f"{page.url}: {violation}" for violation in axe_violations(window)]
    assert not wrong, told(wrong)
