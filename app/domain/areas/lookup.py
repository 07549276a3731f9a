"""Which ward a point lies in, asked of the city in force and the outlines now loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

from shapely import from_geojson
from sqlalchemy import Engine, select

from app.domain.areas import display
from app.domain.areas.atlas import Atlas, Located
from app.domain.areas.importing import OUTLINES
from app.domain.city import store
from app.domain.city.model import City
from app.domain.routing import Place
from app.extensions import db
from app.models.city import WardOutline
from app.models.settings import Kept

__all__ = ["Located", "has_outlines", "is_inside_ward", "locate", "outline_geojson", "outlines_version", "place"]

Version = tuple[int, str]  # the city's, and the digest of the outlines


@dataclass(slots=True)
class _Held:
    """What one process keeps of one database: the newest atlas, and maps drawn from it."""

    version: Version | None = None
    atlas: Atlas | None = None
    drawn: dict[int, str] = field(default_factory=dict)  # by tolerance
    lock: Lock = field(default_factory=Lock)


_held: Final[WeakKeyDictionary[Engine, _Held]] = WeakKeyDictionary()


def locate(lat: float, lng: float) -> Located:
    """The ward of a point. Exact with outlines; without them a guess that the resident must confirm."""
    return _atlas().locate(lat, lng)


def is_inside_ward(code: str, lat: float, lng: float) -> bool:
    """Does the point lie in the ward? Where the ward has no outline there is no border to cross: True."""
    return _atlas().is_inside(code, lat, lng)


def place(lat: float | None, lng: float | None, *, ward: str | None = None) -> Place:
    """What routing asks about a place. `ward` is the one the resident confirmed; an exact outline decides over it."""
    if lat is None or lng is None:
        return Place(None, None, ward=ward)
    located = locate(lat, lng)
    if located.exact and located.ward:
        return Place(lat, lng, located.ward, located.border_m, located.other_ward)
    return Place(lat, lng, ward or located.ward)


def has_outlines() -> bool:
    """Is at least one ward's border known?"""
    return _atlas().is_drawn


def outlines_version() -> str:
    """Changes whenever the map of wards would: for ETags and addresses that may be kept for long."""
    return "-".join(map(str, _version(store.current())))


def outline_geojson(simplify_m: int = 25) -> str:
    """The map of wards as GeoJSON text: a display copy, drawn once and kept.

    Each feature has `code`, `name_vi`, `name_en`, `kind`, `lat`, `lng`; the collection says `exact`. Without outlines
    the features are soft cells around the centres and `exact` is false: a sketch, not borders.
    """
    held, atlas = _here(), _atlas()
    if simplify_m not in held.drawn:
        held.drawn[simplify_m] = display.drawn(atlas, simplify_m)
    return held.drawn[simplify_m]


def _here() -> _Held:
    return _held.setdefault(db.engine, _Held())


def _version(city: City) -> Version:
    """The city's version and what the outlines are; one small query a session."""
    session = db.session
    seen = session.info.get(OUTLINES)
    if seen is None or time.monotonic() - seen[1] > store.FRESH_SECONDS:
        kept = session.scalar(select(Kept.value).where(Kept.name == OUTLINES))
        seen = session.info[OUTLINES] = (kept["digest"] if kept else "none", time.monotonic())
    return city.version, seen[0]


def _atlas() -> Atlas:
    city = store.current()
    held, version = _here(), _version(city)
    with held.lock:
        if held.atlas is None or held.version != version:
            codes = {ward.id: ward.code for ward in city.wards.values()}
            rows = db.session.execute(select(WardOutline.ward_id, WardOutline.geometry)).all()
            outlines = {codes[row.ward_id]: from_geojson(row.geometry) for row in rows if row.ward_id in codes}
            held.version, held.atlas, held.drawn = version, Atlas(city, outlines), {}
        return held.atlas
