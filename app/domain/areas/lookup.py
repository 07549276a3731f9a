"""Which ward a point lies in, asked of the city in force and the outlines now loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from shapely import from_geojson
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine, select

from app.domain.areas import display
from app.domain.areas.atlas import Atlas, Located
from app.domain.city import store
from app.domain.city.model import City
from app.domain.city.store import OUTLINES
from app.domain.routing import Place
from app.extensions import db
from app.models.city import WardOutline
from app.models.settings import Kept

Version = tuple[int, str]  # the city's, and the digest of the outlines


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One version of the wards, and the maps drawn of it."""

    version: Version
    atlas: Atlas
    sources: tuple[str, ...]
    drawn: dict[int, str] = field(default_factory=dict)  # by tolerance


_newest: Final[WeakKeyDictionary[Engine, _Sheet]] = WeakKeyDictionary()  # one sheet a database is kept in a process
_laying_out: Final = Lock()


def locate(lat: float, lng: float) -> Located:
    """The ward of a point. Exact with outlines; without them a guess that the resident must confirm."""
    return _sheet().atlas.locate(lat, lng)


def is_inside_ward(code: str, lat: float, lng: float) -> bool:
    """Does the point lie in the ward? Where the ward has no outline there is no border to cross: True."""
    return _sheet().atlas.is_inside(code, lat, lng)


def wards_touching(shape: BaseGeometry) -> tuple[str, ...]:
    """The wards that a shape reaches into, as far as their borders are known."""
    return _sheet().atlas.touching(shape)


def place(lat: float | None, lng: float | None, *, ward: str | None = None) -> Place:
    """What routing asks about a place. `ward` is the one the resident confirmed; an outline decides over it, except
    where the pin lies so near the border that whoever stands there knows better."""
    if lat is None or lng is None:
        return Place(None, None, ward=ward)
    located = locate(lat, lng)
    if located.exact and located.ward:
        if ward == located.other_ward and ward in located.neighbours(store.current().settings.border_m):
            return Place(lat, lng, ward, located.border_m, located.ward)
        return Place(lat, lng, located.ward, located.border_m, located.other_ward)
    return Place(lat, lng, ward or located.ward)


def has_outlines() -> bool:
    """Is at least one ward's border known?"""
    return _sheet().atlas.is_drawn


def outline_sources() -> tuple[str, ...]:
    """Where the outlines now drawn come from, to be named beside the map as reference only; empty without outlines."""
    return _sheet().sources


def outlines_version() -> str:
    """Changes whenever the map of wards would: for ETags and addresses that may be kept for long."""
    return "-".join(map(str, _version(store.current())))


def outline_geojson(simplify_m: int = 25) -> str:
    """The map of wards as GeoJSON text: a display copy, drawn once and kept.

    Each feature has `code`, `name_vi`, `name_en`, `kind`, `lat`, `lng`; the collection says `exact`. Without outlines
    the features are soft cells around the centres and `exact` is false: a sketch, not borders.
    """
    sheet = _sheet()
    if simplify_m not in sheet.drawn:
        sheet.drawn[simplify_m] = display.drawn(sheet.atlas, simplify_m)
    return sheet.drawn[simplify_m]


def _version(city: City) -> Version:
    """The city's version and what the outlines are; one small query a session."""
    session = db.session
    seen = session.info.get(OUTLINES)
    if seen is None or time.monotonic() - seen[1] > store.FRESH_SECONDS:
        kept = session.scalar(select(Kept.value).where(Kept.name == OUTLINES))
        seen = session.info[OUTLINES] = (kept["digest"] if kept else "none", time.monotonic())
    return city.version, seen[0]


def _sheet() -> _Sheet:
    city = store.current()
    version = _version(city)
    with _laying_out:
        sheet = _newest.get(db.engine)
        if sheet is None or sheet.version != version:
            sheet = _newest[db.engine] = _laid_out(city, version)
        return sheet


def _laid_out(city: City, version: Version) -> _Sheet:
    codes = {ward.id: ward.code for ward in city.wards.values()}
    found = db.session.execute(select(WardOutline.ward_id, WardOutline.geometry, WardOutline.source))
    rows = [row for row in found if row.ward_id in codes]
    outlines = {codes[row.ward_id]: from_geojson(row.geometry) for row in rows}
    return _Sheet(version, Atlas(city, outlines), tuple(sorted({row.source for row in rows})))
