"""The first city: its folder is clean, its examples come out right, and its outlines agree with it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy.orm import Session

from app.config import ROOT
from app.domain import areas, routing
from app.domain.areas import display
from app.domain.areas.atlas import Atlas
from app.domain.city import check, export, folder, store
from app.domain.city.model import City
from app.domain.routing import Place
from app.domain.workflow import MOVES
from app.extensions import unit_of_work

HANOI = ROOT / "cities" / "hanoi"
NO_FILE = "HOIAM_AREAS_FILE names no file of Hanoi's ward outlines: set it to hanoi_wards.geojson"


@cache
def hanoi() -> City:
    return check.checked(HANOI)


@pytest.fixture(scope="module")
def outlines() -> Path:
    """The file of outlines; without it these tests are skipped at home and fail in CI."""
    path = Path(os.environ.get("HOIAM_AREAS_FILE") or "missing")
    if not path.is_file():
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(NO_FILE)
        pytest.skip(NO_FILE)
    return path


@pytest.fixture(scope="module")
def features(outlines: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    return found


@pytest.fixture(scope="module")
def atlas(features: list[dict[str, Any]]) -> Atlas:
    return Atlas(hanoi(), {one["properties"]["code"]: shape(one["geometry"]) for one in features})


def test_the_folder_is_clean_and_holds_the_whole_city() -> None:
    city = hanoi()
    kinds = [ward.kind for ward in city.wards.values()]
    assert (len(kinds), kinds.count("phuong"), kinds.count("xa")) == (126, 51, 75)
    assert sum(unit.kind == "ward_police" for unit in city.units.values()) == 126
    assert len(city.categories) >= 45
    assert len(city.sites) >= 12
    assert set(city.groups) == {"traffic", "environment", "heritage", "other"}


def test_a_city_of_126_wards_is_written_and_read_back(tmp_path: Path) -> None:
    export.write(hanoi(), tmp_path)
    assert folder.read(tmp_path) == hanoi()


def test_every_category_reaches_a_unit_in_every_ward() -> None:
    city = hanoi()
    for category in city.categories.values():
        for ward in city.wards.values() if not category.stops else ():
            routed = routing.route(
                city,
                category=category.code,
                place=Place(ward.lat, ward.lng, ward.code),
                severity=category.severity,
                answers={},
            )
            assert routing.NO_RULE not in routed.reasons, f"{category.code} in {ward.name.vi}"
            for language in ("vi", "en"):
                said = routing.explain(
                    city, routed.rule_code, unit=routed.unit, ward=ward.code, site=routed.site, language=language
                )
                assert "{" not in said


def test_loading_hanoi_twice_changes_nothing(db_session: Session) -> None:
    with unit_of_work():
        first = store.load(hanoi())
    with unit_of_work():
        second = store.load(hanoi())
    assert first.changes
    assert second == store.Loaded(first.version, ())


def test_all_outlines_of_hanoi_are_accepted(db_session: Session, outlines: Path) -> None:
    with unit_of_work():
        store.load(hanoi())
    with unit_of_work():
        result = areas.import_file(outlines)
    assert (len(result.loaded), result.refused, result.without) == (126, (), ())
    assert areas.locate(21.0287, 105.8524).ward == "00070"
    light = areas.outline_geojson(25)
    assert len(light) < 900_000
    assert len(areas.outline_sources()) == 1
    assert "sapnhap.bando.com.vn" in areas.outline_sources()[0]


@pytest.mark.parametrize(
    ("place", "lat", "lng", "ward"),
    [
        ("Hồ Hoàn Kiếm", 21.0287, 105.8524, "Phường Hoàn Kiếm"),
        ("Văn Miếu", 21.0293, 105.8360, "Phường Văn Miếu - Quốc Tử Giám"),
        ("Hồ Tây", 21.0530, 105.8230, "Phường Tây Hồ"),
        ("Lăng Bác", 21.0368, 105.8346, "Phường Ba Đình"),
        ("Nhà hát Lớn", 21.0243, 105.8576, "Phường Cửa Nam"),
        ("Cổ Loa", 21.1136, 105.8745, "Xã Đông Anh"),
        ("Bát Tràng", 20.9760, 105.9120, "Xã Bát Tràng"),
        ("Nội Bài", 21.2187, 105.8042, "Xã Nội Bài"),
    ],
)
def test_a_landmark_lies_in_its_ward(atlas: Atlas, place: str, lat: float, lng: float, ward: str) -> None:
    located = atlas.locate(lat, lng)
    assert located.exact
    assert hanoi().wards[located.ward or ""].name.vi == ward, place


def test_every_centre_lies_in_its_own_ward(atlas: Atlas) -> None:
    astray = [ward.name.vi for ward in hanoi().wards.values() if atlas.locate(ward.lat, ward.lng).ward != ward.code]
    assert astray == []


def test_every_example_with_a_pin_names_the_ward_it_lies_in(atlas: Atlas) -> None:
    wrong = [
        f"{case.name}: {case.ward}, but the pin lies in {atlas.locate(*case.at).ward}"
        for case in hanoi().cases
        if case.at and case.ward and atlas.locate(*case.at).ward != case.ward
    ]
    assert wrong == []


def test_without_outlines_the_right_ward_is_nearly_always_offered(features: list[dict[str, Any]]) -> None:
    sketch = Atlas(hanoi(), {})
    offered = [
        feature["properties"]["code"] in sketch.locate(inside.y, inside.x).nearest
        for feature in features
        for inside in (shape(feature["geometry"]).representative_point(),)
    ]
    assert sum(offered) >= 0.97 * len(offered)


def test_no_ward_is_lost_on_the_map(atlas: Atlas) -> None:
    drawn = json.loads(display.drawn(atlas, 25))["features"]
    assert len(drawn) == 126
    assert all(shape(one["geometry"]).area > 0 for one in drawn)
    before = sum(shapely.get_num_coordinates(one) for one in atlas.shapes)
    assert sum(shapely.get_num_coordinates(shape(one["geometry"])) for one in drawn) < before / 2


def test_every_ready_answer_is_offered_at_a_step_that_asks_for_words() -> None:
    asks = {move.code for move in MOVES if move.words is not None}
    templates = hanoi().templates.values()
    assert [one.code for one in templates if one.for_moves and not asks & set(one.for_moves)] == []
