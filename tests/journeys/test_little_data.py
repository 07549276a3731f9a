"""With little data: the whole way from the front page to the receipt fits into 60 kB, and into a slow line.

The server is the one of `flask start` (waitress), with Hanoi's 126 wards and all its categories; every byte that goes
over the wire is counted, both ways (tests/support/wire.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.commands.large_bodies import listening
from app.config import ROOT
from app.domain.city import folder, store
from app.extensions import db, unit_of_work
from app.models import Report
from tests.support.application import Browser
from tests.support.browser import PHONE, Watched, axe_violations
from tests.support.wire import Wire, counted

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MOST = 60_000
GPRS = {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 20_000 / 8}
SLOW = 60_000  # milliseconds until a page must be there


@pytest.fixture
def wire(app: Flask, db_session: Session) -> Iterator[Wire]:
    """To Hanoi, served as in a small city."""
    with unit_of_work():
        store.load(folder.read(ROOT / "cities" / "hanoi"))
    server = listening(app, host="127.0.0.1", port=0, threads=4, largest_body=1_000_000)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with counted(server.effective_port) as wire:
        yield wire
    ended = threading.Event()
    server.trigger.pull_trigger(lambda: (server.close(), ended.set()))  # by its own thread, which waits on what closes
    assert ended.wait(10)


def choose_little_data(page: Page, wire: Wire) -> None:
    page.context.add_cookies([{"name": "hoiam_frugal", "value": "1", "url": wire.address}])


def walk(page: Page, wire: Wire) -> None:
    """From the front page to the receipt, as somebody without a photo does."""
    page.goto(f"{wire.address}/")
    page.locator("main a[href$='/report']").first.click()
    page.locator(".go__on").click()
    page.wait_for_url("**/report/place")
    page.locator("a[href*='/report/place/words']").click()
    page.locator("[name=ward]").select_option(index=3)
    page.locator("[name=wayfinding]").fill("Cạnh chợ, đối diện trường")
    page.locator(".go__on").click()
    page.wait_for_url("**/report/what")
    page.locator("[name=words]").fill("Rác chất đống trước cổng trường")
    page.locator("[name=danger][value=no]").check()
    page.locator("[name=category][value=rac-ton-dong]").check()
    page.locator(".go__on").click()
    page.wait_for_url("**/report/send")
    page.locator("[name=email]").fill("ten@example.org")
    page.locator(".go__on").click()
    page.wait_for_url("**/sent")


def filed() -> int:
    return db.session.scalar(select(func.count()).select_from(Report)) or 0


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_a_report_costs_less_than_60_kb(wire: Wire, chromium_browser: ChromiumBrowser, javascript: bool) -> None:
    """In a window of its own: one whose requests are watched keeps no file from page to page."""
    context = chromium_browser.new_context(viewport=PHONE, java_script_enabled=javascript)  # type: ignore[arg-type]
    page = context.new_page()
    choose_little_data(page, wire)
    walk(page, wire)
    page.wait_for_load_state("networkidle")
    assert filed() == 1
    assert page.locator("img").count() == 0
    context.close()
    assert wire.bytes < MOST, f"{wire.sent} sent, {wire.received} received"


@pytest.mark.proof
def test_it_works_on_a_line_of_the_second_generation(
    wire: Wire, open_page: Callable[..., Page], watched: Watched
) -> None:
    watched.may_ask(wire.address)
    page = open_page()
    choose_little_data(page, wire)
    page.context.set_default_timeout(SLOW)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", GPRS)
    walk(page, wire)
    assert filed() == 1


def test_its_pages_are_well_made_in_both_themes(wire: Wire, open_page: Callable[..., Page], watched: Watched) -> None:
    watched.may_ask(wire.address)
    for dark in (False, True):
        page = open_page(dark=dark)
        choose_little_data(page, wire)
        for path in ("/", "/report", "/report/place", "/report/place/words", "/report/what", "/frugal", "/map"):
            page.goto(f"{wire.address}{path}")
            assert axe_violations(page) == [], path
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def test_the_switch_is_remembered_and_the_map_comes_when_asked_for(
    wire: Wire, open_page: Callable[..., Page], watched: Watched
) -> None:
    watched.may_ask(wire.address)
    page = open_page()
    page.goto(f"{wire.address}/frugal")
    page.locator("[name=wanted]").click()
    expect(page.locator("link[href*='frugal.css']")).to_have_count(1)
    page.goto(f"{wire.address}/report/place")
    expect(page.locator(".leaflet-pane").first).to_have_count(0)
    page.locator("main a[href*='map=1']").click()
    expect(page.locator(".leaflet-pane").first).to_be_attached()
    page.goto(f"{wire.address}/frugal")
    page.locator("[name=wanted]").click()
    expect(page.locator("link[href*='app.css']")).to_have_count(1)


def test_a_browser_that_saves_data_is_followed_and_its_pages_are_its_own(client: Browser, db_session: Session) -> None:
    usual, saving = client.get("/"), client.get("/", headers={"Save-Data": "on"})
    assert "css/frugal.css" in saving.text
    assert saving.headers["Cache-Control"] == "private, no-cache"
    assert "css/app.css" in usual.text
    assert "Vary" not in usual.headers
    client.set_cookie("hoiam_frugal", "0")
    assert "css/app.css" in client.get("/", headers={"Save-Data": "on"}).text


@pytest.mark.parametrize("path", ["/", "/static/css/app.css", "/report/offline", "/manifest.webmanifest"])
def test_text_is_packed_for_whoever_reads_that(client: Browser, db_session: Session, path: str) -> None:
    import gzip

    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
