"""The map of wards as it is drawn: borders made light where they are known, soft cells where they are not."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from app.domain.areas.atlas import REACH_M, Atlas

DEGREE_DIGITS: Final = 5  # about a metre
CELL_REACH: Final = 1.4  # how far a soft cell may reach, in radii of a circle of the ward's area
SOFTNESS: Final = 0.22  # how much of that radius the corners are rounded by

ARC: Final = 6  # points of a quarter circle


def drawn(atlas: Atlas, simplify_m: int) -> str:
    """GeoJSON text, one feature a ward in the order of the city; see `areas.outline_geojson`."""
    shapes = dict(zip(atlas.codes, _lightened(atlas, simplify_m), strict=True)) if atlas.is_drawn else _cells(atlas)
    features = [_feature(atlas, code, shapes[code]) for code in atlas.city.wards if code in shapes]
    collection = {"type": "FeatureCollection", "exact": atlas.is_drawn, "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"))


def _feature(atlas: Atlas, code: str, shape: BaseGeometry) -> dict[str, Any]:
    ward = atlas.city.wards[code]
    geometry = json.loads(shapely.to_geojson(atlas.plane.to_degrees(shape)))
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "name_vi": ward.name.in_("vi"),
            "name_en": ward.name.in_("en"),
            "kind": ward.kind,
            "lat": ward.lat,
            "lng": ward.lng,
        },
        "geometry": geometry | {"coordinates": _rounded(geometry["coordinates"])},
    }


def _rounded(numbers: Any) -> Any:
    return round(numbers, DEGREE_DIGITS) if isinstance(numbers, float | int) else [_rounded(one) for one in numbers]


def _lightened(atlas: Atlas, simplify_m: int) -> tuple[BaseGeometry, ...]:
    """Fewer points, and neighbours keep one common border."""
    if simplify_m <= 0:
        return atlas.shapes
    light = shapely.coverage_simplify(list(atlas.shapes), simplify_m)
    return tuple(shape if new.is_empty else new for shape, new in zip(atlas.shapes, light, strict=True))


def _cells(atlas: Atlas) -> dict[str, BaseGeometry]:
    """Each ward's share of the land around its centre, rounded off so that nobody takes it for a border."""
    wards = list(atlas.city.wards.values())
    centres = [atlas.plane.point(ward.lat, ward.lng) for ward in wards]
    bounds = atlas.city.bounds
    frame = atlas.plane.to_metres(shapely.box(bounds.west, bounds.south, bounds.east, bounds.north))
    shares = _shares(centres, frame)
    return {
        ward.code: _softened(share, centre, ward.area_km2)
        for ward, centre, share in zip(wards, centres, shares, strict=True)
    }


def _shares(centres: list[shapely.Point], frame: BaseGeometry) -> list[BaseGeometry]:
    if len(centres) < 2:
        return [frame for _ in centres]
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=frame, ordered=True)
    return [cell.intersection(frame) for cell in diagram.geoms]


def _softened(share: BaseGeometry, centre: shapely.Point, area_km2: float) -> BaseGeometry:
    radius = math.sqrt(area_km2 * 1e6 / math.pi) if area_km2 else REACH_M / CELL_REACH / 4
    near = share.intersection(centre.buffer(radius * CELL_REACH, quad_segs=ARC))
    rounding = radius * SOFTNESS
    soft = near.buffer(-rounding, quad_segs=ARC).buffer(rounding * 0.85, quad_segs=ARC)
    return near if soft.is_empty else soft
