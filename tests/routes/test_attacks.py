"""What attackers try, everywhere at once: every form, every address, every door, found in the map of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Browser
from tests.support.hostile import PAYLOADS, Form, asked_names, encoded, every_form, is_alive, leads_away, send
from tests.support.pages import World, a_world, every_page


@pytest.fixture
def world(app: Flask, db_session: Session) -> World:
    return a_world(app)


@pytest.fixture
def forms(app: Flask, world: World) -> list[Form]:
    return every_form(app, world)


def told(wrong: list[str]) -> str:
    return "\n".join(["", *dict.fromkeys(wrong)])


# What is typed ------------------------------------------------------------------------------------------------------


def test_the_walk_finds_the_forms_there_are(forms: list[Form]) -> None:
    assert {
        "/sign-in",
        "/sign-up",
        "/reset",
        "/report/what",
        "/report/send",
        "/desk/assisted",
        "/account/settings",
    } <= {form.action for form in forms}
    assert len(forms) > 35


@pytest.mark.parametrize("kind", PAYLOADS)
def test_no_form_breaks_on_nonsense_or_gives_it_back_alive(world: World, forms: list[Form], kind: str) -> None:
    wrong = []
    for form, (name, payload) in product(forms, PAYLOADS[kind].items()):
        for typed in form.typed:
            answer = send(world.people[form.who], form, **{typed: payload})
            if answer.status_code >= 500 or is_alive(answer) or leads_away(answer):
                wrong.append(f"{form.action} {typed}, {name}: {answer.status}")
    assert not wrong, told(wrong)


def test_no_form_breaks_on_a_list_where_one_value_belongs(world: World, forms: list[Form]) -> None:
    wrong = []
    for form in forms:
        doubled: dict[str, str | list[str]] = {name: [form.sent[name], "x", ""] for name in form.typed}
        bracketed: dict[str, str | list[str]] = {f"{name}[]": "x" for name in form.typed}
        for changed in (doubled, bracketed):
            answer = send(world.people[form.who], form, **changed)
            if answer.status_code >= 500:
                wrong.append(f"{form.action}: {answer.status}")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_no_page_breaks_on_nonsense_in_its_address(app: Flask, world: World, kind: str) -> None:
    wrong = []
    pages = {page.endpoint: page for page in every_page(app, world) if "?" not in page.url}
    for page, (name, payload) in product(pages.values(), PAYLOADS[kind].items()):
        for asked in asked_names(app, page.endpoint):
            answer = world.people[page.who].get(f"{page.url}?{encoded({asked: payload})}")
            if answer.status_code >= 500 or is_alive(answer) or leads_away(answer):
                wrong.append(f"{page.url} {asked}, {name}: {answer.status}")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_address_breaks_on_nonsense_in_its_path(app: Flask, world: World, prefix: str) -> None:
    wrong = []
    signs = [
        "%00",
        "%ED%A0%BD",
        "%E2%80%AE",
        "'%20OR%201=1",
        "%3Cscript%3Ealert(7041)%3C%2Fscript%3E",
        "9" * 400,
        "..%2f..",
    ]
    for rule, sign in product(app.url_map.iter_rules(), signs):
        if not rule.arguments:
            continue
        address = prefix + re.sub(r"<(any\(([^,]+)[^>]*|[^>]*)>", lambda found, sign=sign: found[2] or sign, rule.rule)
        for browser, method in product((world.people["visitor"], world.people["clerk"]), ("GET", "POST")):
            answer = browser.open(address, method=method)
            if answer.status_code >= 500 or is_alive(answer) or leads_away(answer):
                wrong.append(f"{method} {address}: {answer.status}")
    assert not wrong, told(wrong)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "http://["),
        ("Origin", "null"),
        ("Referer", "http://["),
        ("Accept", "application/json;q=x"),
        ("Accept-Language", "\xff;q=;;"),
        ("Cookie", "hoiam=x; hoiam_mine=x.y; hoiam_draft=.; hoiam_browser=\xff"),
        ("If-None-Match", '"' * 99),
        ("If-Modified-Since", "yesterday"),
        ("Range", "bytes=9-1"),
        ("X-Forwarded-For", "'; --"),
        ("Content-Type", "multipart/form-data"),
        ("Content-Type", "application/x-www-form-urlencoded; charset=nonsense"),
        ("X-CSRFToken", "\xff"),
    ],
)
def test_no_header_breaks_a_page(new_browser: Callable[[], Browser], app: Flask, name: str, value: str) -> None:
    for address, method in product(("/", "/report", "/sign-in", "/api/report", "/mine"), ("GET", "POST")):
        answer = new_browser().open(address, method=method, headers={name: value}, data=b"x=1")
        assert answer.status_code < 500, f"{method} {address}"


def test_deep_json_is_refused_like_any_nonsense(client: Browser, app: Flask) -> None:
    body = b"[" * 200_000 + b"]" * 200_000
    answer = client.post(
        "/api/report", data=body, content_type="application/json", headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 422
