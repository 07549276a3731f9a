"""The map in a frame of another site: it and nothing else of ours may stand there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.models import Report
from tests import factories
from tests.support.application import Browser
from tests.support.browser import Watched
from tests.support.html import parse
from tests.support.pages import a_world, every_page

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report()


def ancestors(policy: str) -> str:
    return next(part.strip() for part in policy.split(";") if "frame-ancestors" in part)


def test_only_the_map_for_frames_may_be_framed(app: Flask, db_session: Session) -> None:
    world = a_world(app)
    framed, guarded = set(), 0
    for page in every_page(app, world):
        policy = world.people[page.who].get(page.url).headers["Content-Security-Policy"]
        if ancestors(policy) != "frame-ancestors 'none'":
            framed.add(page.endpoint)
        else:
            guarded += 1
    assert framed == {"embed.map"}
    assert guarded > 60


def test_it_holds_no_form_and_no_cookie_and_asks_for_none(client: Browser, report: Report) -> None:
    answer = client.get("/embed/map")
    assert ancestors(answer.headers["Content-Security-Policy"]) == "frame-ancestors *"
    assert "form-action 'none'" in answer.headers["Content-Security-Policy"]
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers
    tree = parse(answer.text)
    assert [one.tag for name in ("form", "input", "button", "select") for one in tree.iter(name)] == []


def test_the_list_stands_in_it_and_every_link_leads_out(client: Browser, report: Report) -> None:
    tree = parse(client.get("/en/embed/map?category=rubbish").text)
    assert [base.get("target") for base in tree.iter("base")] == ["_blank"]
    links = [link.get("href") for link in tree.iter("a") if link.get("target") != "_self"]
    assert f"/en/r/{report.code}" in links
    assert "/en/map?category=rubbish" in links
    assert client.get("/embed/map?category=pothole").text.count(report.code) == 0


def test_a_filter_we_do_not_know_is_said_and_no_error_page_is_framed(client: Browser, report: Report) -> None:
    assert client.get("/embed/map?ward=nowhere").status_code == 422
    assert ancestors(client.get("/embed/nothing").headers["Content-Security-Policy"]) == "frame-ancestors 'none'"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_snippet_shows_what_was_chosen(client: Browser, report: Report, prefix: str) -> None:
    tree = parse(client.get(f"{prefix}/embed?ward=10001&category=rubbish").text)
    (snippet,) = [one.text or "" for one in tree.iter("textarea")]
    frame = next(parse(snippet).iter("iframe"))
    assert frame.get("src") == f"http://localhost{prefix}/embed/map?category=rubbish&ward=10001"
    assert (frame.get("title") or "").strip()
    assert client.get(frame.get("src") or "").status_code == 200


@pytest.fixture
def other_site() -> Iterator[Callable[[str], str]]:
    """`other_site(html)` answers with the address of a page on another site."""
    shown: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(shown[0].encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(html: str) -> str:
        shown[:] = [html]
        return f"http://127.0.0.1:{server.server_port}/"

    yield show
    server.shutdown()
    server.server_close()


@pytest.mark.browser
def test_it_works_on_another_site_where_our_other_pages_stay_out(
    report: Report,
    other_site: Callable[[str], str],
    open_page: Callable[..., Page],
    live_server: str,
    watched: Watched,
) -> None:
    here = other_site(
        f'<h1>Báo</h1><iframe name="map" src="{escape(live_server)}/en/embed/map" width="600" height="560"></iframe>'
        f'<iframe name="page" src="{escape(live_server)}/en/map" width="300" height="300"></iframe>'
    )
    watched.may_ask(here)
    watched.expect("frame-ancestors", "favicon", "chrome-error")
    page = open_page(wide=True)
    page.goto(here)
    frame = page.frame_locator("iframe[name=map]")
    frame.locator(".pin, .cluster").first.wait_for()
    refused = page.frame(name="page")
    assert refused is not None
    assert refused.url.startswith("chrome-error"), "the map itself may not be framed"
    assert page.context.cookies() == []
    frame.get_by_text("The newest of these as a list").click()
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="Uncollected rubbish").click()
    assert opened.value.url == f"{live_server}/en/r/{report.code}"
