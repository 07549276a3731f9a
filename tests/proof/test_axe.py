"""Axe looks at every page in every combination of width, theme and language; the check looks at each page once."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import playwright.sync_api
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.browser import Watched, axe_violations
from tests.support.pages import a_world, every_page

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(1800)]
COMBINATIONS = list(itertools.product((False, True), (False, True), ("vi", "en")))  # wide, dark, language


def test_axe_finds_nothing_on_any_page_in_any_combination(
    app: Flask, db_session: Session, open_page: Callable[..., playwright.sync_api.Page], watched: Watched
) -> None:
    watched.expect("404", "410", "422")
    world = a_world(app)
    pages = [page for page in every_page(app, world) if is_a_page(world.people[page.who].get(page.url))]
    looked, clean = 0, 0
    wrong: dict[str, None] = {}
    for wide, dark, language in COMBINATIONS:
        windows: dict[str, playwright.sync_api.Page] = {}
        for page in pages:
            if page.who not in windows:
                windows[page.who] = open_page(wide=wide, dark=dark, language=language, browser=world.people[page.who])
            window = windows[page.who]
            window.goto(("/en" if language == "en" else "") + page.url)
            found = axe_violations(window)
            looked, clean = looked + 1, clean + (not found)
            how = f"{'desk' if wide else 'phone'}, {'dark' if dark else 'light'}, {language}"
            wrong |= dict.fromkeys(f"{page.url} ({how}): {violation}" for violation in found)
        for window in windows.values():
            window.context.close()
    print(f"\n{len(pages)} pages × {len(COMBINATIONS)} combinations: axe finds nothing on {clean} of {looked}")
    assert not wrong, "\n".join(["", *wrong])


def is_a_page(answer: object) -> bool:
    from werkzeug.test import TestResponse

    assert isinstance(answer, TestResponse)
    return answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 308)
