"""What an attacker types, and every form there is to type it into: found by walking the pages, not by a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask

from tests.support.application import Browser
from tests.support.html import parse
from tests.support.pages import Page, World, every_page

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

ROOT = Path(__file__).resolve().parent.parent.parent

SCRIPT = '"><script>alert(7041)</script>'
IMAGE = "'><img src=x onerror=alert(7041)>"
# By kind, because each kind walks a world of its own.
PAYLOADS: dict[str, dict[str, str]] = {
    "code": {
        "sql": "' OR 1=1; DROP TABLE report; --",
        "script": SCRIPT,
        "image": IMAGE,
        "template": "{{ 7041 * 7041 }}${7041}%(name)s %s {0} <%= 7 %>",
        "lines": "a@example.org\r\nBcc: all@example.org\r\n\r\nbody",
        "path": "../../../../etc/passwd",
    },
    "signs": {
        "long": "dài " * 2500,  # 10,000 characters
        "nul": "a\x00b",
        "surrogate": "a\ud83d b",
        "override": "an toàn\u202egpj.exe\u2066\u200b",
    },
    "numbers": {"number": "9" * 400, "huge": "1e999", "minus": "-9223372036854775809", "raised": "²³"},
}
ALIVE = re.compile(r"<script>alert\(7041|<img src=x onerror|49575681")  # ours would be escaped, or never counted


@dataclass
class Form:
    """One form of a page: where it goes, what a browser would send, who sends it, and which fields can be typed."""

    who: str
    action: str
    seen_on: str
    sent: dict[str, str] = field(default_factory=dict)
    has_files: bool = False

    @property
    def typed(self) -> list[str]:
        """Every field but the token: an attacker also types into what is hidden, and chooses what is not offered."""
        return [name for name in self.sent if name != "csrf_token"]


_NAMES_OF_FILTERS = ("class", "category", "ward", "from", "to", "words")
STEPS = ("?move=decline", "?move=transfer", "?move=resolve", "?move=pause", "?move=plan", "?move=merge", "?move=assign")


def every_form(app: Flask, world: World) -> list[Form]:
    """The forms that change something, each kind once for each sort of person; those of one button come last."""
    found: dict[tuple[object, ...], Form] = {}
    for page in _pages(app, world):
        answer = world.people[page.who].get(page.url)
        if answer.mimetype != "text/html":
            continue
        for form in _forms_of(answer.text, page):
            found.setdefault((form.who, _endpoint(app, form.action), *sorted(form.sent), form.sent.get("move")), form)
    return sorted(found.values(), key=lambda form: (not form.typed, form.action))


def _pages(app: Flask, world: World) -> Iterator[Page]:
    for page in every_page(app, world):
        yield page
        if page.endpoint == "desk.report":
            for asked in STEPS:
                yield Page(page.endpoint, page.url + asked, page.who)


def _forms_of(text: str, page: Page) -> Iterator[Form]:
    for element in parse(text).iter("form"):
        if (element.get("method") or "get").lower() != "post":
            continue
        action = urlsplit(element.get("action") or page.url)
        form = Form(page.who, action.path + (f"?{action.query}" if action.query else ""), page.url)
        for one in (
            *element.iter("input"),
            *element.iter("textarea"),
            *element.iter("select"),
            *element.iter("button"),
        ):
            name, kind = one.get("name"), (one.get("type") or "").lower()
            if not name:
                continue
            if kind == "file":
                form.has_files = True
            elif kind not in ("radio", "checkbox") or one.get("checked") is not None or name not in form.sent:
                form.sent[name] = _value(one)
        yield form


def _value(element: Element) -> str:
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options
        return (chosen[0].get("value") or "") if chosen else ""
    if element.tag == "textarea":
        return "".join(element.itertext()) or "Một câu bình thường"
    return element.get("value") or ""


def _endpoint(app: Flask, action: str) -> str:
    endpoint, _values = app.url_map.bind("localhost").match(urlsplit(action).path, method="POST")
    return str(endpoint)


def send(browser: Browser, form: Form, **changed: str | list[str]) -> TestResponse:
    """Post the form with some fields changed; bytes that are no text travel as they are."""
    said = {name: value for name, value in {**form.sent, **changed}.items() if not name.endswith("csrf_token")}
    body = encoded(said)
    return browser.post(form.action, data=body, content_type="application/x-www-form-urlencoded")


def encoded(said: Mapping[str, str | list[str]]) -> str:
    return urlencode(said, doseq=True, encoding="utf-8", errors="surrogatepass")


def is_alive(answer: TestResponse) -> bool:
    """Would a browser run what was typed, or did the server count it?"""
    return answer.mimetype == "text/html" and bool(ALIVE.search(answer.text))


def leads_away(answer: TestResponse) -> bool:
    """Does the answer send the browser to somebody else's site?"""
    to = answer.headers.get("Location", "")
    return to.startswith(("//", "/\\", "\\")) or urlsplit(to).netloc not in ("", "localhost")


def asked_names(app: Flask, endpoint: str) -> list[str]:
    """Every name that the pages of this audience read from their address, found in the source."""
    module = app.view_functions[endpoint].__module__.split(".")[2]
    room = ROOT / "app" / "routes" / module
    files = room.glob("*.py") if room.is_dir() else [room.with_suffix(".py")]
    named = re.findall(r"(?:args|said)\.get(?:list)?\(\s*\"(\w+)\"", "".join(path.read_text() for path in files))
    return sorted({*named, *(_NAMES_OF_FILTERS if module in ("public", "map", "numbers") else ())})
