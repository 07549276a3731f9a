"""The windows of the journeys notice what a person would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.support.browser import Watched, axe_violations

pytestmark = pytest.mark.browser


def test_a_window_shows_a_page_and_an_unexpected_error_is_noticed(
    open_page: Callable[..., Page], watched: Watched
) -> None:
    page = open_page()
    page.goto("/nowhere")
    assert page.locator("h1").count() == 1
    assert any("404" in error for error in watched.unexpected())
    watched.expect("404")
    assert watched.unexpected() == []


def test_axe_looks_at_the_page_as_it_stands(open_page: Callable[..., Page], watched: Watched) -> None:
    watched.expect("404")
    page = open_page(wide=True, javascript=True)
    page.goto("/en/nowhere")
    assert axe_violations(page) == []
    page.evaluate("() => { document.documentElement.removeAttribute('lang') }")
    assert any("html-has-lang" in violation for violation in axe_violations(page))


def test_nobody_outside_is_asked(open_page: Callable[..., Page], watched: Watched) -> None:
    watched.expect("404")
    page = open_page()
    page.goto("/nowhere")
    page.evaluate("() => fetch('http://192.0.2.1/x').catch(() => null)")
    assert any("asked somebody outside" in error or "Content Security Policy" in error for error in watched.errors)
    watched.expect("192.0.2.1")
