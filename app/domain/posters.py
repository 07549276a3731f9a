"""Posters: a place with a name, and an address short enough for a QR code that opens the form right there.

A poster hangs for years and nothing is stored for it: its address says the place itself. For one of the city's special
places it is the place's code; for any other, a name and a point signed with the key that the database keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from app.domain import places, remembered
from app.domain.city import store
from app.domain.city.model import Category, Site
from app.domain.coordinates import parse_coordinates
from app.domain.errors import Invalid, NotFound
from app.models.choices import PlaceSource

LONGEST_NAME = 60
_WITH = "~"  # between the code of a special place and that of a category


@dataclass(frozen=True, slots=True)
class Poster:
    """Where it hangs, and what is likely to be reported there. `token` is the end of its address."""

    token: str
    name: str
    lat: float
    lng: float
    category: Category | None = None


def of_site(site: Site, category: str, *, language: str) -> Poster:
    """A poster for one of the city's special places."""
    token = f"{site.code}{_WITH}{category}" if category else site.code
    return Poster(token, site.name.in_(language), site.lat, site.lng, _category(category))


def of_place(name: str, at: str, category: str) -> Poster:
    """A poster for a bench, a stop, a gate: a name, and coordinates as people write them. Invalid, with the field."""
    name, point = " ".join(name.split()), parse_coordinates(at, store.current().bounds)
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(_l("Give the place a name of at most %(n)s letters.", n=LONGEST_NAME), field="name")
    if point is None:
        raise Invalid(_l("Write coordinates like 21.0285, 105.8542."), field="place")
    lat, lng = round(point[0], 5), round(point[1], 5)
    if not places.spot(lat, lng).is_inside:
        raise Invalid(_l("This place lies outside the city."), field="place")
    token = str(_signer().dumps([name, lat, lng, category]))
    return Poster(token, name, lat, lng, _category(category))


def read(token: str, *, language: str) -> Poster:
    """The poster behind an address. NotFound for one that we never made, or whose place the city gave up."""
    found = _signed(token) if "." in token else _of_site(token, language)
    if found is None or not store.current().bounds.holds(found.lat, found.lng):
        raise NotFound(_l("No poster has this address. The form asks for the place itself."))
    return found


def begins(poster: Poster) -> Mapping[str, Any]:
    """What a report from this poster begins with; the resident may still change all of it."""
    spot = places.spot(poster.lat, poster.lng)
    return {
        "lat": poster.lat,
        "lng": poster.lng,
        "place_source": PlaceSource.SEARCH.value,
        "accuracy_m": None,
        "ward": spot.ward.code if spot.ward is not None and spot.is_sure else "",
        "is_without_map": False,
        "nearest_address": poster.name,
        **({"category": poster.category.code} if poster.category else {}),
    }


def _of_site(token: str, language: str) -> Poster | None:
    code, _sign, category = token.partition(_WITH)
    site = store.current().sites.get(code)
    return of_site(site, category, language=language) if site is not None else None


def _signed(token: str) -> Poster | None:
    try:
        name, lat, lng, category = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return Poster(token, str(name), float(lat), float(lng), _category(category))


def _category(code: str) -> Category | None:
    """None also for one the city takes no more: the poster still leads to its place."""
    found = store.current().categories.get(code)
    return found if found is not None and not found.stops else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(remembered.code_key(), salt="poster")
