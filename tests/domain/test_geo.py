import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain import geo
from app.models.choices import Precision

HOAN_KIEM = (21.0285, 105.8542)
GRIDS = (Precision.GRID_50, Precision.GRID_250)
METRES = {Precision.GRID_50: 50.0, Precision.GRID_250: 250.0}

lats = st.floats(-85, 85)
lngs = st.floats(-180, 179.9999)
city_lats = st.floats(20.5, 21.5)
city_lngs = st.floats(105.2, 106.1)
zooms = st.integers(0, geo.MAX_TILE_ZOOM)


def everywhere(lat: float, lng: float) -> bool:
    return True


# --- cells


@given(lats, lngs)
def test_the_centre_of_a_cell_lies_in_it_and_next_to_the_point(lat: float, lng: float) -> None:
    cell = geo.cell_of(lat, lng)
    assert 0 <= cell < 1 << 48
    assert geo.cell_of(*geo.point_of(cell)) == cell
    assert geo.distance_m((lat, lng), geo.point_of(cell)) < 2.0


@given(st.integers(0, (1 << 48) - 1))
def test_every_cell_is_the_cell_of_its_centre(cell: int) -> None:
    assert geo.cell_of(*geo.point_of(cell)) == cell


@given(lats, lngs, zooms)
def test_a_point_is_in_exactly_one_tile_of_each_zoom(lat: float, lng: float, z: int) -> None:
    cell = geo.cell_of(lat, lng)
    x, y = geo.tile_of(cell, z)
    near = {((x + right) % (1 << z), y + down) for right in (-1, 0, 1) for down in (-1, 0, 1) if 0 <= y + down < 1 << z}
    assert [tile for tile in near if _holds(geo.tile_range(z, *tile), cell)] == [(x, y)]


def test_tiles_are_those_of_every_web_map() -> None:
    lat, lng = HOAN_KIEM
    z = 16
    x = int((lng + 180) / 360 * 2**z)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z)
    assert geo.tile_of(geo.cell_of(lat, lng), z) == (x, y)


@given(lats, lngs, zooms)
def test_the_grid_of_a_tile_is_the_tiles_three_zooms_deeper(lat: float, lng: float, z: int) -> None:
    cell = geo.cell_of(lat, lng)
    x, y = geo.tile_of(cell, z)
    column, row = geo.position_in_tile(cell >> geo.grid_shift(z), z)
    assert 0 <= column < 8
    assert 0 <= row < 8
    assert geo.tile_of(cell, z + 3) == (x * 8 + column, y * 8 + row)


def test_columns_run_east_and_rows_run_south() -> None:
    lo, hi = geo.tile_range(12, 3252, 1802)
    k = geo.grid_shift(12)
    north_west, south_east = geo.point_of(lo), geo.point_of(hi - 1)
    assert geo.position_in_tile(lo >> k, 12) == (0, 0)
    assert geo.position_in_tile((hi - 1) >> k, 12) == (7, 7)
    assert north_west[0] > south_east[0]
    assert north_west[1] < south_east[1]


