"""Kinds of units, wards and special places in words, and units grouped by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from app.domain.city.model import Unit, Ward
from app.domain.folding import in_order

UNITS: dict[str, LazyString] = {  # in the order of every list
    "department": _l("City departments"),
    "police": _l("Police"),
    "utility": _l("Utilities"),
    "board": _l("Management boards"),
    "dispatch": lazy_pgettext("a kind of unit", "Dispatcher"),
    "ward": _l("Wards and communes"),
    "ward_police": _l("Ward police"),
}
WARDS: dict[str, LazyString] = {"phuong": _l("Wards"), "xa": _l("Communes")}
SITES: dict[str, LazyString] = {
    "heritage": _l("Relics and monuments"),
    "lake": _l("Lakes"),
    "park": _l("Parks"),
    "station": _l("Stations"),
    "zoo": _l("Zoos"),
}
OTHERS = _l("Others")
Thing = TypeVar("Thing", Unit, Ward)
Grouped = list[tuple[LazyString, list[Thing]]]


def units_by_kind(units: Iterable[Unit], language: str) -> Grouped[Unit]:
    """Each kind that occurs, with its units by name."""
    return _grouped(units, UNITS, language)


def wards_by_kind(wards: Iterable[Ward], language: str) -> Grouped[Ward]:
    """Each kind that occurs, with its wards by name."""
    return _grouped(wards, WARDS, language)


def _grouped(things: Iterable[Thing], titles: dict[str, LazyString], language: str) -> Grouped[Thing]:
    """In the order of `titles`; a kind that only this city knows comes last."""
    named = sorted(things, key=lambda one: in_order(one.name.in_(language)))
    grouped = [(title, [one for one in named if one.kind == kind]) for kind, title in titles.items()]
    grouped.append((OTHERS, [one for one in named if one.kind not in titles]))
    return [(title, found) for title, found in grouped if found]
