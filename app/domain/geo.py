"""Points and cells of the map, distances, and how exact a public pin may be.

A point is (lat, lng) in degrees, WGS 84. A cell is the Morton code of the point's Web Mercator x and y at zoom 24,
a number of 48 bits: a tile of any zoom is then exactly one range of cells, so one index serves the whole map.
Ranges are half open: `lo <= cell < hi`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from app.models.choices import Precision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Whole = TypeVar("Whole", int, "NDArray[np.int64]")  # one number, or a column of them
Point = tuple[float, float]
CellRange = tuple[int, int]

CELL_ZOOM = 24
CIRCLES_M = (250, 500, 1000, 2000, 5000)  # what may be asked for: a public point may stand for 250 m of street
GRID_BITS = 3  # a tile is answered as a grid of 2³ × 2³ groups
MAX_TILE_ZOOM = CELL_ZOOM - GRID_BITS  # the deepest zoom whose groups are whole cells
MAX_LAT = 85.0511287798066  # where Web Mercator ends
EARTH_RADIUS_M = 6_371_008.8
METRES_A_DEGREE = math.pi * EARTH_RADIUS_M / 180  # northwards; eastwards it shrinks with the cosine of the latitude

_SIDE = 1 << CELL_ZOOM
_GRID_M = {Precision.GRID_50: 50.0, Precision.GRID_250: 250.0}
_OFFSETS = (-0.4, -0.2, 0.0, 0.2, 0.4)
_SAMPLES = sorted(((i, j) for i in _OFFSETS for j in _OFFSETS), key=lambda at: (math.hypot(*at), at))
_QUICK_SAMPLES = ((0.0, 0.0), (-0.4, -0.4), (-0.4, 0.4), (0.4, -0.4), (0.4, 0.4))
_ENOUGH_SAMPLES = len(_SAMPLES) // 2 + 1
_REACH = 2  # how many grid cells away a sliver may be counted


# --- cells -----------------------------------------------------------------------------------------------------------


def cell_of(lat: float, lng: float) -> int:
    """The cell a point lies in. Latitudes beyond Web Mercator's end count as its edge."""
    x, y = _mercator(lat, lng)
    return interleave(_clamp(int(x * _SIDE), _SIDE), _clamp(int(y * _SIDE), _SIDE))


def point_of(cell: int) -> Point:
    """The centre of a cell. `cell_of(*point_of(cell)) == cell`."""
    x, y = _deinterleave(cell)
    return _unproject((x + 0.5) / _SIDE, (y + 0.5) / _SIDE)


def tile_of(cell: int, z: int) -> tuple[int, int]:
    """The x and y of the tile of zoom z (0 … 24) that holds this cell."""
    return _deinterleave(cell >> 2 * (CELL_ZOOM - z))


def tile_range(z: int, x: int, y: int) -> CellRange:
    """All cells of a tile, half open. ValueError for a tile that does not exist or lies deeper than MAX_TILE_ZOOM."""
    if not 0 <= z <= MAX_TILE_ZOOM or not 0 <= x < 1 << z or not 0 <= y < 1 << z:
        raise ValueError(f"There is no tile {z}/{x}/{y}.")
    return _range_of_tile(z, x, y)


def grid_shift(z: int) -> int:
    """By how many bits a cell is shifted right to become its group in the 8×8 grid of a tile of zoom z."""
    if not 0 <= z <= MAX_TILE_ZOOM:
        raise ValueError(f"There is no grid for zoom {z}.")
    return 2 * (MAX_TILE_ZOOM - z)


def position_in_tile(group: int, z: int) -> tuple[int, int]:
    """Column and row (0 … 7, from the west and from the north) of a group in its tile of zoom z."""
    if not 0 <= group < 1 << 2 * (z + GRID_BITS):
        raise ValueError(f"There is no group {group} at zoom {z}.")
    return _PLACES[group & (len(_PLACES) - 1)]


