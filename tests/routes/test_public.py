"""The public side: who gets in (everybody), which status, which words, what caches may keep, how many queries."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain import heartbeat, publication, workflow
from app.domain.city import store
from app.domain.publication import Checked
from app.domain.reports import get_for_change
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report
from app.models.choices import EventKind, Outcome, Role, WaitingFor
from tests import factories
from tests.support.application import Browser, Clock, Counted
from tests.support.html import faults

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [
    *("/", "/find", "/about", "/privacy", "/accessibility", "/reports", "/near", "/map", "/numbers"),
    *("/wards/10001", "/units/ubnd-10001", "/near?lat=21.02&lng=105.76", "/near?q=phuong", "/map?ward=10001"),
    *("/reports?class=open,done&category=rubbish&from=2025-01&to=2025-12&words=rac", "/map?words=rac"),
]
MOST_QUERIES = 12
Counting = Callable[[], AbstractContextManager[Counted]]


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report()


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_gets_a_well_made_page_that_caches_may_keep(
    client: Browser, report: Report, count_queries: Counting, path: str, prefix: str
) -> None:
    with count_queries() as counted:
        answer = client.get(prefix + path)
    assert answer.status_code == 200
    assert faults(answer.text) == []
    assert counted.count <= MOST_QUERIES, str(counted)
    assert "public" in answer.headers["Cache-Control"]
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "csrf" not in answer.text
    again = client.get(prefix + path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_signed_in_person_sees_the_same_public_page(
    new_browser: Callable[[], Browser], sign_in: Callable[..., Browser], report: Report
) -> None:
    stranger, clerk = new_browser(), sign_in(factories.staff(factories.unit_of(report)), new_browser())
    path = f"/r/{report.code}"
    assert stranger.get(path).data == clerk.get(path).data
    assert "Vary" not in clerk.get(path).headers


# A report ---------------------------------------------------------------------------------------------------------


def test_a_report_shows_its_pin_and_keeps_its_words_until_they_are_checked(client: Browser, report: Report) -> None:
    page = client.get(f"/en/r/{report.code}").text
    assert "Uncollected rubbish" in page
    assert "Mot Ward" in page
    assert "Rác chất đống" not in page
    assert "once a person has checked" in page
    assert f"/r/{report.code}/join" in page
    assert "To be received at the latest" in page
    assert "How this was counted" in page


def test_published_words_and_the_answer_stand_on_the_page(client: Browser, report: Report, clock: Clock) -> None:
    who = factories.in_charge_of(report, Role.LEAD)
    with unit_of_work():
        texts = {words.id: words.original for words in publication.reporters_words(report)}
        publication.publish(report, Checked(texts=texts), by=who)
    factories.a_minute_later(clock)
    with unit_of_work():
        workflow.take(report.code, "receive", by=who)
    with unit_of_work():
        details = Details(words="Bãi rác đã có lịch dọn.", outcome=Outcome.CANNOT_FIX)
        workflow.take(report.code, "resolve", by=who, details=details)
    hidden = client.get(f"/r/{report.code}").text
    assert "Rác chất đống" in hidden
    assert "Bãi rác đã có lịch dọn." not in hidden, "within the minute in which it can be undone"
    clock.forward(minutes=2)
    assert "Bãi rác đã có lịch dọn." in client.get(f"/r/{report.code}").text


def test_a_report_that_waits_says_for_what_and_until_when(client: Browser, report: Report, clock: Clock) -> None:
    who = factories.in_charge_of(report)
    for move, details in (
        ("receive", None),
        ("start", None),
        (
            "pause",
            Details(words="Chờ tạnh mưa.", waiting_for=WaitingFor.WEATHER, until=clock.now.date().replace(day=28)),
        ),
    ):
        with unit_of_work():
            workflow.take(report.code, move, by=who, details=details)
    clock.forward(minutes=2)
    page = client.get(f"/en/r/{report.code}").text
    assert "Waiting for the weather" in page
    assert "The clock stands still until 17:00 Friday 28 November." in page


def test_a_code_is_read_however_it_was_typed(client: Browser, report: Report) -> None:
    typed = f"{report.code[:3]}-{report.code[3:6]}-{report.code[6:]}"
    for answer in (client.get(f"/r/{typed}"), client.get(f"/find?code=%23{typed}")):
        assert answer.status_code in (301, 302)
        assert answer.headers["Location"].endswith(f"/r/{report.code}")


@pytest.mark.parametrize(("typed", "status"), [("12", 404), ("482160358", 404), ("x" * 50, 422)])
def test_a_wrong_code_keeps_what_was_typed_and_says_why(client: Browser, typed: str, status: int) -> None:
    answer = client.get(f"/en/find?code={typed}")
    assert answer.status_code == status
    assert f'value="{typed}"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_withdrawn_is_gone_merged_leads_on_and_the_sensitive_is_not_there(client: Browser, report: Report) -> None:
    sensitive = factories.a_report(category="staff-conduct")
    assert client.get(f"/r/{sensitive.code}").status_code == 404
    into, dispatcher = factories.a_report(), factories.dispatcher()
    with unit_of_work():
        details = Details(words="Cùng một chỗ.", merge_into=into.code)
        workflow.take(report.code, "merge", by=dispatcher, details=details)
    moved = client.get(f"/r/{report.code}")
    assert moved.status_code == 302  # a merge can be undone
    assert moved.headers["Location"].endswith(f"/r/{into.code}")
    with unit_of_work():
        workflow.take(into.code, "withdraw", by=factories.its_reporter(into))
    assert client.get(f"/r/{into.code}").status_code == 410


def test_a_report_page_is_few_queries(client: Browser, report: Report, count_queries: Counting) -> None:
    factories.a_report(lat=factories.HERE[0] + 0.0003)
    with count_queries() as counted:
        assert client.get(f"/r/{report.code}").status_code == 200
    assert counted.count <= MOST_QUERIES, str(counted)


def test_every_kind_of_event_has_its_line_of_the_timeline(app: Flask) -> None:
    folder = ROOT / "templates" / "timeline"
    assert {path.stem for path in folder.glob("[!_]*.html")} == {kind.value for kind in EventKind}
    for kind in EventKind:
        app.jinja_env.get_template(f"timeline/{kind.value}.html")


# Lists ------------------------------------------------------------------------------------------------------------


def test_a_bad_filter_is_told_beside_its_field_and_the_list_still_stands(client: Browser, report: Report) -> None:
    answer = client.get("/en/reports?from=2026-12&to=2025-01&words=<script>")
    assert answer.status_code == 422
    assert "The first month lies after the last one." in answer.text
    assert "<script>" not in answer.text.replace('<script type="module"', "")
    assert faults(answer.text) == []


def test_the_list_filters_as_the_map_does(client: Browser, report: Report) -> None:
    lamp = factories.a_report(category="street-light")
    page = client.get("/reports?category=rubbish").text
    assert report.code in page.replace("-", "")
    assert lamp.code not in page.replace("-", "")
    assert "/map?category=rubbish" in page


def test_an_unknown_page_ward_or_unit_is_not_found(client: Browser) -> None:
    for path in ("/reports?before=123", "/wards/nowhere", "/units/nobody"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/near?lat=10.77&lng=106.7", "/near?q=xyzzy", "/near?lat=200&lng=x"])
def test_a_place_outside_or_unknown_gets_a_friendly_word(client: Browser, path: str) -> None:
    answer = client.get(f"/en{path}")
    assert answer.status_code == 422
    assert re.search(r"outside City of Six Wards|No place by this name|must lie between|Write a number", answer.text)
    assert faults(answer.text) == []


# The map ----------------------------------------------------------------------------------------------------------


def test_a_tile_is_one_query_and_cached_by_its_address(
    client: Browser, report: Report, count_queries: Counting
) -> None:
    from app.domain import geo

    x, y = geo.tile_of(geo.cell_of(*factories.HERE), 14)
    path = f"/tiles/14/{x}/{y}.json"
    client.get(path)  # the key of the codes is remembered after the first
    with count_queries() as counted:
        answer = client.get(path)
    assert counted.count == 1, str(counted)
    assert (answer.status_code, len(answer.json)) == (200, 1)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Vary" not in answer.headers
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    for z in (9, 12, 14, 17):  # the roll-up's, those in between, and the rows'; here an empty one of each
        with count_queries() as counted:
            assert client.get(f"/tiles/{z}/0/0.json").json == []
        assert counted.count == 1, str(counted)


def test_the_tile_over_a_report_names_it(client: Browser, report: Report) -> None:
    from app.domain import geo

    x, y = geo.tile_of(geo.cell_of(*factories.HERE), 15)
    [[_right, _down, code, letter]] = client.get(f"/tiles/15/{x}/{y}.json").json
    assert (code, letter) == (report.code, "o")
    assert client.get(f"/tiles/15/{x}/{y}.json?class=done").json == []


@pytest.mark.parametrize(
    "path", ["/tiles/3/9/9.json", "/tiles/25/0/0.json", "/tiles/3/0/0.json?class=secret", "/tiles/3/0/0.json?words=a"]
)
def test_a_tile_that_cannot_be_is_not_found(client: Browser, path: str) -> None:
    assert client.get(path).status_code == 404


def test_outlines_are_kept_for_long_under_their_own_address(client: Browser) -> None:
    page = client.get("/map").text
    address = re.search(r"/map/outlines\.json\?v=[\w-]+", page)
    assert address
    answer = client.get(address[0])
    assert len(answer.json["features"]) == 6
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get("/map/outlines.json").headers["Cache-Control"]


def test_a_search_is_drawn_as_points(client: Browser, report: Report) -> None:
    found = client.get("/map/points.json?words=rác").json
    assert [row[2] for row in found["points"]] == [report.code]
    assert found["more"] is False
    assert client.get("/map/points.json?words=zzz").json["points"] == []


@pytest.mark.parametrize("path", ["/map", "/reports"])
def test_an_empty_city_offers_no_filters_to_clear(client: Browser, path: str) -> None:
    page = client.get(f"/en{path}").text
    assert "Nothing is open" in page
    assert "Clear all filters" not in page
    narrowed = client.get(f"/en{path}?ward=10001").text
    assert "Nothing matches" in narrowed
    assert "Clear all filters" in narrowed


def test_a_pin_tells_its_card_and_nothing_private(client: Browser, report: Report) -> None:
    card = client.get(f"/map/card/{report.code}").text
    assert f"/r/{report.code}" in card
    assert "Rác chất đống" not in card


# Health -----------------------------------------------------------------------------------------------------------


def test_a_living_process_says_so_without_the_database(client: Browser, count_queries: Counting) -> None:
    with count_queries() as counted:
        assert client.get("/healthz").data == b"ok\n"
    assert counted.count == 0


def test_a_ready_process_names_what_it_has(client: Browser, db_session: Session) -> None:
    with unit_of_work():
        heartbeat.beat()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok", "schema": "ok", "city": "ok", "worker": "ok"}


def test_a_process_without_a_worker_is_ready_to_serve_and_says_that_the_worker_is_quiet(
    client: Browser, db_session: Session, clock: Clock
) -> None:
    with unit_of_work():
        heartbeat.beat()
    clock.forward(minutes=3)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["worker"] == "not heard of for two minutes"


def test_programs_are_told_what_not_to_read_and_where_the_mark_is(client: Browser) -> None:
    robots = client.get("/robots.txt")
    assert (robots.status_code, robots.mimetype) == (200, "text/plain")
    assert "Disallow: /desk" in robots.text
    with client.get(client.get("/favicon.ico").location) as mark:
        assert mark.mimetype == "image/svg+xml"


def test_a_tile_that_does_not_exist_is_refused_in_the_readers_language(client: Browser, db_session: Session) -> None:
    assert "Không có ô bản đồ này" in client.get("/tiles/99/1/1.json").text
    assert "There is no such tile" in client.get("/en/tiles/99/1/1.json").text


def test_the_source_of_a_promise_is_named_in_the_readers_language(client: Browser, db_session: Session) -> None:
    report = factories.a_report()
    for page in ("/about", f"/r/{report.code}"):
        assert "Quy chế mẫu" in client.get(page).text
        assert "Model rules" in client.get(f"/en{page}").text
        assert "Quy chế mẫu" not in client.get(f"/en{page}").text


@pytest.mark.parametrize("theme", ["", "?theme=dark"])
def test_the_front_pages_picture_of_the_city_counts_what_is_open_and_is_small(
    client: Browser, report: Report, count_queries: Counting, theme: str
) -> None:
    factories.a_report()
    with count_queries() as counted:
        answer = client.get(f"/map/overview.svg{theme}")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    picture = fromstring(answer.data)
    numbers = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert numbers == ["2"]
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}path"))) == 6
    assert counted.count <= 2
    assert "public" in answer.headers["Cache-Control"]


def test_a_wards_badge_lies_on_no_pin(db_session: Session, clock: Clock, open_page: Callable[..., Any]) -> None:
    ward = store.current().wards["10001"]
    factories.a_report(lat=ward.lat, lng=ward.lng)  # its pin would stand right under the badge
    of_the_ward_only = factories.a_report(category="staff-conduct")
    boss = factories.dispatcher()
    with unit_of_work():
        publication.publish(get_for_change(of_the_ward_only.code, by=boss), Checked(), by=boss)
    factories.a_minute_later(clock)
    page = open_page(wide=True)
    page.goto(f"/map?at={ward.lat:.4f},{ward.lng:.4f},16")
    page.locator(".map .pin").wait_for()
    pin, badge = (page.locator(f".map {one}").first for one in (".pin", ".wardbadge"))
    page.wait_for_function("() => document.querySelectorAll('.map .wardbadge').length === 1")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    one, other = pin.bounding_box(), badge.bounding_box()
    apart_x = abs(one["x"] + one["width"] / 2 - other["x"] - other["width"] / 2)
    apart_y = abs(one["y"] + one["height"] / 2 - other["y"] - other["height"] / 2)
    assert (apart_x**2 + apart_y**2) ** 0.5 >= (one["width"] + other["width"]) / 2 - 1


def test_where_borders_come_from_stands_beside_the_map(client: Browser) -> None:
    assert "made up for tests" in client.get("/map").text


def test_where_the_citys_data_comes_from_is_said(client: Browser, db_session: Session) -> None:
    assert "Bản đồ tự vẽ để thử nghiệm" in client.get("/about").text
    assert "A map drawn for tests" in client.get("/en/about").text


def test_the_numbers_of_twelve_months_are_a_table_that_adds_up(
    client: Browser, clock: Clock, db_session: Session, count_queries: Counting
) -> None:
    for _ in range(3):
        factories.a_report()
        clock.forward(days=40)
    with count_queries() as counted:
        answer = client.get("/en/numbers.csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbfmonth,of,code,name,filed,received,")
    assert counted.count <= 3, str(counted)
    lines = list(csv.DictReader(answer.data.decode("utf-8-sig").splitlines()))
    assert [line["filed"] for line in lines if line["of"] == "city"] == ["1", "1", "1"]
    for of in ("unit", "ward", "category"):
        assert sum(int(line["filed"]) for line in lines if line["of"] == of) == 3, of
    assert {line["name"] for line in lines if line["of"] == "ward"} == {store.current().wards["10001"].name.in_("en")}
    assert "/en/numbers.csv" in client.get("/en/numbers").text
    clock.forward(days=400)
    assert len(client.get("/en/numbers.csv").data.decode().splitlines()) == 1
