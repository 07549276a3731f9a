"""Which of the city's special places a point lies in."""

from __future__ import annotations

import math
from functools import lru_cache

import shapely

from app.domain.city.model import City, Site
from app.domain.geo import METRES_A_DEGREE, distance_m


def sites_at(city: City, lat: float, lng: float) -> tuple[Site, ...]:
    """The sites that hold the point, the smallest first: a pagoda before the lake it stands in."""
    here = [site for site in city.sites.values() if holds(site, lat, lng)]
    return tuple(sorted(here, key=lambda site: (_size(site), site.code)))


def holds(site: Site, lat: float, lng: float) -> bool:
    """Is the point within the outline, edge included, or within the circle where no outline is drawn?"""
    if site.outline:
        return bool(_polygon(site.outline).covers(shapely.Point(lng, lat)))
    # a degree of latitude is as long everywhere: most places are out of reach without measuring the distance
    if abs(lat - site.lat) * METRES_A_DEGREE > site.radius_m:
        return False
    return distance_m((lat, lng), (site.lat, site.lng)) <= site.radius_m


def _size(site: Site) -> float:
    """Square degrees, only to tell large from small."""
    if site.outline:
        return float(_polygon(site.outline).area)
    return math.pi * (site.radius_m / METRES_A_DEGREE) ** 2


@lru_cache(maxsize=1024)
def _polygon(outline: tuple[tuple[float, float], ...]) -> shapely.Polygon:
    made = shapely.Polygon(outline)
    shapely.prepare(made)
    return made
