"""Ward outlines come in as GeoJSON. Every feature is checked, and each refusal says which and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity
from sqlalchemy import select

from app.domain.areas.plane import Plane
from app.domain.city import store
from app.domain.city.model import City, Ward
from app.domain.city.store import OUTLINES
from app.domain.folding import fold
from app.extensions import db
from app.models.city import WardOutline
from app.models.moment import now
from app.models.settings import Kept

WGS84: Final = ("CRS84", "EPSG::4326", "EPSG:4326")
EDGE: Final = 0.001  # degrees; the bounds of a city are rounded, outlines may reach a little beyond
MOST_OFF_M: Final = 1000.0  # how far an outline may lie from the ward's known centre
AREA_RATIO: Final = 2.0  # how many times larger or smaller than its known area; official figures differ by a quarter
MAX_OVERLAP: Final = 0.01  # of the smaller ward; surveys differ by slivers, two wards do not share land
_KINDS: Final = ("phường ", "xã ", "thị trấn ", "đặc khu ")


class UnreadableFile(ValueError):
    """The file as a whole cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class RefusedFeature:
    """One feature that was not loaded."""

    number: int  # its place in the file, from 1
    code: str  # as written, empty when there is none
    reason: str

    def __str__(self) -> str:
        called = f"feature {self.number}" + (f" ({self.code})" if self.code else "")
        return f"{called}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import. `loaded` wards have their outline from this file now; `changed` of them got a new one."""

    loaded: tuple[str, ...]
    changed: tuple[str, ...]
    refused: tuple[RefusedFeature, ...]
    without: tuple[str, ...]  # wards of the city that still have no outline


@dataclass(frozen=True, slots=True)
class _Feature:
    number: int
    ward: Ward
    outline: BaseGeometry


class _Refusal(Exception):
    """Why one feature cannot be used."""


def import_file(path: Path) -> ImportResult:
    """Load the outlines in `path`, in the caller's unit of work. Good features stand even when others are refused.

    Raises `UnreadableFile` when the file is no GeoJSON collection in WGS 84, and `store.NoCity` before the first load.
    """
    city = store.current()
    document = _document(path)
    refused: list[RefusedFeature] = []
    accepted: dict[str, _Feature] = {}
    for number, raw in enumerate(document["features"], 1):
        try:
            feature = _feature(number, raw, city)
            earlier = accepted.get(feature.ward.code)
            if earlier:
                raise _Refusal(f"the ward stands in the file twice, first as feature {earlier.number}")
            accepted[feature.ward.code] = feature
        except _Refusal as refusal:
            refused.append(RefusedFeature(number, _code(raw), str(refusal)))
    for feature, reason in list(_overlapping(accepted.values())):
        del accepted[feature.ward.code]
        refused.append(RefusedFeature(feature.number, feature.ward.code, reason))
    changed = _keep(accepted.values(), _source(document, path))
    return ImportResult(
        loaded=tuple(accepted),
        changed=changed,
        refused=tuple(sorted(refused, key=lambda one: one.number)),
        without=_without(city),
    )


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableFile(f"{path} is not JSON: {error}.") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise UnreadableFile(f"{path} is not a GeoJSON FeatureCollection.")
    if not isinstance(document.get("features"), list) or not document["features"]:
        raise UnreadableFile(f"{path} holds no features.")
    crs = json.dumps(document.get("crs") or "")
    if document.get("crs") and not any(name in crs for name in WGS84):
        raise UnreadableFile(f"{path} is not in WGS 84 (longitude and latitude): {crs}.")
    return document


def _source(document: Mapping[str, Any], path: Path) -> str:
    """Where the outlines come from, as the file itself says, else the file's name."""
    metadata = document.get("metadata")
    said = metadata if isinstance(metadata, dict) else document
    named = [str(said[name]) for name in ("source", "upstream_source") if said.get(name)]
    return " · ".join(named)[:500] or path.name


def _code(raw: object) -> str:
    properties = raw.get("properties") if isinstance(raw, dict) else None
    return str(properties.get("code") or "") if isinstance(properties, dict) else ""


def _feature(number: int, raw: object, city: City) -> _Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        raise _Refusal("this is not a GeoJSON feature")
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        raise _Refusal("it has no properties")
    missing = [name for name in ("code", "name") if not properties.get(name)]
    if missing:
        raise _Refusal(f"its properties lack {' and '.join(missing)}")
    ward = _ward(properties, city)
    outline = _outline(raw.get("geometry"), city)
    _check_against_what_is_known(outline, ward)
    return _Feature(number, ward, outline)


