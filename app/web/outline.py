"""Wards drawn small, as paths of an SVG: one ward to say where in it something is, or the whole city. No script, no
map server."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.domain import areas
from app.domain.city.model import Ward

SIDE = 320  # the longer side of the drawing
MARGIN = 14
TOLERANCE_M = 25
CITY_SIDE = 560
CITY_TOLERANCE_M = 350
Rings = list[list[list[float]]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """`path` in a box of `width` × `height`. `exact` is false for a sketch."""

    width: int
    height: int
    path: str
    exact: bool
    west: float
    north: float
    scale_x: float
    scale_y: float

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        """Where a point (lat, lng) lies in the drawing."""
        lat, lng = point
        return round(MARGIN + (lng - self.west) * self.scale_x, 1), round(MARGIN + (self.north - lat) * self.scale_y, 1)


def of(ward: Ward) -> Drawing | None:
    """The drawing of a ward; None when nothing is known of its shape."""
    return _drawn(areas.outlines_version(), ward.code)


def of_city() -> tuple[Drawing, tuple[str, ...]]:
    """The frame of the whole city, and the path of each ward that has a shape."""
    return _city_drawn(areas.outlines_version())


@lru_cache(maxsize=4)
def _features(version: str, tolerance_m: int) -> tuple[bool, dict[str, Any]]:
    collection = json.loads(areas.outline_geojson(tolerance_m))
    shapes = {feature["properties"]["code"]: feature["geometry"] for feature in collection["features"]}
    return bool(collection["exact"]), shapes


@lru_cache(maxsize=512)
def _drawn(version: str, code: str) -> Drawing | None:
    exact, shapes = _features(version, TOLERANCE_M)
    rings = _rings(shapes.get(code))
    if not rings:
        return None
    frame = _frame(rings, SIDE, exact)
    return replace(frame, path="".join(_path(frame, ring) for ring in rings))


@lru_cache(maxsize=4)
def _city_drawn(version: str) -> tuple[Drawing, tuple[str, ...]]:
    exact, shapes = _features(version, CITY_TOLERANCE_M)
    wards = [_rings(geometry) for geometry in shapes.values()]
    frame = _frame([ring for rings in wards for ring in rings], CITY_SIDE, exact)
    return frame, tuple("".join(_path(frame, ring, digits=0) for ring in rings) for rings in wards)


def _frame(rings: Rings, side: int, exact: bool) -> Drawing:
    """An empty drawing that holds the rings, its longer side `side` units long."""
    lngs = [lng for ring in rings for lng, _lat in ring]
    lats = [lat for ring in rings for _lng, lat in ring]
    west, east, south, north = min(lngs), max(lngs), min(lats), max(lats)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (side - 2 * MARGIN) / max((east - west) * shrink, north - south, 1e-9)
    return Drawing(
        width=round((east - west) * shrink * scale) + 2 * MARGIN,
        height=round((north - south) * scale) + 2 * MARGIN,
        path="",
        exact=exact,
        west=west,
        north=north,
        scale_x=scale * shrink,
        scale_y=scale,
    )


def _rings(geometry: dict[str, Any] | None) -> Rings:
    if geometry is None:
        return []
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


def _path(drawing: Drawing, ring: list[list[float]], digits: int = 1) -> str:
    """One closed ring; points that fall together after rounding are written once."""
    points = [tuple(round(one, digits) for one in drawing.at((lat, lng))) for lng, lat in ring[:-1]]
    kept = [point for point, before in zip(points, [None, *points[:-1]], strict=True) if point != before]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) + "Z"
