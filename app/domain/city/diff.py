"""What would change from one city to the next, in lines a person can read before saying yes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from app.domain.city.codec import plain
from app.domain.city.folder import HEAD, LISTINGS, Listing
from app.domain.city.model import City

Plain = dict[str, Any]
ABSENT = "–"
LONGEST = 90  # characters of a value shown in a line


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    RETIRED = "retired"


_SIGN = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.RETIRED: "-"}


@dataclass(frozen=True, slots=True)
class Change:
    """One added or retired entry, or one field of an entry with its old and new value as text."""

    kind: ChangeKind
    of: str  # unit, ward, category, …; "city" for city.yaml
    code: str
    field: str = ""
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        called = " ".join(part for part in (self.of, self.code) if part)
        if self.kind is ChangeKind.CHANGED:
            return f"~ {called}: {self.field}: {_short(self.old)} → {_short(self.new)}"
        return f"{_SIGN[self.kind]} {called}: {_short(self.new or self.old)}".removesuffix(": ")


def diff(old: City | None, new: City) -> tuple[Change, ...]:
    """Every difference, city.yaml first, then list by list. Nothing when the two are equal.

    Compared with no city at all, every entry is added.
    """
    changes = list(_fields("city", "", _head(old), _head(new))) if old else []
    for listing in LISTINGS:
        changes += _listing(listing, _entries(listing, old), _entries(listing, new))
    return tuple(changes)


def _head(city: City) -> Plain:
    return {name: value for name, value in plain(city, whole=True).items() if name in HEAD}


def _entries(listing: Listing, city: City | None) -> dict[str, Plain]:
    if city is None:
        return {}
    held = getattr(city, listing.key)
    found: Iterable[Any] = held.values() if isinstance(held, Mapping) else held
    return {getattr(one, listing.identity): plain(one, whole=True) for one in found}


def _listing(listing: Listing, old: dict[str, Plain], new: dict[str, Plain]) -> Iterator[Change]:
    for code, entry in new.items():
        if code not in old:
            yield Change(ChangeKind.ADDED, listing.kind, code, new=_title(entry))
        else:
            yield from _fields(listing.kind, code, old[code], entry)
    yield from _moved(listing.kind, list(old), list(new))
    for code, entry in old.items():
        if code not in new:
            yield Change(ChangeKind.RETIRED, listing.kind, code, old=_title(entry))


def _fields(of: str, code: str, old: Plain, new: Plain) -> Iterator[Change]:
    was, now = dict(_flat(old)), dict(_flat(new))
    for field in [*now, *(field for field in was if field not in now)]:
        before, after = was.get(field) or ABSENT, now.get(field) or ABSENT
        if before != after:
            yield Change(ChangeKind.CHANGED, of, code, field, before, after)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """`questions.where.label.en` → its text. Lists of entries go by code, other lists stay whole."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and "code" in item for item in value):
        value = {item["code"]: item for item in value}
    if isinstance(value, dict):
        for name, held in value.items():
            yield from _flat(held, f"{path}.{name}" if path else name)
    else:
        yield path, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _moved(of: str, old: list[str], new: list[str]) -> Iterator[Change]:
    """Entries whose turn changed against the others that stayed."""
    before, after = [one for one in old if one in new], [one for one in new if one in old]
    kept = {
        one
        for block in SequenceMatcher(None, before, after, False).get_matching_blocks()
        for one in _span(after, block)
    }
    for code in after:
        if code not in kept:
            place = new.index(code)
            ahead = f"after {new[place - 1]}" if place else "first of all"
            yield Change(
                ChangeKind.CHANGED, of, code, "order", f"no. {old.index(code) + 1}", f"no. {place + 1}, {ahead}"
            )


def _span(items: list[str], block: Any) -> list[str]:
    return items[block.b : block.b + block.size]


def _title(entry: Plain) -> str:
    said = entry.get("name") or entry.get("label") or entry.get("title") or entry.get("why") or ""
    return str(said.get("vi", "") if isinstance(said, dict) else said)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
