"""A crossing and a way from it, told in words, become a pin near it."""

from __future__ import annotations

import pytest

from app.domain import directions, geo, places
from app.domain.directions import Way
from tests.domain.test_told_places import published
from tests.support.application import Clock

STREET = {
    "hang bai": [(21.0200, 105.8500), (21.0240, 105.8520)],
    "trang tien": [(21.0245, 105.8525), (21.0245, 105.8600)],
    "nha hat lon": [(21.0245, 105.8575)],
    "giai phong": [(20.9900, 105.8400)],
}


def points_of(name: str) -> list[geo.Point]:
    return STREET.get(name, [])


@pytest.mark.parametrize(
    ("said", "way"),
    [
        ("Ngã tư Hàng Bài và Tràng Tiền", Way(("hang bai", "trang tien"))),
        ("nga tu hang bai va trang tien", Way(("hang bai", "trang tien"))),
        ("Hàng Bài giao Tràng Tiền", Way(("hang bai", "trang tien"))),
        ("Góc phố Hàng Bài với Tràng Tiền", Way(("hang bai", "trang tien"))),
        ("Crossing of Hang Bai and Trang Tien", Way(("hang bai", "trang tien"))),
        (
            "Ngã tư Hàng Bài và Tràng Tiền, 20 m về phía Nhà hát Lớn",
            Way(("hang bai", "trang tien"), 20, "nha hat lon"),
        ),
        (
            "corner of Hàng Bài and Tràng Tiền, 20m towards Nhà hát Lớn",
            Way(("hang bai", "trang tien"), 20, "nha hat lon"),
        ),
        ("Nhà hát Lớn, cách 50 mét đi về hướng Hàng Bài", Way(("nha hat lon",), 50, "hang bai")),
    ],
)
def test_people_say_it_in_many_ways(said: str, way: Way) -> None:
    assert directions.read(said) == way


@pytest.mark.parametrize(
    "said",
    ["Ngã Tư Sở", "Hàng Bài", "Văn Miếu và Quốc Tử Giám", "Cách mạng Tháng Tám", "X, 9000 m về phía Y", "", "và"],
)
def test_a_name_is_no_way(said: str) -> None:
    assert directions.read(said) is None


def test_streets_cross_where_they_come_nearest() -> None:
    found = directions.follow(Way(("hang bai", "trang tien")), points_of)
    assert found == pytest.approx((21.02425, 105.85225))


def test_twenty_metres_towards_something_are_twenty_metres() -> None:
    start = directions.follow(Way(("hang bai", "trang tien")), points_of)
    found = directions.follow(Way(("hang bai", "trang tien"), 20, "nha hat lon"), points_of)
    assert start is not None
    assert found is not None
    assert geo.distance_m(start, found) == pytest.approx(20, abs=0.5)
    assert found[1] > start[1], "the opera stands in the east"


def test_nobody_walks_beyond_the_goal_nor_towards_what_is_unknown() -> None:
    assert directions.follow(Way(("nha hat lon",), 500, "nha hat lon"), points_of) == STREET["nha hat lon"][0]
    assert directions.follow(Way(("nha hat lon",), 20, "nobody knows"), points_of) == STREET["nha hat lon"][0]


def test_streets_that_stay_apart_do_not_cross() -> None:
    assert directions.follow(Way(("hang bai", "giai phong")), points_of) is None
    assert directions.follow(Way(("hang bai", "nobody knows")), points_of) is None


def test_a_crossing_is_found_by_the_reports_of_both_streets(db_session: object, clock: Clock) -> None:
    published(clock, wayfinding="12 Phố Huế", lat=21.0300, lng=105.7500)
    published(clock, wayfinding="3 Trần Nhân Tông", lat=21.0305, lng=105.7505)
    first = places.search("Ngã tư Phố Huế và Trần Nhân Tông, 20 m về phía Phố Huế", "vi")[0]
    assert (first.kind, first.is_area) == ("way", True)
    assert geo.distance_m((first.lat, first.lng), (21.03025, 105.75025)) < 25
