"""A report that is shown roughly shows its exact place nowhere: not on any page, feed, picture, frame or sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import geo, publication
from app.domain.publication import Checked
from app.extensions import unit_of_work
from app.models import Photo, Report
from app.models.choices import Publication, Role
from app.web import sharing
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.html import parse

LAT, LNG = 21.021234, 105.761234  # the true pin
ADDRESS = "Số 77 ngõ Chim Hoàng Yến"
WAY = "Cửa sau nhà chim hoàng yến"
TOLD_AS = ("21.0212", "105.7612", "Hoàng Yến", "hoàng yến")
PLACES = re.compile(r"(\d{2}\.\d{3,})[,\s\"]+(\d{3}\.\d{3,})|(\d{3}\.\d{3,})[,\s\"]+(\d{2}\.\d{3,})")


@pytest.fixture
def canary(db_session: Session, clock: Clock) -> Report:
    """Its category is told within 50 m; all that was written with it is checked and public."""
    report = factories.a_report(
        category="parking", lat=LAT, lng=LNG, nearest_address=ADDRESS, wayfinding=WAY, words="Ô tô chắn lối."
    )
    lead = factories.in_charge_of(report, Role.LEAD)
    with unit_of_work():
        texts = {one.id: one.original for one in publication.reporters_words(report)}
        publication.publish(report, Checked(texts=texts), by=lead)
    factories.a_minute_later(clock)
    assert report.publication is Publication.FULL
    assert report.public_lat is not None
    assert report.public_lng is not None
    public = f"{report.public_lat} {report.public_lng}"
    assert not any(sign in public for sign in TOLD_AS), "the shown point is told apart from the true one"
    return report


def exits(client: Browser, report: Report) -> Iterator[str]:
    """Every public address that may tell of this report."""
    code, ward = report.code, "10001"
    yield from (f"/r/{code}", f"/r/{code}/feed.atom", f"/r/{code}/code.svg", f"/map/card/{code}")
    yield from ("/feed.atom", f"/wards/{ward}/feed.atom", "/categories/parking/feed.atom")
    yield from (f"/units/{factories.unit_of(report)}/feed.atom", f"/units/{factories.unit_of(report)}")
    yield from (f"/near/feed.atom?lat=21.02&lng=105.76&radius={one}" for one in (250, 500, 1000, 2000, 5000))
    yield from ("/near?lat=21.02&lng=105.76", "/reports", "/reports?words=chan", f"/wards/{ward}", "/", "/find")
    yield from ("/embed/map", f"/embed/map?ward={ward}&category=parking", "/embed", "/map", "/map?words=chan")
    yield from ("/map/points.json?words=chan", "/map/overview.svg", "/numbers", "/numbers.csv")
    yield from ("/p/den-co", "/p/den-co~parking", "/r/" + code + "/join", "/r/" + code + "/follow")
    metas = parse(client.get(f"/r/{code}").text).iter("meta")
    yield from (one.get("content") or "" for one in metas if one.get("property") == "og:image")
    yield from _tiles(report)


def _tiles(report: Report) -> Iterator[str]:
    for z in range(10, 20):
        x, y = geo.tile_of(geo.cell_of(LAT, LNG), z)
        yield f"/tiles/{z}/{x}/{y}.json"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_its_exact_place_leaves_the_house_nowhere(client: Browser, canary: Report, prefix: str) -> None:
    seen = 0
    for url in exits(client, canary):
        answer = client.get(url if url.startswith(("http", "/tiles")) else prefix + url)
        assert answer.status_code == 200, url
        body = answer.data.decode("utf-8", "replace")
        assert [sign for sign in TOLD_AS if sign in body] == [], url
        seen += canary.code in body
        for lat, lng, other_lng, other_lat in PLACES.findall(body):
            told = float(lat or other_lat), float(lng or other_lng)
            assert geo.distance_m(told, (LAT, LNG)) > 5, f"{url} tells {told}"
    assert seen >= 15, "the walk must meet the report, or it proves nothing"


def test_its_exact_place_is_found_by_this_very_walk_where_it_is_told(client: Browser, db_session: Session) -> None:
    """The same report of a category that is told exactly: the walk above is not blind."""
    told = factories.a_report(category="rubbish", lat=LAT, lng=LNG, nearest_address=ADDRESS)
    for url in (f"/r/{told.code}", "/feed.atom", f"/r/{told.code}/feed.atom"):
        body = client.get(url).text
        assert any(sign in body for sign in TOLD_AS), url


def test_the_picture_is_drawn_from_no_exact_word(client: Browser, canary: Report, app: Flask, monkeypatch: Any) -> None:
    drawn: list[Any] = []
    sharing.drawn.cache_clear()
    monkeypatch.setattr(sharing.drawing, "png", lambda card, photo=None: drawn.append(card) or b"")
    metas = parse(client.get(f"/r/{canary.code}").text).iter("meta")
    client.get(next(one.get("content") or "" for one in metas if one.get("property") == "og:image"))
    sharing.drawn.cache_clear()
    (card,) = drawn
    assert card.place == "Phường Một"
    assert not any(sign in str(card) for sign in TOLD_AS)


def test_a_photo_is_drawn_only_while_it_is_public(client: Browser, canary: Report, db_session: Session) -> None:
    from app.domain.media.keys import new_name, public_key
    from app.extensions import storage
    from app.models import now
    from app.models.choices import PhotoKind, PhotoState
    from tests import photos

    name, file = new_name(), io.BytesIO()
    photos.picture(640, 480).save(file, "WEBP")
    storage().put(public_key(name, "view"), file.getvalue())
    with unit_of_work() as session:
        session.add(
            Photo(
                report_id=canary.id,
                name=name,
                kind=PhotoKind.BEFORE,
                state=PhotoState.READY,
                width=640,
                height=480,
                size=1000,
                created_at=now(),
                published_at=now(),
            )
        )
    told = _picture(client, canary)
    shown = client.get(told)
    assert (shown.status_code, "immutable" in shown.headers["Cache-Control"]) == (200, False)
    with unit_of_work() as session:
        session.execute(update(Photo).where(Photo.name == name).values(published_at=None))
    assert db_session.scalar(select(Photo.published_at).where(Photo.name == name)) is None
    assert _picture(client, canary) != told
    assert client.get(told).status_code == 302, "what was drawn with it is not given out again"
    assert client.get(_picture(client, canary)).data != shown.data


def _picture(client: Browser, report: Report) -> str:
    metas = parse(client.get(f"/r/{report.code}").text).iter("meta")
    return next(one.get("content") or "" for one in metas if one.get("property") == "og:image")
