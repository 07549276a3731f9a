"""A real Chromium and a real server for the journeys.

`open_page(width=…)` opens a window on the live server. Nothing may leave the machine, and a page that logs an error or
refuses something by its content policy fails the test at its end.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from scripts import chromium
from tests.support.application import Browser as TestBrowser

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EXPIRY = re.compile(r";\s*Expires=[^;]*", re.IGNORECASE)
PATIENCE_MS = 20_000  # a machine may have much else to do
expect.set_options(timeout=PATIENCE_MS)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@dataclass
class Watched:
    """What went wrong in the windows of one test."""

    errors: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()

    def expect(self, *parts: str) -> None:
        """Errors that contain one of these words belong to the test (a refused form logs a 422, say)."""
        self.expected += parts

    def may_ask(self, address: str) -> None:
        """Another server of this machine that belongs to the test."""
        self.neighbours += (address,)

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(part in error for part in self.expected)]


def for_a_window(app: WSGIApplication) -> WSGIApplication:
    """The browser's clock is the machine's, the application's the test's: a cookie lives as long as its window, and
    nothing is asked "unless changed since"."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            environ.pop(name, None)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [(name, EXPIRY.sub("", value) if name == "Set-Cookie" else value) for name, value in headers]
            return start_response(status, kept, *rest)

        return app(environ, start)  # type: ignore[arg-type]

    return answer


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The application, served by threads on a free port; answers with its address."""
    server = make_server("127.0.0.1", 0, for_a_window(app), threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """One Chromium for the whole run of this process."""
    path = chromium.find()
    if path is None:
        pytest.skip("Chromium is not installed here, so no browser test runs (sudo apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def watched() -> Iterator[Watched]:
    """Collects errors of the windows; what was not expected fails the test."""
    seen = Watched()
    yield seen
    assert seen.unexpected() == []


@pytest.fixture
def open_page(
    chromium_browser: Browser, live_server: str, watched: Watched, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """`open_page()` is a phone; `open_page(wide=True)` a desk; `javascript=False`, `language="en"`, `dark=True`,
    `latitude=, longitude=` (where the device says it is), `browser=` (a test client whose cookies it takes, so who is
    signed in), `worker=True` (with our service worker, which the other journeys do without) as wanted. Addresses may be
    given without the server."""
    contexts: list[BrowserContext] = []

    def open_one(
        *,
        wide: bool = False,
        javascript: bool = True,
        language: str = "vi",
        dark: bool = False,
        latitude: float | None = None,
        longitude: float | None = None,
        browser: TestBrowser | None = None,
        worker: bool = False,
    ) -> Page:
        place = None if latitude is None else {"latitude": latitude, "longitude": longitude, "accuracy": 12}
        context = chromium_browser.new_context(
            base_url=live_server,
            viewport=DESK if wide else PHONE,  # type: ignore[arg-type]
            is_mobile=not wide,
            has_touch=not wide,
            java_script_enabled=javascript,
            locale="en-GB" if language == "en" else "vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            geolocation=place,  # type: ignore[arg-type]
            permissions=["geolocation"] if place else [],
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if browser is not None:
            context.add_cookies(cookies_of(browser, live_server))  # type: ignore[arg-type]
        _keep_inside(context, live_server, watched)
        page = context.new_page()
        page.on("pageerror", lambda error: watched.errors.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(message, watched))
        return page

    yield open_one
    for context in contexts:
        context.close()


def cookies_of(browser: TestBrowser, server: str) -> list[dict[str, str]]:
    cookies = (browser._cookies or {}).values()
    return [{"name": cookie.key, "value": cookie.value, "url": server} for cookie in cookies]


def _note(message: ConsoleMessage, watched: Watched) -> None:
    if message.type == "error":
        watched.errors.append(f"{message.location.get('url', '')}: {message.text}")


def _keep_inside(context: BrowserContext, server: str, watched: Watched) -> None:
    """Whatever asks somebody outside is stopped, and told."""

    def decide(route: Route) -> None:
        url = route.request.url
        if url.startswith((server, "data:", "blob:", *watched.neighbours)):
            route.continue_()
        else:
            watched.errors.append(f"asked somebody outside: {url}")
            route.abort()

    context.route("**/*", decide)


def axe_violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands now, one line per fault; empty when clean.

    The window is as tall as the page meanwhile: what scrolls past under the bar at the thumb is not small.
    """
    window = page.viewport_size or PHONE
    tall = page.evaluate("() => document.documentElement.scrollHeight") + 120
    page.set_viewport_size({"width": window["width"], "height": max(window["height"], min(tall, 8000))})
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
    page.set_viewport_size(window)  # type: ignore[arg-type]
    lines: list[str] = []
    for violation in results.response["violations"]:
        for node in violation["nodes"]:
            lines.append(f"{violation['id']}: {violation['help']}: {node['html'][:160]} ({node['target']})")
    return lines
