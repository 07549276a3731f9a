"""Where a made-up city has its troubles: points within its wards and round its special places, some of them often."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from app.domain import areas, geo
from app.domain.city.model import Category, City, Ward
from app.domain.routing import Place
from app.models.choices import Precision

_M_A_DEGREE = 111_320.0
_TRIES = 40
_HOT = 0.3  # so many reports come from places that were reported before
_PUBLIC = tuple[float, float] | None


@dataclass(slots=True)
class Spot:
    """One point with everything that filing asks about it, asked once."""

    place: Place
    lat: float
    lng: float
    ward: str
    is_sure: bool
    address: str
    cell: int
    shown: dict[Precision, tuple[_PUBLIC, int | None]] = field(default_factory=dict)

    def public(self, precision: Precision) -> tuple[_PUBLIC, int | None]:
        """The point and the cell the public is shown."""
        found = self.shown.get(precision)
        if found is None:
            point = geo.public_point(self.lat, self.lng, precision, self._is_inside)
            found = self.shown[precision] = (point, geo.cell_of(*point) if point else None)
        return found

    def _is_inside(self, lat: float, lng: float) -> bool:
        return areas.is_inside_ward(self.ward, lat, lng)


class Spots:
    """A stock of points, more in busy wards, and those that come again. `favoured`: how many times as busy as drawn a
    ward is, by its code."""

    def __init__(self, city: City, count: int, chance: Random, favoured: Mapping[str, int]) -> None:
        self.city = city
        wards = list(city.wards.values())
        shares = list(accumulate(_busyness(ward, chance) * favoured.get(ward.code, 1) for ward in wards))
        self.common = [
            self._somewhere(wards[bisect(shares, chance.random() * shares[-1])], chance) for _ in range(count)
        ]
        self.special = [spot for site in city.sites.values() for spot in self._near_site(site.code, chance)]
        self._hot = self.common[: max(1, count // 25)]

    def draw(self, category: Category, chance: Random) -> Spot:
        """A place for a report of this category."""
        if category.group == "heritage" and self.special and chance.random() < 0.6:
            return chance.choice(self.special)
        if chance.random() < _HOT:
            return chance.choice(self._hot)
        return chance.choice(self.common)

    def _near_site(self, code: str, chance: Random) -> list[Spot]:
        site = self.city.sites[code]
        return [
            spot
            for _ in range(6)
            if (spot := self._spot(*_about(site.lat, site.lng, min(site.radius_m, 500) * 0.6, chance), None, chance))
        ]

    def _somewhere(self, ward: Ward, chance: Random) -> Spot:
        reach = math.sqrt(max(ward.area_km2, 0.3) / math.pi) * 1000 * 0.75
        for _ in range(_TRIES):
            spot = self._spot(*_about(ward.lat, ward.lng, reach, chance), ward, chance)
            if spot is not None:
                return spot
        return self._made(ward.lat, ward.lng, ward.code, chance, is_sure=True)

    def _spot(self, lat: float, lng: float, wanted: Ward | None, chance: Random) -> Spot | None:
        """None where the point lies outside of what is asked for."""
        located = areas.locate(lat, lng)
        if located.ward is None:
            return None
        if located.exact:
            is_wanted = wanted is None or wanted.code == located.ward
            return self._made(lat, lng, located.ward, chance, is_sure=True) if is_wanted else None
        if wanted is not None and wanted.code not in located.nearest:
            return None
        return self._made(lat, lng, wanted.code if wanted else located.ward, chance, is_sure=wanted is not None)

    def _made(self, lat: float, lng: float, ward: str, chance: Random, *, is_sure: bool) -> Spot:
        names = self.city.wards[ward].old_names
        address = f"{chance.choice(names).split(',')[0]} (cũ)" if names else ""
        return Spot(areas.place(lat, lng, ward=ward), lat, lng, ward, is_sure, address, geo.cell_of(lat, lng))


def _busyness(ward: Ward, chance: Random) -> float:
    """Dense wards are small; communes report less."""
    plain = 0.7 if ward.kind == "xa" else 4.0 if ward.area_km2 < 6 else 2.5
    return plain * chance.lognormvariate(0, 0.5)


def _about(lat: float, lng: float, reach_m: float, chance: Random) -> tuple[float, float]:
    """A point within the circle, even over its area."""
    angle, distance = chance.random() * 2 * math.pi, reach_m * math.sqrt(chance.random())
    up = distance * math.sin(angle) / _M_A_DEGREE
    right = distance * math.cos(angle) / (_M_A_DEGREE * math.cos(math.radians(lat)))
    return round(lat + up, 6), round(lng + right, 6)
