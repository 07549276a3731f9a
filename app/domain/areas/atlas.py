"""A city's wards laid out in metres, ready to be asked about points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from app.domain.areas.plane import Plane
from app.domain.city.model import City
from app.domain.geo import distance_m

EDGE_M: Final = 50.0  # a point between two outlines that do not quite meet belongs to the nearest
NEIGHBOUR_M: Final = 200.0  # how far away a border is still worth naming
REACH_M: Final = 12_000.0  # without outlines: farther from every centre than this is not the city
OFFERED: Final = 3  # wards to choose from: the right one is among them for 98 of 100 points


@dataclass(frozen=True, slots=True)
class Located:
    """Where a point lies. `ward` is None outside the city; when not `exact` it is a guess to be confirmed."""

    ward: str | None
    exact: bool
    border_m: float | None = None  # to the nearest border of the ward, when that is known
    other_ward: str | None = None  # the ward beyond that border, when there is one
    nearest: tuple[str, ...] = ()  # wards to offer, the likeliest first; empty outside the city

    def neighbours(self, within_m: float) -> tuple[str, ...]:
        """The ward and the one beyond its border, where that is so near that a pin cannot tell them apart."""
        is_near = self.border_m is not None and self.border_m <= within_m
        if not is_near or self.ward is None or self.other_ward is None:
            return ()
        return (self.ward, self.other_ward)


class Atlas:
    """One version of a city with its outlines (WGS 84 by ward code). Immutable once made; safe between threads."""

    def __init__(self, city: City, outlines: Mapping[str, BaseGeometry]) -> None:
        bounds = city.bounds
        self.city = city
        self.plane = Plane((bounds.south + bounds.north) / 2, (bounds.west + bounds.east) / 2)
        self.codes = tuple(sorted(outlines))
        self.shapes = tuple(self.plane.to_metres(outlines[code]) for code in self.codes)
        self._borders = tuple(one.boundary for one in self.shapes)
        self._number = {code: number for number, code in enumerate(self.codes)}
        self._undrawn = tuple(code for code in city.wards if code not in outlines)
        self._tree = shapely.STRtree(self.shapes)
        shapely.prepare([*self.shapes, *self._borders])

    @property
    def is_drawn(self) -> bool:
        return bool(self.shapes)

    def locate(self, lat: float, lng: float) -> Located:
        if not self.city.bounds.holds(lat, lng):
            return Located(None, exact=self.is_drawn)
        point = self.plane.point(lat, lng)
        inside = self._containing(point)
        number = inside if inside is not None else self._touching(point)
        if number is None:
            return self._guess(lat, lng)
        other = self._neighbour(point, number)
        border_m = round(float(self._borders[number].distance(point)), 1) if inside is not None else 0.0
        code = self.codes[number]
        beyond = self.codes[other] if other is not None else None
        return Located(code, True, border_m, beyond, self._offered(lat, lng, code, beyond))

    def is_inside(self, code: str, lat: float, lng: float) -> bool:
        number = self._number.get(code)
        return number is None or bool(self.shapes[number].covers(self.plane.point(lat, lng)))

    def touching(self, shape: BaseGeometry) -> tuple[str, ...]:
        """The wards that a shape (WGS 84) reaches into, in the order of their codes; none where no border is known."""
        found = self._tree.query(self.plane.to_metres(shape), predicate="intersects")
        return tuple(self.codes[int(number)] for number in sorted(found))

    def _containing(self, point: shapely.Point) -> int | None:
        """The first outline that holds the point; on a shared edge there are two, and the order of codes decides."""
        found = self._tree.query(point, predicate="intersects")
        return int(min(found)) if len(found) else None

    def _touching(self, point: shapely.Point) -> int | None:
        """The nearest outline within a sliver's width."""
        if not self.is_drawn:
            return None
        found = self._tree.query_nearest(point, max_distance=EDGE_M, all_matches=False)
        return int(found[0]) if len(found) else None

    def _neighbour(self, point: shapely.Point, number: int) -> int | None:
        near = [int(one) for one in self._tree.query(point, predicate="dwithin", distance=NEIGHBOUR_M) if one != number]
        return min(near, key=lambda one: (float(self.shapes[one].distance(point)), one), default=None)

    def _guess(self, lat: float, lng: float) -> Located:
        """By the centres of the wards whose borders are not known; nothing when all of them are."""
        near = self._by_centre(lat, lng, self._undrawn)
        if not near or near[0][0] > REACH_M:
            return Located(None, exact=not self._undrawn)
        codes = tuple(code for _, code in near[:OFFERED])
        return Located(codes[0], exact=False, nearest=codes)

    def _offered(self, lat: float, lng: float, code: str, beyond: str | None) -> tuple[str, ...]:
        near = (code for _, code in self._by_centre(lat, lng, tuple(self.city.wards)))
        return tuple(dict.fromkeys([code, *([beyond] if beyond else []), *near]))[:OFFERED]

    def _by_centre(self, lat: float, lng: float, codes: tuple[str, ...]) -> list[tuple[float, str]]:
        wards = (self.city.wards[code] for code in codes)
        return sorted((distance_m((lat, lng), (ward.lat, ward.lng)), ward.code) for ward in wards)