def _check_against_what_is_known(outline: BaseGeometry, ward: Ward) -> None:
    """An outline somewhere else, or of another size, is some other place's: it would route reports astray."""
    plane = Plane(ward.lat, ward.lng)
    flat = plane.to_metres(outline)
    off = flat.distance(plane.to_metres(shapely.Point(ward.lng, ward.lat)))
    if off > MOST_OFF_M:
        raise _Refusal(
            f"it lies {off / 1000:.1f} km from the centre of {ward.name.vi} ({ward.lat}, {ward.lng}): "
            "is it another ward's outline, or is the centre in the city folder wrong?"
        )
    area = flat.area / 1e6
    if ward.area_km2 and not ward.area_km2 / AREA_RATIO <= area <= ward.area_km2 * AREA_RATIO:
        raise _Refusal(
            f"it covers {area:.2f} km², and {ward.name.vi} has {ward.area_km2:g} km²: "
            "is a part missing, or is the area in the city folder wrong?"
        )


def _ward(properties: Mapping[str, Any], city: City) -> Ward:
    """The ward the code names. Codes were given anew in 2025, so the name must agree."""
    ward = city.wards.get(str(properties["code"]))
    if ward is None:
        raise _Refusal(f"the city has no ward with the code {properties['code']}")
    if _bare(str(properties["name"])) != _bare(ward.name.vi):
        raise _Refusal(
            f"the code is {ward.name.vi} in this city, the file says {properties['name']}: is the file older?"
        )
    return ward


def _bare(name: str) -> str:
    """A ward's name without its kind and marks, for comparing."""
    plain = name.strip().casefold()
    kind = next((kind for kind in _KINDS if plain.startswith(kind)), "")
    return fold(plain.removeprefix(kind))


def _outline(geometry: object, city: City) -> BaseGeometry:
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        found = geometry.get("type") if isinstance(geometry, dict) else "nothing"
        raise _Refusal(f"its geometry must be a Polygon or a MultiPolygon, not {found}")
    try:
        outline = shapely.force_2d(shape(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _Refusal(f"its coordinates cannot be read: {error}") from error
    if outline.is_empty:
        raise _Refusal("its outline holds no area")
    if not outline.is_valid:
        raise _Refusal(f"its outline is not valid: {explain_validity(outline)}")
    west, south, east, north = outline.bounds
    bounds = city.bounds
    if not (bounds.holds(south + EDGE, west + EDGE) and bounds.holds(north - EDGE, east - EDGE)):
        raise _Refusal(f"it reaches outside the city's bounds: {west:.4f}, {south:.4f} to {east:.4f}, {north:.4f}")
    return outline


def _overlapping(features: Iterable[_Feature]) -> Iterator[tuple[_Feature, str]]:
    """Features that cover land of one before them."""
    kept: list[_Feature] = []
    for feature in features:
        other = next((one for one in kept if _share(feature.outline, one.outline) > MAX_OVERLAP), None)
        if other:
            common = feature.outline.intersection(other.outline)
            area = Plane(feature.ward.lat, feature.ward.lng).to_metres(common).area / 1e6
            yield feature, f"it covers {area:.1f} km² of ward {other.ward.code}, feature {other.number}"
        else:
            kept.append(feature)


def _share(one: BaseGeometry, other: BaseGeometry) -> float:
    """The part of the smaller of two outlines that lies in the other."""
    if not one.intersects(other):
        return 0.0
    return float(one.intersection(other).area / min(one.area, other.area))


def _keep(features: Iterable[_Feature], source: str) -> tuple[str, ...]:
    """Write what differs from what is kept, and count the import when anything did."""
    session, at = db.session, now()
    rows = {row.ward_id: row for row in session.scalars(select(WardOutline))}
    changed = []
    for feature in features:
        geometry = shapely.to_geojson(feature.outline)
        row = rows.get(feature.ward.id)
        if row and (row.geometry, row.source) == (geometry, source):
            continue
        changed.append(feature.ward.code)
        session.merge(WardOutline(ward_id=feature.ward.id, geometry=geometry, source=source, loaded_at=at))
    session.flush()
    if changed:
        _sign(at)
    return tuple(changed)


def _sign(at: datetime) -> None:
    """Keep a digest of all outlines, so that every process notices the change, and a restored copy tells true."""
    digest = hashlib.sha256()
    for row in db.session.scalars(select(WardOutline).order_by(WardOutline.ward_id)):
        digest.update(f"{row.ward_id} {row.source} {row.geometry}\n".encode())
    db.session.merge(Kept(name=OUTLINES, value={"digest": digest.hexdigest()[:16]}, updated_at=at))
    db.session.flush()
    db.session.info.pop(OUTLINES, None)


def _without(city: City) -> tuple[str, ...]:
    drawn = set(db.session.scalars(select(WardOutline.ward_id)))
    return tuple(code for code, ward in city.wards.items() if ward.id not in drawn)
