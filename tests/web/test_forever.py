"""What every page shows is drawn once, and belongs to its language, its place and its reader's choice all the same."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.web import frugal, once


@pytest.fixture(autouse=True)
def nothing_is_drawn_yet() -> None:
    once._kept.cache_clear()


def current(page: str) -> set[str]:
    return set(re.findall(r'href="([^"]*)" aria-current="page"', page))


@pytest.mark.parametrize("path", ["/reports", "/map", "/find", "/about", "/near"])
def test_a_page_marks_its_own_place_whichever_was_drawn_before(client: FlaskClient, path: str) -> None:
    for prefix in ("", "/en", ""):
        for other in ("/privacy", "/reports", "/map", path):
            page = client.get(prefix + other).text
        assert current(page) == {prefix + path}, (prefix, current(page))


def test_the_foot_speaks_the_reader_s_language_and_is_drawn_once(client: FlaskClient) -> None:
    feet = [client.get(path).text.partition('<footer class="foot">')[2] for path in ("/about", "/en/about", "/about")]
    assert feet[0] == feet[2]
    assert "riêng tư" in feet[0]
    assert "Privacy" in feet[1]
    assert 'href="/en/privacy"' in feet[1]
    drawn = once._kept.cache_info().misses
    client.get("/about")
    assert once._kept.cache_info().misses == drawn


def test_whoever_asked_for_little_data_gets_signs_and_others_their_drawings(client: FlaskClient) -> None:
    usual = client.get("/reports").text
    client.set_cookie(frugal.COOKIE, "1")
    plain = client.get("/reports").text
    client.delete_cookie(frugal.COOKIE)
    assert "<svg" in usual
    assert "<svg" not in plain
    assert client.get("/reports").text == usual