@pytest.mark.parametrize("tile", [(-1, 0, 0), (22, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_a_tile_that_does_not_exist_is_refused(tile: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no tile"):
        geo.tile_range(*tile)


@pytest.mark.parametrize("z", [-1, 22])
def test_a_zoom_without_grid_is_refused(z: int) -> None:
    with pytest.raises(ValueError, match="no grid"):
        geo.grid_shift(z)


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no group"):
        geo.position_in_tile(1 << 6, 0)


@given(lats, lngs, st.floats(0, 5000), st.floats(0, 360), st.floats(0, 1))
def test_a_covering_holds_every_point_of_the_circle(
    lat: float, lng: float, radius_m: float, bearing: float, share: float
) -> None:
    point = _walk(lat, lng, bearing, radius_m * share)
    assume(abs(point[0]) < 85)
    assert any(_holds(cells, geo.cell_of(*point)) for cells in geo.covering(lat, lng, radius_m))


@given(city_lats, city_lngs, st.floats(1, 5000))
def test_a_covering_is_a_few_ranges_in_order_and_apart(lat: float, lng: float, radius_m: float) -> None:
    ranges = geo.covering(lat, lng, radius_m)
    assert 1 <= len(ranges) <= 9
    assert all(lo < hi for lo, hi in ranges)
    assert all(one[1] < other[0] for one, other in pairwise(ranges))


@given(city_lats, city_lngs, st.floats(10, 2000))
def test_a_covering_is_not_much_larger_than_the_circle(lat: float, lng: float, radius_m: float) -> None:
    cell_m = 2 * math.pi * geo.EARTH_RADIUS_M * math.cos(math.radians(lat)) / (1 << geo.CELL_ZOOM)
    area = sum(hi - lo for lo, hi in geo.covering(lat, lng, radius_m)) * cell_m**2
    assert area < 40 * radius_m**2


def test_a_covering_goes_on_beyond_the_date_line() -> None:
    ranges = geo.covering(-16.8, 179.9999, 500)
    assert any(_holds(cells, geo.cell_of(-16.8, -179.999)) for cells in ranges)


# --- distances


def test_distances_are_those_of_the_ground() -> None:
    assert geo.distance_m(HOAN_KIEM, (21.0369, 105.8346)) == pytest.approx(2236, rel=0.005)
    assert geo.distance_m((0, 0), (0, 180)) == pytest.approx(math.pi * geo.EARTH_RADIUS_M)
    assert geo.distance_m(HOAN_KIEM, HOAN_KIEM) == 0


@given(lats, lngs, lats, lngs)
def test_a_way_is_as_long_back_as_forth(lat: float, lng: float, other_lat: float, other_lng: float) -> None:
    forth = geo.distance_m((lat, lng), (other_lat, other_lng))
    assert geo.distance_m((other_lat, other_lng), (lat, lng)) == pytest.approx(forth)


@pytest.mark.parametrize(("metres", "told"), [(0, 0), (4.9, 0), (5, 10), (14.9, 10), (125, 130), (1234.5, 1230)])
def test_the_public_is_told_tens_of_metres(metres: float, told: int) -> None:
    assert geo.rounded_distance(metres) == told


# --- what the public may see


def centre_of(lat: float, lng: float, precision: Precision) -> geo.Point:
    """Of the grid cell: what is shown where no border is near."""
    centre = geo.public_point(lat, lng, precision, everywhere)
    assert centre is not None
    return centre


@given(lats, lngs, st.sampled_from(GRIDS))
def test_a_shown_point_is_near_and_is_shown_as_itself(lat: float, lng: float, precision: Precision) -> None:
    shown = centre_of(lat, lng, precision)
    assert geo.distance_m((lat, lng), shown) <= METRES[precision] * 0.72 + 2
    assert centre_of(*shown, precision) == shown


@given(city_lats, city_lngs, st.sampled_from(GRIDS), st.floats(-0.45, 0.45), st.floats(-0.45, 0.45))
def test_all_points_of_a_grid_cell_are_shown_as_one(
    lat: float, lng: float, precision: Precision, up: float, right: float
) -> None:
    metres = METRES[precision]
    centre = centre_of(lat, lng, precision)
    neighbour = _moved(centre, up * metres, right * metres)
    assert geo.public_point(*neighbour, precision, everywhere) == centre


def test_an_exact_pin_is_shown_as_it_is() -> None:
    assert geo.public_point(*HOAN_KIEM, Precision.EXACT, everywhere) == HOAN_KIEM


def test_where_only_the_ward_is_told_there_is_no_point() -> None:
    assert geo.public_point(*HOAN_KIEM, Precision.WARD, everywhere) is None


@given(city_lats, city_lngs, st.sampled_from(GRIDS), st.floats(0, 360))
def test_the_shown_point_stays_in_the_ward_whatever_the_border(
    lat: float, lng: float, precision: Precision, bearing: float
) -> None:
    is_inside = _half_plane((lat, lng), bearing)
    pin = _moved((lat, lng), *_step(bearing + 180, 1.0))
    shown = geo.public_point(*pin, precision, is_inside)
    assert shown is not None
    assert is_inside(*shown)
    assert geo.distance_m(pin, shown) < METRES[precision] * 3


@given(city_lats, city_lngs, st.sampled_from(GRIDS), st.floats(0, 360), st.floats(-0.45, 0.45), st.floats(-0.45, 0.45))
def test_at_a_border_too_the_shown_point_tells_nothing_but_the_grid_cell(
    lat: float, lng: float, precision: Precision, bearing: float, up: float, right: float
) -> None:
    metres = METRES[precision]
    is_inside = _half_plane((lat, lng), bearing)
    centre = centre_of(lat, lng, precision)
    same_cell = _moved(centre, up * metres, right * metres)
    assert geo.public_point(lat, lng, precision, is_inside) == geo.public_point(*same_cell, precision, is_inside)


@given(city_lats, city_lngs, st.floats(0, 360))
def test_a_sliver_of_a_cell_is_never_shown_by_itself(lat: float, lng: float, bearing: float) -> None:
    """At least half of the cell around each shown point is the ward's, so a house at the corner is not given away."""
    is_inside = _half_plane((lat, lng), bearing)
    pin = _moved((lat, lng), *_step(bearing + 180, 1.0))
    shown = geo.public_point(*pin, Precision.GRID_50, is_inside)
    assert shown is not None
    centre = centre_of(*shown, Precision.GRID_50)
    steps = [-22.5 + 5 * n for n in range(10)]
    held = sum(is_inside(*_moved(centre, north, east)) for north in steps for east in steps)
    assert held >= 40


def test_where_the_ward_is_smaller_than_its_grid_only_the_ward_is_told() -> None:
    def is_inside(lat: float, lng: float) -> bool:
        return geo.distance_m((lat, lng), HOAN_KIEM) < 60

    assert geo.public_point(*HOAN_KIEM, Precision.GRID_250, is_inside) is None


def test_a_pin_far_outside_its_ward_is_shown_as_the_ward_only() -> None:
    assert geo.public_point(*HOAN_KIEM, Precision.GRID_50, lambda lat, lng: False) is None


def test_the_shown_point_is_the_centre_of_its_map_cell() -> None:
    shown = geo.public_point(*HOAN_KIEM, Precision.GRID_50, everywhere)
    assert shown is not None
    assert geo.point_of(geo.cell_of(*shown)) == shown


def _holds(cells: geo.CellRange, cell: int) -> bool:
    return cells[0] <= cell < cells[1]


def _step(bearing: float, metres: float) -> tuple[float, float]:
    return metres * math.cos(math.radians(bearing)), metres * math.sin(math.radians(bearing))


def _moved(point: geo.Point, north_m: float, east_m: float) -> geo.Point:
    degree = math.pi * geo.EARTH_RADIUS_M / 180
    return point[0] + north_m / degree, point[1] + east_m / degree / math.cos(math.radians(point[0]))


def _half_plane(border: geo.Point, bearing: float) -> Callable[[float, float], bool]:
    """A ward that ends at a straight line through `border`; `bearing` points out of it."""
    north, east = _step(bearing, 1.0)
    stretch = math.cos(math.radians(border[0]))

    def is_inside(lat: float, lng: float) -> bool:
        return (lat - border[0]) * north + (lng - border[1]) * stretch * east < 0

    return is_inside


def _walk(lat: float, lng: float, bearing: float, metres: float) -> geo.Point:
    """Where one stands after so many metres in this direction, on the sphere."""
    way, start, turn = metres / geo.EARTH_RADIUS_M, math.radians(lat), math.radians(bearing)
    end = math.asin(math.sin(start) * math.cos(way) + math.cos(start) * math.sin(way) * math.cos(turn))
    east = math.atan2(math.sin(turn) * math.sin(way) * math.cos(start), math.cos(way) - math.sin(start) * math.sin(end))
    return math.degrees(end), (lng + math.degrees(east) + 180) % 360 - 180
