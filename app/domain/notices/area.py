"""Where a notice holds: some wards, a circle, an outline, or the whole city."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from flask_babel import lazy_gettext as _l

from app.domain import areas, declared, geo
from app.domain.areas.plane import Plane
from app.domain.city import store
from app.domain.errors import Invalid
from app.models import Notice

MOST_CORNERS = 60
ARC = 12  # points of a quarter of a circle, as it is drawn

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Area:
    """Nothing said is the whole city."""

    wards: tuple[str, ...] = ()
    lat: float | None = None
    lng: float | None = None
    radius_m: int | None = None
    ring: tuple[Point, ...] = ()

    @property
    def is_circle(self) -> bool:
        return self.lat is not None and self.lng is not None and self.radius_m is not None


def of(notice: Notice) -> Area:
    ring = tuple((float(lat), float(lng)) for lat, lng in notice.ring)
    return Area(tuple(notice.wards), notice.lat, notice.lng, notice.radius_m, ring)


def check(area: Area) -> None:
    """One way to say where, inside the city. Raises Invalid, with the field."""
    if sum((bool(area.wards), area.lat is not None, bool(area.ring))) > 1:
        raise Invalid(_l("Say where in one way: wards, a circle or an outline."), field="wards")
    declared.check_wards(area.wards)
    if area.lat is not None and area.radius_m not in geo.CIRCLES_M:
        raise Invalid(_l("Choose one of the distances."), field="radius")
    bounds = store.current().bounds
    middle = [(area.lat, area.lng)] if area.lat is not None and area.lng is not None else []
    if not all(bounds.holds(*point) for point in (*middle, *area.ring)):
        raise Invalid(_l("This place lies outside the city."), field="ring" if area.ring else "point")
    if area.ring and not (3 <= len(area.ring) <= MOST_CORNERS and _polygon(area.ring).is_valid):
        raise Invalid(
            _l("An outline has 3 to %(n)s corners, and its edges do not cross.", n=MOST_CORNERS), field="ring"
        )


def holds(area: Area, lat: float | None, lng: float | None, ward: str) -> bool:
    """Does it lie there? Without the map only the ward is known, and a circle or outline cannot say."""
    if area.wards:
        return ward in area.wards
    if area.is_circle:
        middle = (area.lat or 0.0, area.lng or 0.0)
        return lat is not None and lng is not None and geo.distance_m(middle, (lat, lng)) <= (area.radius_m or 0)
    if area.ring:
        return lat is not None and lng is not None and bool(_polygon(area.ring).covers(shapely.Point(lng, lat)))
    return True


def shape(area: Area) -> dict[str, Any] | None:
    """As GeoJSON, to be drawn; None for the whole city."""
    if area.wards:
        return _joined(area.wards)
    if area.is_circle:
        plane = Plane(area.lat or 0.0, area.lng or 0.0)
        circle = plane.point(area.lat or 0.0, area.lng or 0.0).buffer(area.radius_m or 0, quad_segs=ARC)
        return _geojson(plane.to_degrees(circle))
    return _geojson(_polygon(area.ring)) if area.ring else None


def reaches(area: Area) -> tuple[str, ...]:
    """The wards it is about or, drawn, reaches into: what says in words where it is."""
    drawn = None if area.wards else shape(area)
    return areas.wards_touching(shapely.from_geojson(json.dumps(drawn))) if drawn else area.wards


def _joined(codes: Sequence[str]) -> dict[str, Any] | None:
    features = json.loads(areas.outline_geojson(40))["features"]
    found = [one["geometry"] for one in features if one["properties"]["code"] in codes]
    shapes = [shapely.from_geojson(json.dumps(one)) for one in found]
    return _geojson(shapely.union_all(shapes)) if shapes else None


def _polygon(ring: Sequence[Point]) -> shapely.Polygon:
    return shapely.Polygon([(lng, lat) for lat, lng in ring])


def _geojson(shape: Any) -> dict[str, Any]:
    text = shapely.to_geojson(shapely.set_precision(shape, 0.00001))
    return dict(json.loads(text))
