"""A ward drawn small, as one path of an SVG: where in the ward something is, without a script or a map server."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.domain import areas
from app.domain.city.model import Ward

SIDE = 320  # the longer side of the drawing
MARGIN = 14
TOLERANCE_M = 25


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


@lru_cache(maxsize=4)
def _features(version: str) -> tuple[bool, dict[str, Any]]:
    collection = json.loads(areas.outline_geojson(TOLERANCE_M))
    shapes = {feature["properties"]["code"]: feature["geometry"] for feature in collection["features"]}
    return bool(collection["exact"]), shapes


@lru_cache(maxsize=512)
def _drawn(version: str, code: str) -> Drawing | None:
    exact, shapes = _features(version)
    rings = _rings(shapes.get(code))
    if not rings:
        return None
    lngs = [lng for ring in rings for lng, _lat in ring]
    lats = [lat for ring in rings for _lng, lat in ring]
    west, east, south, north = min(lngs), max(lngs), min(lats), max(lats)
    shrink = math.cos(math.radians((south + north) / 2))
    scale = (SIDE - 2 * MARGIN) / max((east - west) * shrink, north - south, 1e-9)
    drawing = Drawing(
        width=round((east - west) * shrink * scale) + 2 * MARGIN,
        height=round((north - south) * scale) + 2 * MARGIN,
        path="",
        exact=exact,
        west=west,
        north=north,
        scale_x=scale * shrink,
        scale_y=scale,
    )
    path = "".join(_path(drawing, ring) for ring in rings)
    return Drawing(drawing.width, drawing.height, path, exact, west, north, drawing.scale_x, scale)


def _rings(geometry: dict[str, Any] | None) -> list[list[list[float]]]:
    if geometry is None:
        return []
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


def _path(drawing: Drawing, ring: list[list[float]]) -> str:
    points = (drawing.at((lat, lng)) for lng, lat in ring[:-1])
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