def covering(lat: float, lng: float, radius_m: float) -> list[CellRange]:
    """A few ranges of cells, ascending and apart, that hold every point within `radius_m` of this one.

    They hold points further away too: who needs the circle itself asks `distance_m` of each.
    """
    reach_lat = math.degrees(radius_m / EARTH_RADIUS_M)
    reach_lng = _reach_lng(lat, radius_m)
    west, north = _mercator(lat + reach_lat, lng - reach_lng)
    east, south = _mercator(lat - reach_lat, lng + reach_lng)
    z = _zoom_that_spans(max(east - west, south - north))
    rows = range(_clamp(math.floor(north * (1 << z)), 1 << z), _clamp(math.floor(south * (1 << z)), 1 << z) + 1)
    columns = range(math.floor(west * (1 << z)), math.floor(east * (1 << z)) + 1)
    tiles = {(x % (1 << z), y) for x in columns for y in rows}
    return _joined(sorted(_range_of_tile(z, x, y) for x, y in tiles))


def interleave(x: Whole, y: Whole) -> Whole:
    """The Morton code of x and y, numbers of at most 32 bits, or whole columns of them."""
    return _spread(x) | _spread(y) << 1


# --- distances -------------------------------------------------------------------------------------------------------


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points along the ground, on a sphere: right to half a per cent."""
    lat, other_lat = math.radians(one[0]), math.radians(other[0])
    half_lng = math.radians(other[1] - one[1]) / 2
    chord = math.sin((other_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(other_lat) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def rounded_distance(metres: float) -> int:
    """As the public is told: to the nearest 10 m."""
    return int(metres / 10 + 0.5) * 10


# --- what the public may see -----------------------------------------------------------------------------------------


def public_point(
    lat: float, lng: float, precision: Precision, is_inside: Callable[[float, float], bool]
) -> Point | None:
    """The point the public is shown for a true pin, or None where it is told the ward only.

    It is the centre of a grid cell. The grid is fixed to the earth: rows counted from the equator, and in each row
    columns as wide as it is high at its middle, counted from Greenwich.

    `is_inside(lat, lng)` answers for the true pin's ward, because the shown point stays in that ward. Whoever knows
    the ward and the grid can cut one with the other, and a sliver of a cell would give a house away. So:

    - a grid cell of which the ward holds at least half is shown at its centre, or, where the centre is outside the
      ward, at the sample point nearest to the centre that is inside;
    - a cell of which the ward holds less is counted to the neighbour (then the neighbour's neighbour) of which the
      ward holds most, and shown there;
    - where there is none, a ward smaller than its own grid, the ward is all that is said.

    Every shown point therefore stands for at least half a grid cell of its ward. "Half" is counted on 25 fixed
    sample points of the cell; five of them, spread wide, are enough where the ward holds all five. The answer
    depends on the grid cell and the ward alone, never on where in the cell the pin is, so many reports from one
    place tell no more than one. It is the centre of its map cell: page, tile and distance agree to the last digit.
    """
    if precision is Precision.EXACT:
        return lat, lng
    if precision is Precision.WARD:
        return None
    metres = _GRID_M[precision]
    home = _grid_cell(lat, lng, metres)
    if all(is_inside(*_at(home, metres, *sample)) for sample in _QUICK_SAMPLES):
        return _at(home, metres)
    for ring in range(_REACH + 1):
        held = [_held_samples(cell, metres, is_inside) for cell in _ring(home, metres, ring)]
        best = max(held, key=len)
        if len(best) >= _ENOUGH_SAMPLES:
            return best[0]
    return None


def _held_samples(cell: tuple[int, int], metres: float, is_inside: Callable[[float, float], bool]) -> list[Point]:
    """The sample points of a grid cell that the ward holds, nearest to the centre first."""
    points = (_at(cell, metres, *sample) for sample in _SAMPLES)
    return [point for point in points if is_inside(*point)]


def _ring(home: tuple[int, int], metres: float, ring: int) -> Iterable[tuple[int, int]]:
    """The grid cells `ring` steps from this one, in a fixed order. Columns of other rows start elsewhere."""
    row, column = home
    lng = (column + 0.5) * _column_step(row, metres)
    for up in range(-ring, ring + 1):
        same_lng = math.floor(lng / _column_step(row + up, metres))
        for right in range(-ring, ring + 1):
            if max(abs(up), abs(right)) == ring:
                yield row + up, same_lng + right


def _grid_cell(lat: float, lng: float, metres: float) -> tuple[int, int]:
    row = math.floor(lat / _row_step(metres))
    return row, math.floor(lng / _column_step(row, metres))


def _at(cell: tuple[int, int], metres: float, up: float = 0.0, right: float = 0.0) -> Point:
    """The map cell's centre at this place in a grid cell; (0, 0) is the middle, ±0.5 its edges."""
    row, column = cell
    lat = (row + 0.5 + up) * _row_step(metres)
    return point_of(cell_of(lat, (column + 0.5 + right) * _column_step(row, metres)))


def _row_step(metres: float) -> float:
    return metres / METRES_A_DEGREE


def _column_step(row: int, metres: float) -> float:
    step = _row_step(metres)
    return step / math.cos(math.radians(min(abs(row + 0.5) * step, MAX_LAT)))


# --- Web Mercator and Morton -----------------------------------------------------------------------------------------


def _mercator(lat: float, lng: float) -> Point:
    """x and y as shares of the square world: x from the west, y from the north."""
    sine = math.sin(math.radians(max(-MAX_LAT, min(MAX_LAT, lat))))
    return lng / 360 + 0.5, 0.5 - math.atanh(sine) / (2 * math.pi)


def _unproject(x: float, y: float) -> Point:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y)))), (x - 0.5) * 360


