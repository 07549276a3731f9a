"""Walks every public exit, found by the map of addresses: nobody's contact, place or covered words come out of any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import areas, geo, masking, publication
from app.domain.alerts import watching
from app.domain.media import store as kept
from app.domain.notifications import announce
from app.domain.publication import Checked
from app.domain.reports import filing, guests
from app.extensions import db, unit_of_work
from app.jobs.deliver import deliver
from app.models import AlertHit, Photo, Report
from app.models.choices import Cadence, Publication, Role
from tests import factories, photos
from tests.support.application import Browser, Clock, new_client
from tests.support.pages import ASKED, NOT_PAGES, UNIT, VALUES, WARD, World
from tests.support.post import letters_to

TRUE = (21.0187412, 105.7583927)  # in phường Một; no page rounds to these by chance
SECRETS = ("Bí Mật Canari", "canari.bimat@example.org", "977123456", "977 123 456", "29A-678.91", "001099054321")
PLACES = ("Số 7 ngõ Canari", "cạnh cổng Canari")
SAID = "Xe 29A-678.91 của người có CCCD 001099054321, gọi 0977 123 456 hoặc canari.bimat@example.org. Chữ Canari."
COARSE = ("parking", "noise", "staff-conduct")  # to 50 m, to 250 m, and the ward only
NUMBER = re.compile(r"-?\d{1,3}\.\d{4,}")
FOLLOWER = "theo.doi.canari@example.org"


@dataclass(frozen=True)
class City:
    """A report of each precision, published whole, with everything private in it that a report can hold."""

    exact: Report
    coarse: tuple[Report, ...]

    @property
    def all(self) -> tuple[Report, ...]:
        return (self.exact, *self.coarse)


@pytest.fixture
def city(clock: Clock, db_session: Session) -> City:
    reports = [_published(category) for category in ("rubbish", *COARSE)]
    factories.a_minute_later(clock)
    for report in reports:
        person = factories.a_person(email=f"{report.code}.{FOLLOWER}")
        with unit_of_work():
            guests.confirm(report.code, guests.confirm_token(report, person, person.email or ""))
    return City(reports[0], tuple(reports[1:]))


def _published(category: str) -> Report:
    report = factories.a_report(
        category=category,
        lat=TRUE[0],
        lng=TRUE[1],
        words=SAID,
        wayfinding=PLACES[1],
        nearest_address=PLACES[0],
        contact=filing.Contact(SECRETS[0], SECRETS[1], "+84977123456"),
    )
    kept.attach(report, BytesIO(photos.jpeg(place=TRUE)), "canari.jpg")
    kept.finish_pending()
    _publish(report)
    return report


def _publish(report: Report) -> None:
    shown = frozenset(db.session.scalars(select(Photo.id).where(Photo.report_id == report.id)))
    lead = factories.in_charge_of(report, Role.LEAD)
    with unit_of_work():
        fresh = db.session.get_one(Report, report.id)
        texts = {one.id: masking.covered(one.original) for one in publication.reporters_words(fresh)}
        publication.publish(fresh, Checked(texts, shown), by=lead)


def exits(app: Flask, city: City) -> Iterator[str]:
    """Every address that anybody may open, with what can be asked of it."""
    world = World(codes={str(number): report.code for number, report in enumerate(city.all)} | {"new": city.exact.code})
    for rule in app.url_map.iter_rules():
        is_public = getattr(app.view_functions.get(rule.endpoint), "__access__", "") == "all"
        if not is_public or "GET" not in (rule.methods or ()) or rule.arguments & {"secret", "token"}:
            continue  # whoever holds a secret link is no stranger
        for values in _values(rule.rule, city, world) if rule.arguments else [{}]:
            _, url = rule.build(values) or ("", "")
            yield url
            yield from (url + asked for asked in (*ASKED.get(rule.rule, ()), *QUESTIONS.get(rule.rule, ())))


def _values(rule: str, city: City, world: World) -> list[dict[str, object]]:
    match rule:
        case "/tiles/<int:z>/<int:x>/<int:y>.json":
            return [dict(zip("zxy", geo_tile(z), strict=True)) for z in range(8, 20)]
        case "/photos/<name>-<size>.webp":
            names = db.session.scalars(select(Photo.name)).all()
            return [{"name": name, "size": size} for name in names for size in ("full", "view", "thumb")]
        case "/wards/<code>" | "/wards/<code>/feed.atom":
            return [{"code": WARD}]
        case "/categories/<code>/feed.atom":
            return [{"code": code} for code in ("rubbish", *COARSE)]
        case "/cards/<code>-<digest>.png":  # leads to the picture of today
            return [{"code": report.code, "digest": "0" * 16} for report in city.all]
        case "/units/<code>" | "/units/<code>/feed.atom":
            return [{"code": UNIT}, *({"code": factories.unit_of(report)} for report in city.all)]
        case _ if rule in VALUES or rule in NOT_PAGES or "<code>" in rule:
            return [{"code": report.code} for report in city.all]
    raise AssertionError(f"say here how a stranger reaches {rule}")


def geo_tile(z: int) -> tuple[int, int, int]:
    return z, *geo.tile_of(geo.cell_of(*TRUE), z)


HERE = f"?lat={TRUE[0]}&lng={TRUE[1]}"
QUESTIONS: dict[str, tuple[str, ...]] = {
    "/near": (HERE, "?q=canari"),
    "/near/feed.atom": (f"{HERE}&radius=500",),
    "/reports": ("?words=canari", "?words=0977123456", "?words=bi+mat", "?category=parking", "?category=staff-conduct"),
    "/map": (f"?at={TRUE[0]},{TRUE[1]},18", "?words=canari"),
    "/map/points.json": ("?words=canari", "?words=cong+canari"),
    "/numbers.csv": ("?from=2025-11&to=2025-11",),
    "/report/where": (HERE,),
}


def _numbers(text: str) -> Iterator[float]:
    return (float(number) for number in NUMBER.findall(text))


def _is_true(number: float) -> bool:
    """Five metres or nearer to the true latitude or longitude."""
    return any(abs(number - truth) < 0.00005 for truth in TRUE)


def _is_asked(number: float, url: str) -> bool:
    """A page may repeat, rounded, what it was asked; the fifty probes say that it answers nothing with it."""
    return any(abs(number - asked) < 0.0001 for asked in _numbers(url))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_public_exit_tells_a_contact_or_what_was_covered(
    app: Flask, city: City, client: Browser, prefix: str
) -> None:
    walked, wrong = 0, []
    for url in dict.fromkeys(exits(app, city)):
        answer = client.get(prefix + url)
        walked += answer.status_code == 200
        body = (
            answer.get_data(as_text=True)
            if not answer.mimetype.startswith("image/") or answer.mimetype.endswith("xml")
            else ""
        )
        wrong += [f"{url}: {secret}" for secret in SECRETS if secret in body and secret not in url]
    assert wrong == []
    assert walked > 60


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_public_exit_tells_an_exact_place_where_the_place_is_coarser(
    app: Flask, city: City, client: Browser, prefix: str
) -> None:
    with unit_of_work():  # only coarse ones are left to be told of
        fresh = db.session.get_one(Report, city.exact.id)
        fresh.publication = Publication.NONE
        fresh.hidden_at = fresh.updated_at
    wrong = []
    for url in dict.fromkeys(exits(app, city)):
        answer = client.get(prefix + url)
        body = (
            answer.get_data(as_text=True)
            if not answer.mimetype.startswith("image/") or answer.mimetype.endswith("xml")
            else ""
        )
        wrong += [f"{url}: {place}" for place in PLACES if place in body]
        wrong += [f"{url}: {number}" for number in _numbers(body) if _is_true(number) and not _is_asked(number, url)]
    assert wrong == []


def test_no_public_exit_knows_of_a_report_that_may_still_be_edited(app: Flask, city: City, client: Browser) -> None:
    counted = client.get("/numbers.csv").text
    factories.with_time_to_edit()
    held = factories.a_report(category="street-light", words="Chữ Chưa Ai Biết", lat=TRUE[0], lng=TRUE[1])
    announce()
    wrong = []
    for url in dict.fromkeys(exits(app, City(held, city.all))):
        answer = client.get(url)
        body = answer.get_data().decode(errors="ignore")
        if "Chưa Ai Biết" in body or (held.code in body and held.code not in url):
            wrong.append(url)
        if f"/r/{held.code}" in url and answer.status_code == 200:
            wrong.append(f"{url}: {answer.status}")
    assert wrong == []
    assert client.get("/numbers.csv").text == counted


def test_what_is_published_is_found_at_all(city: City, client: Browser) -> None:
    """The walk above would be silent about pages that show nothing."""
    for report in city.all:
        page = client.get(f"/r/{report.code}").text
        assert "Chữ Canari" in page, report.category_id
        assert "•••" in page
    exact = client.get(f"/r/{city.exact.code}").text
    assert all(place in exact for place in PLACES)
    assert "canari" not in client.get("/reports?words=0977123456").text.lower().split("</form>")[-1]


def test_photos_carry_no_place(city: City, client: Browser) -> None:
    for name in db.session.scalars(select(Photo.name)):
        answer = client.get(f"/photos/{name}-full.webp")
        assert answer.status_code == 200
        assert b"EXIF" not in answer.data
        assert b"Exif" not in answer.data


def test_letters_to_followers_tell_no_more_than_the_page(city: City, clock: Clock, outbox: Path) -> None:
    from app.domain import workflow

    for report in city.all:
        lead = factories.in_charge_of(report, Role.LEAD)
        with unit_of_work():
            workflow.take(report.code, "receive", by=lead)
    factories.a_minute_later(clock)
    announce()
    while deliver():
        pass
    for report in city.all:
        letters = letters_to(f"{report.code}.{FOLLOWER}", outbox)
        assert letters, "a follower hears that it was received"
        said = "\n".join(
            str(part.get_content())
            for letter in letters
            for part in letter.walk()
            if part.get_content_maintype() == "text"
        )
        assert [secret for secret in SECRETS if secret in said] == []
        if report is not city.exact:
            assert [place for place in PLACES if place in said] == []
            assert [number for number in _numbers(said) if _is_true(number)] == []


def probes(report: Report) -> Iterator[str]:
    """Fifty questions around a place that a stranger may ask, from far away to the very point."""
    chance = Random(7)
    for _ in range(20):
        far = chance.choice((0.00002, 0.0002, 0.001, 0.004))
        yield f"/near?lat={TRUE[0] + chance.uniform(-far, far):.7f}&lng={TRUE[1] + chance.uniform(-far, far):.7f}"
    for radius in geo.CIRCLES_M:
        off = chance.uniform(-0.004, 0.004)
        yield f"/near/feed.atom?lat={TRUE[0] + off:.7f}&lng={TRUE[1]:.7f}&radius={radius}"
    for z in range(10, 20):
        x, y = geo.tile_of(geo.cell_of(*TRUE), z)
        yield f"/tiles/{z}/{x}/{y}.json"
    for z in range(15, 20):
        x, y = geo.tile_of(geo.cell_of(*TRUE), z)
        yield f"/tiles/{z}/{x + 1}/{y}.json?category=parking"
    yield from ("/reports", "/reports?words=canari", f"/reports?ward={WARD}", "/map/points.json?words=canari", "/map")
    yield from ("/numbers", f"/wards/{WARD}", "/numbers.csv", f"/r/{report.code}", f"/map/card/{report.code}")


def test_fifty_probes_narrow_no_place_below_its_grid(city: City, app: Flask) -> None:
    """A report that lies elsewhere in the same square, or in the same ward, gives the same answer to each."""
    for report in city.coarse:
        asked = list(probes(report))
        assert len(asked) == 50
        here = [_answer(app, url) for url in asked]
        for lat, lng in _elsewhere(report):
            with unit_of_work() as session:
                session.execute(
                    update(Report).where(Report.id == report.id).values(lat=lat, lng=lng, cell=geo.cell_of(lat, lng))
                )
            db.session.expire_all()
            there = [_answer(app, url) for url in asked]
            assert [url for url, one, other in zip(asked, here, there, strict=True) if one != other] == []


def _answer(app: Flask, url: str) -> str:
    answer = new_client(app).get(url)
    assert answer.status_code == 200, url
    return re.sub(r'nonce-[^"\']+|csrf[^>]*>', "", answer.text)


def _elsewhere(report: Report) -> list[tuple[float, float]]:
    """Three other true points of the ward that show as the same public one."""
    from app.domain.city import store

    city = store.current()
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id).code
    chance, found = Random(report.code), []
    reach = 0.0004 if report.public_lat is not None else 0.01
    for _ in range(5000):
        lat, lng = TRUE[0] + chance.uniform(-reach, reach), TRUE[1] + chance.uniform(-reach, reach)
        if not areas.is_inside_ward(ward, lat, lng):
            continue
        public = geo.public_point(lat, lng, category.precision, lambda lat, lng: areas.is_inside_ward(ward, lat, lng))
        if (public or (None, None)) == (report.public_lat, report.public_lng):
            found.append((lat, lng))
        if len(found) == 3:
            return found
    raise AssertionError("no other point of the ward shows as this one")


def test_no_alert_narrows_a_place_below_its_grid(clock: Clock, db_session: Session) -> None:
    """Twelve circles around: they tell of a report that lies elsewhere in the same square just as of the first."""
    chance = Random(11)
    for number in range(12):
        wish = watching.Wish(
            Cadence.AT_ONCE,
            lat=TRUE[0] + chance.uniform(-0.004, 0.004),
            lng=TRUE[1] + chance.uniform(-0.004, 0.004),
            radius_m=geo.CIRCLES_M[number % 3],
        )
        with_a_circle = factories.a_person(email=f"{number}.{FOLLOWER}")
        with unit_of_work():
            watching.begin(wish, with_a_circle.id)
    for category in COARSE:
        first = _published(category)
        announce()
        told = _told_of(first)
        assert bool(told) is (first.public_lat is not None), category
        for lat, lng in _elsewhere(first):
            other = factories.a_report(category=category, lat=lat, lng=lng)
            _publish(other)
            announce()
            assert _told_of(other) == told, category


def _told_of(report: Report) -> set[int]:
    return set(db.session.scalars(select(AlertHit.alert_id).where(AlertHit.report_id == report.id)))
