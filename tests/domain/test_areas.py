"""Points find their wards: exactly with outlines, as an offer without them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain import areas
from app.domain.areas.atlas import Atlas
from app.domain.areas.plane import Plane
from app.domain.city import folder
from app.domain.geo import distance_m
from app.domain.routing import Place
from app.extensions import db, unit_of_work
from app.models import Kept, WardOutline
from tests.support.application import Clock, Counted

CITIES = Path(__file__).parents[1] / "cities"
OUTLINES = CITIES / "six_wards.geojson"
INVALID = CITIES / "six_wards_invalid.geojson"
CITY = folder.read(CITIES / "six_wards")
FEATURES = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
SHAPES = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in FEATURES}
ATLAS = Atlas(CITY, SHAPES)
SKETCH = Atlas(CITY, {})

lats = st.floats(20.90, 21.10)
lngs = st.floats(105.70, 105.90)


def write(path: Path, features: Iterable[object], **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), encoding="utf-8")
    return path


def load(path: Path) -> areas.ImportResult:
    with unit_of_work():
        return areas.import_file(path)


def forget_outlines() -> None:
    with unit_of_work():
        db.session.execute(delete(WardOutline))
        db.session.execute(delete(Kept).where(Kept.name == "outlines"))
    db.session.info.clear()


# --- with outlines ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lat", "lng", "ward"),
    [
        (21.02, 105.76, "10001"),
        (21.008, 105.80, "10002"),
        (21.02, 105.80, "10005"),  # the hole of Phường Hai is a part of Xã Năm
        (20.98, 105.80, "10005"),
        (20.975, 105.875, "10006"),  # the second part of Xã Sáu
        (20.975, 105.865, None),  # between its parts
        (20.9745, 105.7575, None),  # the lake in Xã Bốn belongs to nobody
        (20.91, 105.71, None),  # inside the bounds, outside every ward
        (22.0, 105.8, None),  # outside the bounds
    ],
)
def test_a_point_finds_its_ward(lat: float, lng: float, ward: str | None) -> None:
    located = ATLAS.locate(lat, lng)
    assert (located.ward, located.exact) == (ward, True)


@settings(max_examples=300, deadline=None)
@given(lats, lngs)
def test_every_point_lies_where_a_plain_search_finds_it(lat: float, lng: float) -> None:
    point = shapely.Point(lng, lat)
    holding = [code for code, outline in sorted(SHAPES.items()) if outline.intersects(point)]
    located = ATLAS.locate(lat, lng)
    if holding:
        assert located.ward == holding[0]
        assert ATLAS.is_inside(holding[0], lat, lng)
        assert located.nearest[0] == holding[0]
    elif located.ward is not None:
        gap = ATLAS.plane.to_metres(SHAPES[located.ward]).distance(ATLAS.plane.point(lat, lng))
        assert gap <= 50


def test_between_two_outlines_that_do_not_meet_the_nearest_counts() -> None:
    north, south = ATLAS.locate(20.99998, 105.85), ATLAS.locate(20.99992, 105.85)
    assert (north.ward, north.other_ward) == ("10003", "10006")
    assert (south.ward, south.other_ward) == ("10006", "10003")


@pytest.mark.parametrize(("metres", "ward"), [(10, "10003"), (45, "10003"), (60, None)])
def test_just_outside_the_city_fifty_metres_are_forgiven(metres: float, ward: str | None) -> None:
    assert ATLAS.locate(21.02, 105.86 + metres / 103_800).ward == ward


def test_a_shared_border_belongs_to_one_ward_always_the_same() -> None:
    lng, lat = SHAPES["10001"].intersection(SHAPES["10002"]).interpolate(0.5, normalized=True).coords[0]
    found = [ATLAS.locate(lat, lng) for _ in range(3)]
    assert {one.ward for one in found} <= {"10001", "10002"}
    assert len({one.ward for one in found}) == 1
    assert found[0].border_m is not None
    assert found[0].border_m < 0.5


def test_the_border_is_measured_in_metres_and_the_neighbour_named() -> None:
    located = ATLAS.locate(21.02, 105.7952)  # 0.0002 degrees east of the hole's western edge
    assert (located.ward, located.other_ward) == ("10005", "10002")
    assert located.border_m == pytest.approx(0.0002 * 103_836, abs=0.5)
    far = ATLAS.locate(21.02, 105.80)
    assert (far.other_ward, far.border_m) == (None, pytest.approx(519, abs=2))


def test_metres_on_the_plane_agree_with_the_sphere() -> None:
    plane = Plane(21.0, 105.8)
    for lat, lng in ((20.9, 105.7), (21.1, 105.9), (21.0, 105.81)):
        flat = plane.point(21.0, 105.8).distance(plane.point(lat, lng))
        assert flat == pytest.approx(distance_m((21.0, 105.8), (lat, lng)), rel=0.0025)


def test_flattened_and_back_is_the_same_place() -> None:
    for outline in SHAPES.values():
        assert ATLAS.plane.to_degrees(ATLAS.plane.to_metres(outline)).equals_exact(outline, 1e-9)


# --- without outlines ------------------------------------------------------------------------------------------------


def test_without_outlines_the_nearest_three_are_offered() -> None:
    located = SKETCH.locate(21.021, 105.761)
    assert (located.ward, located.exact, located.nearest) == ("10001", False, ("10001", "10004", "10002"))
    assert (located.border_m, located.other_ward) == (None, None)


def test_without_outlines_far_from_every_centre_is_outside() -> None:
    wide = Atlas(CITY, {})
    assert wide.locate(21.0999, 105.8999).ward == "10003"  # ten kilometres away
    assert wide.locate(20.9001, 105.7001).ward == "10004"
    lonely = Atlas(folder.read(CITIES / "six_wards"), {})
    lonely._undrawn = ("10003",)
    assert lonely.locate(20.9001, 105.7001).ward is None
    assert lonely.locate(20.9001, 105.7001).nearest == ()


def test_outside_the_bounds_nothing_is_offered() -> None:
    assert SKETCH.locate(10.77, 106.7) == areas.Located(None, exact=False)


def test_a_ward_whose_outline_is_missing_is_still_offered() -> None:
    most = Atlas(CITY, {code: outline for code, outline in SHAPES.items() if code != "10001"})
    located = most.locate(21.02, 105.76)
    assert (located.ward, located.exact, located.nearest) == ("10001", False, ("10001",))
    assert most.locate(21.02, 105.84).exact


def test_without_an_outline_there_is_no_border_to_cross() -> None:
    assert SKETCH.is_inside("10001", 20.91, 105.89)
    assert not ATLAS.is_inside("10001", 20.91, 105.89)


# --- importing -------------------------------------------------------------------------------------------------------


def test_the_outlines_of_the_six_wards_are_loaded(db_session: Session) -> None:
    forget_outlines()
    assert (areas.has_outlines(), areas.outline_sources()) == (False, ())
    result = load(OUTLINES)
    assert result.loaded == result.changed == tuple(SHAPES)
    assert (result.refused, result.without) == ((), ())
    assert areas.locate(21.02, 105.80).ward == "10005"
    assert db_session.scalar(select(func.count()).select_from(WardOutline)) == 6
    assert areas.outline_sources() == ("made up for tests",)


def test_importing_twice_changes_nothing(db_session: Session, clock: Clock) -> None:
    version = areas.outlines_version()
    before = list(db_session.scalars(select(WardOutline.loaded_at)))
    clock.forward(days=1)
    result = load(OUTLINES)
    assert (len(result.loaded), result.changed) == (6, ())
    assert list(db_session.scalars(select(WardOutline.loaded_at))) == before
    assert areas.outlines_version() == version


def test_every_refusal_is_named_and_the_good_ones_stand(db_session: Session) -> None:
    forget_outlines()
    result = load(INVALID)
    assert result.loaded == ("10001", "10002", "10003", "10004", "10005")
    assert [str(refused) for refused in result.refused] == [
        "feature 6 (10006): its outline is not valid: Self-intersection[105.84 20.98]",
        "feature 7 (10001): the ward stands in the file twice, first as feature 1",
        "feature 8 (10099): the city has no ward with the code 10099",
        "feature 9: its properties lack code",
    ]
    assert result.without == ("10006",)


def feature(code: str = "10001", name: str = "Một", geometry: object = None, **more: object) -> dict[str, Any]:
    geometry = geometry or FEATURES[0]["geometry"]
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry, **more}


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*points, points[0])]]}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (feature(name="Trúc Bạch"), "the code is Phường Một in this city, the file says Trúc Bạch"),
        (feature(name=""), "its properties lack name"),
        (feature(geometry={"type": "Point", "coordinates": [105.8, 21.0]}), "not Point"),
        (feature(geometry={"type": "Polygon", "coordinates": []}), "holds no area"),
        (feature(geometry={"type": "Polygon", "coordinates": [[[105.8, 21.0], [105.81, 21.0]]]}), "cannot be read"),
        (feature(geometry={"type": "Polygon", "coordinates": "here"}), "cannot be read"),
        (feature(geometry={"type": "Polygon"}), "cannot be read"),
        (feature(geometry=polygon((105.8, 21.0), (105.81, 21.0), (105.82, 21.0))), "is not valid"),
        (feature(geometry=polygon((21.0, 105.8), (21.01, 105.8), (21.01, 105.81))), "outside the city's bounds"),
        (feature(geometry=polygon((105.8, 21.0), (105.95, 21.0), (105.95, 21.05))), "outside the city's bounds"),
        (feature(geometry=polygon((105.8, 21.0), (105.8001, 21.0), (105.8, 21.0001))), "km from the centre"),
        (feature(geometry=polygon((105.76, 21.02), (105.7601, 21.02), (105.76, 21.0201))), "it covers 0.00 km², and"),
        ({"type": "Feature", "properties": None, "geometry": None}, "it has no properties"),
        ({"type": "Feature", "properties": {"code": "10001", "name": "Một"}, "geometry": None}, "not nothing"),
        ("a text", "this is not a GeoJSON feature"),
    ],
)
def test_a_feature_that_cannot_be_used_says_why(db_session: Session, tmp_path: Path, raw: object, reason: str) -> None:
    result = load(write(tmp_path / "one.geojson", [raw]))
    assert [reason in refused.reason for refused in result.refused] == [True], result.refused
    assert result.loaded == ()


def test_two_wards_cannot_share_land(db_session: Session, tmp_path: Path) -> None:
    hai = FEATURES[1]["geometry"]
    westwards = {"type": hai["type"], "coordinates": [[[lng - 0.012, lat] for lng, lat in hai["coordinates"][0]]]}
    result = load(write(tmp_path / "twice.geojson", [feature(), feature("10002", "Hai", westwards)]))
    assert result.loaded == ("10001",)
    assert re.fullmatch(r"it covers \d\.\d km² of ward 10001, feature 1", result.refused[0].reason)


def test_spelling_of_tone_marks_and_kinds_does_not_matter(db_session: Session, tmp_path: Path) -> None:
    assert load(write(tmp_path / "a.geojson", [feature(name="PHƯỜNG MỘT")])).loaded == ("10001",)


def test_heights_are_dropped(db_session: Session, tmp_path: Path) -> None:
    flat = FEATURES[0]["geometry"]["coordinates"][0]
    high = {"type": "Polygon", "coordinates": [[[*point, 12.5] for point in flat]]}
    assert load(write(tmp_path / "a.geojson", [feature(geometry=high)])).loaded == ("10001",)
    assert areas.locate(21.02, 105.76).ward == "10001"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "holds no features"),
        ('{"type": "FeatureCollection", "features": [1], "crs": {"properties": {"name": "EPSG:3405"}}}', "WGS 84"),
    ],
)
def test_a_file_that_cannot_be_used_at_all_says_why(
    db_session: Session, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(areas.UnreadableFile, match=reason):
        load(path)


def test_a_missing_file_says_so(db_session: Session, tmp_path: Path) -> None:
    with pytest.raises(areas.UnreadableFile, match="cannot be read"):
        load(tmp_path / "none.geojson")


def test_another_request_sees_new_outlines_at_once(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        assert areas.locate(21.035, 105.75).ward == "10001"
        before = areas.outlines_version()
        small = polygon((105.741, 21.005), (105.775, 21.005), (105.775, 21.03), (105.741, 21.03))
        assert load(write(tmp_path / "a.geojson", [feature(geometry=small)])).changed == ("10001",)
    with app.app_context():
        assert areas.locate(21.035, 105.75).ward is None
        assert areas.outlines_version() != before


def test_one_small_query_a_request(app: Flask, count_queries: Callable[[], AbstractContextManager[Counted]]) -> None:
    with app.app_context():
        areas.locate(21.02, 105.76)
    with app.app_context(), count_queries() as counted:
        for _ in range(5):
            areas.locate(21.02, 105.76)
            areas.is_inside_ward("10001", 21.02, 105.76)
            areas.outline_geojson()
    assert counted.count == 1, str(counted)


def test_a_place_for_routing_takes_the_exact_ward_over_the_chosen_one(db_session: Session) -> None:
    assert areas.place(21.02, 105.80, ward="10001") == Place(21.02, 105.80, "10005", pytest.approx(519, abs=2), None)
    assert areas.place(None, None, ward="10001") == Place(None, None, "10001")
    forget_outlines()
    assert areas.place(21.02, 105.80, ward="10001") == Place(21.02, 105.80, "10001")
    assert areas.place(21.02, 105.76) == Place(21.02, 105.76, "10001")


# --- the map ---------------------------------------------------------------------------------------------------------


def test_the_display_copy_is_light_and_keeps_common_borders(db_session: Session) -> None:
    light = json.loads(areas.outline_geojson(150))
    assert light["exact"] is True
    assert [one["properties"]["code"] for one in light["features"]] == list(CITY.wards)
    shapes = {one["properties"]["code"]: shape(one["geometry"]) for one in light["features"]}
    assert all(one.is_valid for one in shapes.values())
    assert sum(map(shapely.get_num_coordinates, shapes.values())) < sum(
        map(shapely.get_num_coordinates, SHAPES.values())
    )
    together = shapely.union_all(list(shapes.values())).area
    assert sum(one.area for one in shapes.values()) == pytest.approx(together, rel=1e-4)
    assert len(shapes["10002"].interiors) == 1


def test_each_feature_of_the_map_says_which_ward_it_is(db_session: Session) -> None:
    first = json.loads(areas.outline_geojson())["features"][0]["properties"]
    assert first == {
        "code": "10001",
        "name_vi": "Phường Một",
        "name_en": "Mot Ward",
        "kind": "phuong",
        "lat": 21.02,
        "lng": 105.76,
    }


def test_without_outlines_soft_cells_are_drawn_and_said_to_be_none(db_session: Session) -> None:
    forget_outlines()
    sketch = json.loads(areas.outline_geojson())
    assert sketch["exact"] is False
    cells = {one["properties"]["code"]: shape(one["geometry"]) for one in sketch["features"]}
    assert set(cells) == set(CITY.wards)
    for code, ward in CITY.wards.items():
        assert cells[code].is_valid
        assert cells[code].contains(shapely.Point(ward.lng, ward.lat))
    together = shapely.union_all(list(cells.values())).area
    assert sum(cell.area for cell in cells.values()) == pytest.approx(together, rel=1e-3)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lats, lngs)
def test_a_sketch_always_names_three_different_wards(lat: float, lng: float) -> None:
    located = SKETCH.locate(lat, lng)
    assert len(set(located.nearest)) == 3
    distances = [distance_m((lat, lng), (CITY.wards[code].lat, CITY.wards[code].lng)) for code in located.nearest]
    assert distances == sorted(distances)