def _reach_lng(lat: float, radius_m: float) -> float:
    """How many degrees east and west a circle reaches: a little more than at its own latitude."""
    ratio = math.sin(min(radius_m / EARTH_RADIUS_M, math.pi / 2)) / math.cos(math.radians(lat))
    return 180.0 if ratio >= 1 else math.degrees(math.asin(ratio))


def _zoom_that_spans(share: float) -> int:
    """The deepest zoom at which this share of the world touches at most three tiles in a row."""
    return _clamp(int(-math.log2(share) + 1) if share > 0 else CELL_ZOOM, CELL_ZOOM + 1)


def _range_of_tile(z: int, x: int, y: int) -> CellRange:
    shift = 2 * (CELL_ZOOM - z)
    tile = interleave(x, y)
    return tile << shift, (tile + 1) << shift


def _joined(ranges: Iterable[CellRange]) -> list[CellRange]:
    """Sorted ranges with those that touch made one."""
    joined: list[CellRange] = []
    for lo, hi in ranges:
        if joined and joined[-1][1] == lo:
            lo = joined.pop()[0]
        joined.append((lo, hi))
    return joined


def _clamp(number: int, limit: int) -> int:
    return max(0, min(limit - 1, number))


def _deinterleave(number: int) -> tuple[int, int]:
    return _gather(number), _gather(number >> 1)


def _spread(n: Whole) -> Whole:
    """Bit i of a number of at most 32 bits moves to bit 2i."""
    n = (n | n << 16) & 0x0000FFFF0000FFFF
    n = (n | n << 8) & 0x00FF00FF00FF00FF
    n = (n | n << 4) & 0x0F0F0F0F0F0F0F0F
    n = (n | n << 2) & 0x3333333333333333
    return (n | n << 1) & 0x5555555555555555


def _gather(n: int) -> int:
    """The even bits of a number, moved together: `_spread` undone."""
    n &= 0x5555555555555555
    n = (n | n >> 1) & 0x3333333333333333
    n = (n | n >> 2) & 0x0F0F0F0F0F0F0F0F
    n = (n | n >> 4) & 0x00FF00FF00FF00FF
    n = (n | n >> 8) & 0x0000FFFF0000FFFF
    return (n | n >> 16) & 0x00000000FFFFFFFF


_PLACES = tuple(_deinterleave(group) for group in range(1 << 2 * GRID_BITS))
