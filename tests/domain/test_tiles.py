"""A point is in one group of one tile at each zoom, numbers add up, and every tile is answered from its index."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import figures, geo, tiles, workflow
from app.domain.city import store
from app.domain.errors import NotFound
from app.domain.public_filters import Filters, conditions, read
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Report
from app.models.choices import Outcome, Severity, Status, StatusClass
from tests import factories
from tests.support.application import Clock
from tests.support.plans import plan_of

EVERYTHING = Filters(classes=frozenset({StatusClass.OPEN, StatusClass.DONE, StatusClass.DECLINED}))
PLACES = [(21.0 + 0.003 * (n % 7), 105.742 + 0.006 * (n // 7)) for n in range(28)]
lats = st.floats(-85, 85)
lngs = st.floats(-180, 179.999)


@given(lats, lngs, st.integers(0, geo.MAX_TILE_ZOOM))
def test_a_point_is_in_exactly_one_group_of_one_tile(lat: float, lng: float, z: int) -> None:
    cell = geo.cell_of(lat, lng)
    x, y = geo.tile_of(cell, z)
    lo, hi = geo.tile_range(z, x, y)
    assert lo <= cell < hi
    holding = [
        (dx, dy)
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        if 0 <= x + dx < 1 << z
        and 0 <= y + dy < 1 << z
        and geo.tile_range(z, x + dx, y + dy)[0] <= cell < geo.tile_range(z, x + dx, y + dy)[1]
    ]
    assert holding == [(0, 0)]
    column, row = geo.position_in_tile(cell >> geo.grid_shift(z), z)
    right, down = tiles._within_tile(cell, z)
    assert (right * tiles.GRID // tiles.PIXELS, down * tiles.GRID // tiles.PIXELS) == (column, row)


@pytest.fixture
def city_of_reports(db_session: Session, clock: Clock) -> list[Report]:
    """Twenty-eight lamps, some of them answered or refused."""
    reports = [factories.a_report(category="street-light", lat=lat, lng=lng) for lat, lng in PLACES]
    who = factories.in_charge_of(reports[0])
    for number, report in enumerate(reports):
        if number % 4 == 1:
            with unit_of_work():
                workflow.take(report.code, "receive", by=who)
            with unit_of_work():
                fixed = Details(words="Đã thay bóng.", outcome=Outcome.FIXED)
                workflow.take(report.code, "resolve", by=who, details=fixed)
        if number % 8 == 2:
            refusal = next(iter(store.current().refusals))
            with unit_of_work():
                workflow.take(report.code, "decline", by=who, details=Details(words="Không.", refusal=refusal))
    factories.a_minute_later(clock)
    return reports


def tiles_at(z: int) -> Iterable[tuple[int, int]]:
    return {geo.tile_of(geo.cell_of(lat, lng), z) for lat, lng in PLACES}


def total(z: int, x: int, y: int, filters: Filters) -> tuple[int, int]:
    found = tiles.groups(z, x, y, filters)
    return sum(one.n for one in found), sum(one.n_open for one in found)


ALL = ("open", "done", "declined")
VIEWS: dict[str, dict[str, Any]] = {
    "open": {},
    "everything": {"classes": ALL},
    "a category": {"classes": ALL, "categories": ["street-light"]},
    "a ward": {"classes": ALL, "ward": "10001"},
    "open in a ward": {"ward": "10001"},
    "a month": {"classes": ALL, "first": "2025-11", "last": "2025-11"},
    "since a month": {"classes": ALL, "first": "2025-09", "categories": ["street-light"]},
    "until a month": {"classes": ALL, "last": "2025-10"},
    "a ward's month": {"classes": ALL, "ward": "10001", "first": "2025-10", "last": "2025-10"},
    "open of a month": {"first": "2025-10", "last": "2025-10"},
}


SUMMED = ("everything", "a category", "a ward's month", "open of a month")


@pytest.mark.parametrize(
    ("view", "few", "dense"),
    [*((view, tiles.FEW, tiles.DENSE) for view in VIEWS), *((view, 0, 0) for view in SUMMED)],
    ids=[*VIEWS, *(f"{view}, summed as far as possible" for view in SUMMED)],
)
def test_every_zoom_tells_the_same_sum_and_children_make_up_their_parent(
    city_of_reports: list[Report], view: str, few: int, dense: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "FEW", few)
    monkeypatch.setattr(tiles, "DENSE", dense)
    filters = read(**VIEWS[view])
    with unit_of_work() as session:  # half of them came in the month before
        session.execute(text("UPDATE report SET filed_at = filed_at - 2592000 WHERE id % 2 = 0"))
        figures.rebuild()
    found = db.session.scalars(select(Report).where(*conditions(filters))).all()
    wanted = [one for one in city_of_reports if one.id in {report.id for report in found}]
    assert wanted
    is_open = [one for one in wanted if one.is_open]
    for z in range(8, 18):
        sums = {(x, y): total(z, x, y, filters) for x, y in tiles_at(z)}
        assert tuple(map(sum, zip(*sums.values(), strict=True))) == (len(wanted), len(is_open)), z
        for (x, y), (n, n_open) in sums.items():
            children = [total(z + 1, 2 * x + i, 2 * y + j, filters) for i in (0, 1) for j in (0, 1)]
            assert (sum(one for one, _ in children), sum(one for _, one in children)) == (n, n_open), (z, x, y)


def test_a_group_of_one_is_its_report(city_of_reports: list[Report]) -> None:
    codes = {one.code: one.letter for x, y in tiles_at(17) for one in tiles.groups(17, x, y, EVERYTHING) if one.n == 1}
    assert codes.keys() == {one.code for one in city_of_reports}
    for report in city_of_reports:
        assert codes[report.code] == {"open": "o", "done": "d", "declined": "x"}[report.status_class]


def test_a_view_of_few_shows_its_reports_early_and_one_of_many_their_sums_by_the_same_query(
    city_of_reports: list[Report], count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many in the tile, not many of what is asked: the rows that do not match would be walked too."""
    lat, lng = PLACES[0]
    rubbish = factories.a_report(category="rubbish", lat=lat, lng=lng)
    x, y = geo.tile_of(geo.cell_of(lat, lng), 13)

    def codes() -> set[str]:
        filters = read(categories=["rubbish"])
        with count_queries() as counted:
            found = tiles.groups(13, x, y, filters)
        assert counted.count == 1, str(counted)
        return {one.code for one in found}

    assert codes() == {rubbish.code}
    monkeypatch.setattr(tiles, "FEW", 1)
    assert codes() == {""}


