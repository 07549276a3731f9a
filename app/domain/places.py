"""Where a resident means: words, coordinates and pins become places of the city to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.adapters.geocoder import Box, geocoder
from app.domain import areas, directions, told_places
from app.domain.city import store
from app.domain.city.model import City, Ward
from app.domain.coordinates import parse_coordinates
from app.domain.folding import fold
from app.domain.geo import Point
from app.models.choices import PlaceSource

MOST_HITS = 8
LONGEST_QUERY = 200
KINDS_OF_WARD = ("phuong ", "xa ", "thi tran ")


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a search. `kind`: coordinates, way, ward, old_ward, site, address or told; `ward` a ward's code."""

    kind: str
    name: str
    lat: float
    lng: float
    ward: str = ""
    source: PlaceSource = PlaceSource.SEARCH
    is_area: bool = False  # a ward's middle, somewhere in a street: the pin still has to be moved to the spot


@dataclass(frozen=True, slots=True)
class Spot:
    """What the city knows of a pin. `offered` are wards to choose from: where no border tells, or one is very near."""

    is_inside: bool
    ward: Ward | None
    is_sure: bool  # `ward` is the one the outline says
    offered: tuple[Ward, ...] = ()


def spot(lat: float, lng: float) -> Spot:
    """In which ward a pin lies, or that it lies outside the city."""
    city, located = store.current(), areas.locate(lat, lng)
    near = located.neighbours(city.settings.border_m) if located.exact else located.nearest
    offered = tuple(city.wards[code] for code in near)
    if located.ward is None:
        return Spot(bool(offered) and not located.exact, None, False, offered)
    return Spot(True, city.wards[located.ward], located.exact, offered)


def search(words: str, language: str) -> list[Hit]:
    """Places these words may mean, the likeliest first: coordinates, ways, wards (old names too), sites, addresses.

    What no list knows by its very name is looked for in the address words of public reports too.
    """
    words = words.strip()[:LONGEST_QUERY]
    if not words:
        return []
    city = store.current()
    point = parse_coordinates(words, city.bounds)
    if point is not None:
        return [Hit("coordinates", f"{point[0]:.5f}, {point[1]:.5f}", *point, source=PlaceSource.TYPED)]
    named = _named(city, fold(words))
    found = [*_told_way(city, words, language), *(_hit(city, name, language) for _, name in named)]
    found += _addresses(city, words, language)
    if not any(rank == _IS for rank, _ in named):
        found += _told(words)
    return found[:MOST_HITS]


def finds_streets() -> bool:
    """Is somebody asked who knows every street? Without, only those are found that public reports name."""
    return geocoder().is_on


def address_at(lat: float, lng: float, language: str) -> str:
    """The nearest address, where a geocoder is configured; else nothing."""
    return geocoder().address_at(lat, lng, language)


@dataclass(frozen=True, slots=True)
class _Name:
    folded: str
    bare: str  # without "phường", "xã" and what follows a comma
    kind: str
    code: str
    said: str


@lru_cache(maxsize=4)
def _names(city_code: str, version: int) -> tuple[_Name, ...]:
    """Every name of the city's wards and sites, folded once per version."""
    city = store.current()
    return tuple(_all_names(city))


def _all_names(city: City) -> Iterator[_Name]:
    for ward in city.wards.values():
        for text in {ward.name.vi, ward.name.in_("en")}:
            yield _name(text, "ward", ward.code)
        for text in ward.old_names:
            yield _name(text, "old_ward", ward.code)
    for site in city.sites.values():
        for text in {site.name.vi, site.name.in_("en"), *site.other_names}:
            yield _name(text, "site", site.code)


def _name(text: str, kind: str, code: str) -> _Name:
    folded = fold(text)
    bare = fold(text.partition(",")[0]).removesuffix(" ward").removesuffix(" commune")  # the rest is its old district
    for prefix in KINDS_OF_WARD:
        bare = bare.removeprefix(prefix)
    return _Name(folded, bare, kind, code, text)


def _named(city: City, query: str) -> list[tuple[int, _Name]]:
    """Wards and sites with how well they are meant, the best first, each once.

    All wards of a former district are meant only where no name says it better.
    """
    ranked = []
    for name in _names(city.code, city.version):
        rank = _rank(name, query)
        if rank is not None:
            ranked.append((rank, name))
    best: dict[tuple[str, str], tuple[int, _Name]] = {}
    for one in sorted(ranked, key=lambda one: (one[0], one[1].kind != "ward", one[1].folded)):
        best.setdefault(("site" if one[1].kind == "site" else "ward", one[1].code), one)
    found = list(best.values())
    is_named = any(rank <= _HOLDS for rank, _ in found)
    return [one for one in found if one[0] < _DISTRICT] if is_named else found


_IS, _BEGINS, _HOLDS, _STANDS_IN, _DISTRICT = range(5)


def _rank(name: _Name, query: str) -> int | None:
    """From the very name to a name inside a longer address, and a ward's former district; None when not meant."""
    if query in (name.folded, name.bare):
        return _IS
    if name.bare.startswith(query) or name.folded.startswith(query):
        return _BEGINS
    if f" {query} " in f" {name.bare} ":
        return _HOLDS
    if len(name.bare) > 3 and f" {name.bare} " in f" {query} ":
        return _STANDS_IN
    if f" {query} " in f" {name.folded} ":
        return _DISTRICT
    return None


def _hit(city: City, name: _Name, language: str) -> Hit:
    if name.kind == "site":
        site = city.sites[name.code]
        return Hit("site", site.name.in_(language), site.lat, site.lng)
    ward = city.wards[name.code]
    said = ward.name.in_(language) if name.kind == "ward" else f"{name.said} → {ward.name.in_(language)}"
    return Hit(name.kind, said, ward.lat, ward.lng, ward=ward.code, is_area=True)


def _told_way(city: City, words: str, language: str) -> Iterator[Hit]:
    """ "The crossing of X and Y, 20 m towards Z", about: a pin to move the last metres."""
    way = directions.read(words)
    if way is None:
        return
    point = directions.follow(way, lambda name: list(_points_of(city, name, language)))
    if point is not None and city.bounds.holds(*point):
        yield Hit("way", words, *point, is_area=True)


def _points_of(city: City, name: str, language: str) -> Iterator[Point]:
    """Where a name stands: a place of the city's lists, else wherever reports and the geocoder know it."""
    listed = [
        (hit.lat, hit.lng) for rank, one in _named(city, name) if rank == _IS for hit in (_hit(city, one, language),)
    ]
    yield from listed
    if not listed:
        yield from ((one.lat, one.lng) for one in told_places.standing_in(name))
        yield from ((hit.lat, hit.lng) for hit in _addresses(city, name, language))


def _told(words: str) -> Iterator[Hit]:
    for one in told_places.called(words):
        yield Hit("told", one.name, one.lat, one.lng, ward=one.ward.code, is_area=True)


def _addresses(city: City, words: str, language: str) -> Iterator[Hit]:
    bounds = city.bounds
    within = Box(bounds.south, bounds.west, bounds.north, bounds.east)
    for found in geocoder().search(words, within, language):
        if bounds.holds(found.lat, found.lng):
            yield Hit("address", found.label, found.lat, found.lng)
