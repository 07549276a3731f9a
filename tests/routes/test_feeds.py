"""Feeds: whatever a reader of feeds needs, no more than the public page shows, and no circle that tells more."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import feedparser
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain import feeds, geo, publication, workflow
from app.domain.publication import Checked
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report, Words
from app.models.choices import Outcome, Precision, Role
from tests import factories
from tests.support.application import Browser, Clock, Counted
from tests.support.html import parse

NAMES = {"a": "http://www.w3.org/2005/Atom", "g": "http://www.georss.org/georss"}
LAT, LNG = factories.HERE
CIRCLE = f"/near/feed.atom?lat={LAT}&lng={LNG}&radius="
EVERY = ["/feed.atom", "/wards/10001/feed.atom", "/units/ubnd-10001/feed.atom", "/categories/rubbish/feed.atom"]
MOST_QUERIES = 5
Counting = Callable[[], AbstractContextManager[Counted]]


@pytest.fixture
def report(db_session: Session, clock: Clock) -> Report:
    return factories.a_report()


def read(client: Browser, url: str) -> Any:
    """The feed as a reader of feeds understands it; a fault of the XML fails."""
    answer = client.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml"), url
    fromstring(answer.data)
    found = feedparser.parse(answer.data)
    assert not found.bozo, found.get("bozo_exception")
    return found


def texts(root: Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(path, NAMES)]


def answer(report: Report, clock: Clock, words: str = "Đã dọn.") -> None:
    lead = factories.in_charge_of(report, Role.LEAD)
    for move, details in (
        ("receive", Details()),
        ("resolve", Details(words=words, outcome=Outcome.CANNOT_FIX)),
    ):
        with unit_of_work():
            workflow.take(report.code, move, by=lead, details=details)
    factories.a_minute_later(clock)


def publish(report: Report, clock: Clock, words: str) -> None:
    lead = factories.in_charge_of(report, Role.LEAD)
    with unit_of_work():
        texts = {one.id: words for one in publication.reporters_words(report)}
        publication.publish(report, Checked(texts=texts), by=lead)
    factories.a_minute_later(clock)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("url", [*EVERY, CIRCLE + "250", CIRCLE + "5000"])
def test_each_feed_tells_the_report_in_the_language_of_its_address(
    client: Browser, report: Report, url: str, prefix: str
) -> None:
    found = read(client, prefix + url)
    (entry,) = found.entries
    assert entry.link == entry.id == f"http://localhost{prefix}/r/{report.code}"
    assert entry.title.startswith("Uncollected rubbish" if prefix else "Rác tồn đọng")
    assert ("Waiting to be received" if prefix else "Chờ tiếp nhận") in entry.summary
    assert entry.where["coordinates"] == (LNG, LAT)
    assert "Rác chất đống" not in str(entry), "nobody has checked the words yet"
    links = {link.rel: link.href for link in found.feed.links}
    assert links["self"].startswith(f"http://localhost{prefix}{url.split('?')[0]}")
    assert client.get(links["alternate"]).status_code == 200


def test_a_feed_is_kept_by_caches_and_asks_the_same_of_the_database_however_long_it_is(
    client: Browser, report: Report, count_queries: Counting
) -> None:
    for url in [*EVERY, CIRCLE + "1000"]:
        first = client.get(url)
        assert "max-age=300" in first.headers["Cache-Control"]
        assert "Vary" not in first.headers
        assert "Set-Cookie" not in first.headers
        assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    for _ in range(7):
        factories.a_report()
    for url in [*EVERY, CIRCLE + "1000"]:
        with count_queries() as counted:
            assert len(read(client, url).entries) == 8
        assert counted.count <= MOST_QUERIES, f"{url}\n{counted}"


def test_the_newest_fifty_stand_in_a_feed(
    client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert feeds.MOST == 50
    monkeypatch.setattr(feeds, "MOST", 3)
    codes = [factories.a_report().code for _ in range(5)]
    for url in ("/feed.atom", CIRCLE + "500"):
        assert [entry.id[-9:] for entry in read(client, url).entries] == codes[:1:-1]


def test_an_answer_changes_the_entry_once_it_cannot_be_taken_back(
    client: Browser, report: Report, clock: Clock
) -> None:
    before = client.get("/en/feed.atom")
    lead = factories.in_charge_of(report, Role.LEAD)
    clock.forward(hours=1)
    with unit_of_work():
        workflow.take(report.code, "receive", by=lead)
    assert client.get("/en/feed.atom").data == before.data, "within the minute"
    factories.a_minute_later(clock)
    after = read(client, "/en/feed.atom").entries[0]
    assert "Received" in after.summary
    assert after.id == feedparser.parse(before.data).entries[0].id
    assert after.updated == "2025-11-25T03:01:00Z"


def test_what_only_staff_know_changes_no_feed(client: Browser, report: Report, clock: Clock) -> None:
    before = client.get("/feed.atom").data
    clock.forward(hours=1)
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "note", by=clerk, details=Details(words="Gọi lại."))
    factories.a_minute_later(clock)
    assert client.get("/feed.atom").data == before


def test_every_step_of_one_report_is_an_entry_with_an_id_of_its_own(
    client: Browser, report: Report, clock: Clock
) -> None:
    answer(report, clock, "Bãi rác đã có lịch dọn.")
    found = read(client, f"/en/r/{report.code}/feed.atom")
    ids = [entry.id for entry in found.entries]
    assert len(ids) == len(set(ids)) >= 4
    assert found.entries[0].title == "Answer given"
    assert "Bãi rác đã có lịch dọn." in found.entries[0].content[0].value
    assert [entry.id for entry in read(client, f"/en/r/{report.code}/feed.atom").entries] == ids


@pytest.mark.parametrize(
    "words",
    [
        "]]> & <b>đậm</b> \"'",
        "\x0b\x1f vỡ \ufffe\uffff",
        "😀 ỗ ự ế \u202e",
        "</content></entry>",
    ],
)
def test_odd_words_leave_the_xml_whole(client: Browser, report: Report, clock: Clock, words: str) -> None:
    publish(report, clock, "vỡ")
    with unit_of_work() as session:
        session.execute(update(Words).where(Words.report_id == report.id).values(public_text=words))
    assert len(read(client, "/feed.atom").entries) == 1
    root = fromstring(client.get("/feed.atom").data)
    assert "<script" not in texts(root, "a:entry/a:content")[0]
    assert "<b>đậm" not in texts(root, "a:entry/a:content")[0], "words are words in a reader, never markup"


def test_what_is_gone_leaves_the_feed_and_has_none(client: Browser, report: Report) -> None:
    with unit_of_work():
        workflow.take(report.code, "withdraw", by=factories.its_reporter(report))
    assert read(client, "/feed.atom").entries == []
    assert client.get(f"/r/{report.code}/feed.atom").status_code == 410


# Circles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("radius", ["1", "100", "249", "251", "0", "-250", "50000", "x", "", "1e3"])
def test_a_circle_of_another_size_is_refused(client: Browser, report: Report, radius: str) -> None:
    assert client.get(CIRCLE + radius).status_code == 422


@pytest.mark.parametrize("middle", ["lat=0&lng=0", "lat=nan&lng=105.7", "lat=21.02", "lat=91&lng=105.7", ""])
def test_a_circle_needs_its_middle_in_the_city(client: Browser, report: Report, middle: str) -> None:
    assert client.get(f"/near/feed.atom?radius=250&{middle}").status_code == 422


def test_fifty_circles_tell_no_more_of_a_place_than_its_grid(client: Browser, db_session: Session) -> None:
    """Two pins 40 m apart in one cell of the grid: no circle holds the one and not the other."""
    first, other = _two_pins_of_one_cell()
    codes = {factories.a_report(category="parking", lat=lat, lng=lng).code for lat, lng in (first, other)}
    assert len(codes) == 2
    assert geo.distance_m(first, other) > 40
    draw, told = random.Random(7), set()
    for _ in range(50):
        lat, lng = first[0] + draw.uniform(-0.0025, 0.0025), first[1] + draw.uniform(-0.0025, 0.0025)
        found = read(client, f"/near/feed.atom?lat={lat:.6f}&lng={lng:.6f}&radius=250").entries
        told.add(frozenset(entry.id[-9:] for entry in found))
        assert len({entry.where["coordinates"] for entry in found}) <= 1, "both are told at the same point"
    assert told == {frozenset(), frozenset(codes)}


def _two_pins_of_one_cell() -> tuple[geo.Point, geo.Point]:
    centre = geo.public_point(LAT, LNG, Precision.GRID_50, lambda lat, lng: True)
    assert centre is not None
    step = 22 / geo.METRES_A_DEGREE
    return (centre[0] - step, centre[1]), (centre[0] + step, centre[1])


def test_what_shows_its_ward_only_stands_in_no_circle(client: Browser, report: Report, clock: Clock) -> None:
    hidden = factories.a_report(category="staff-conduct")
    publish(hidden, clock, "Thái độ")
    assert hidden.code in client.get("/feed.atom").text
    assert hidden.code not in client.get(CIRCLE + "5000").text


# Where feeds are found ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "feed", "is_visible"),
    [
        ("/", "/feed.atom", False),
        ("/reports", "/feed.atom", True),
        ("/reports?ward=10001", "/wards/10001/feed.atom", True),
        ("/reports?category=rubbish", "/categories/rubbish/feed.atom", True),
        ("/wards/10001", "/wards/10001/feed.atom", True),
        ("/units/ubnd-10001", "/units/ubnd-10001/feed.atom", True),
        ("/r/{code}", "/r/{code}/feed.atom", True),
    ],
)
def test_pages_name_their_feed(client: Browser, report: Report, page: str, feed: str, is_visible: bool) -> None:
    tree = parse(client.get("/en" + page.format(code=report.code)).text)
    named = [link.get("href") for link in tree.iter("link") if link.get("type") == "application/atom+xml"]
    assert named == ["/en" + feed.format(code=report.code)]
    shown = [link.get("href") for link in tree.iter("a") if link.get("type") == "application/atom+xml"]
    assert shown == (named if is_visible else [])
    assert client.get(named[0] or "").status_code == 200


def test_a_place_offers_a_feed_of_every_size(client: Browser, report: Report) -> None:
    tree = parse(client.get(f"/near?lat={LAT}&lng={LNG}").text)
    offered = [link.get("href") or "" for link in tree.iter("a") if link.get("type") == "application/atom+xml"]
    assert [url.rpartition("radius=")[2] for url in offered] == [str(one) for one in geo.CIRCLES_M]
    assert all(client.get(url).status_code == 200 for url in offered)