@pytest.mark.parametrize(("z", "squares"), [(14, {1, 3, 5, 7}), (15, {2, 6}), (16, {4})])
def test_a_dense_tile_is_the_sum_of_large_squares_each_at_its_middle(
    city_of_reports: list[Report], z: int, squares: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "DENSE", 0)
    at = [one for x, y in tiles_at(z) for one in tiles.groups(z, x, y, EVERYTHING)]
    assert sum(one.n for one in at) == len(city_of_reports)
    assert {one.column for one in at} | {one.row for one in at} <= squares
    assert not any(one.code for one in at)


def test_a_pin_has_one_of_five_shapes() -> None:
    assert tiles.letter_of(Status.NEW, Severity.URGENT) == "u"
    assert tiles.letter_of(Status.PLANNED, Severity.URGENT) == "w"
    assert tiles.letter_of(Status.CLOSED, Severity.URGENT) == "d"
    assert {tiles.letter_of(status, severity) for status in Status for severity in Severity} == set("uowdx")


def test_what_shows_no_point_stands_in_the_wards_badge_only(db_session: Session) -> None:
    report = factories.a_report(category="staff-conduct")
    assert report.public_cell is None
    assert tiles.pointless(Filters()) == {}
    report = factories.a_report(category="parking", lat=None, lng=None, ward="10001")
    assert tiles.pointless(Filters()) == ({report.ward_id: 1} if report.public_cell is None else {})


def test_filters_narrow_a_tile(city_of_reports: list[Report]) -> None:
    x, y = geo.tile_of(geo.cell_of(*PLACES[0]), 8)
    lamps = read(categories=["street-light"], classes=["open", "done", "declined"])
    assert total(8, x, y, lamps)[0] == len(PLACES)
    assert total(8, x, y, read(categories=["rubbish"]))[0] == 0
    first = city_of_reports[0]
    here = read(ward=store.current().ward_of(first.ward_id).code, classes=["open", "done", "declined"])
    assert total(8, x, y, here)[0] == sum(one.ward_id == first.ward_id for one in city_of_reports)
    assert total(8, x, y, read(first="2024-01", last="2024-12"))[0] == 0


def test_a_tile_that_does_not_exist_is_not_found(db_session: Session) -> None:
    for z, x, y in ((3, 8, 0), (3, 0, 8), (geo.MAX_TILE_ZOOM + 1, 0, 0)):
        with pytest.raises(NotFound):
            tiles.groups(z, x, y, Filters())


def test_the_fullest_tile_stays_under_two_kilobytes() -> None:
    singles = [tiles.Group(n % 8, n // 8, 1, 1, "482160357", "o", 255, 255) for n in range(64)]
    numbers = [tiles.Group(n % 8, n // 8, 999_999, 999_999) for n in range(64)]
    assert len(tiles.as_json(singles)) < 2000
    assert len(tiles.as_json(numbers)) < 2000
    assert json.loads(tiles.as_json(numbers))[-1] == [63, 999_999, 999_999]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(), "s2_open"),
        (Filters(ward="10001"), "s2_open"),
        (Filters(categories=("rubbish",)), "s2_open"),
        (EVERYTHING, "s2_public"),
        (Filters(classes=frozenset({StatusClass.DONE})), "s2_public"),
    ],
    ids=["open", "one ward", "one category", "everything", "done"],
)
def test_a_tile_is_answered_from_its_index_alone(db_session: Session, filters: Filters, index: str) -> None:
    lo, hi = geo.tile_range(14, *geo.tile_of(geo.cell_of(*PLACES[0]), 14))
    plan = plan_of(db_session, tiles.statement(14, filters).params(tiles._values(14, lo, hi, filters)))
    ways = (
        f"USING COVERING INDEX {index} (public_cell>? AND public_cell<?)",
        f"Index Only Scan using {index} on report\n",
    )
    assert any(way in plan for way in ways), plan
    assert "Seq Scan" not in plan
