"""A city folder becomes a `City`, or every reason why it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from yaml.nodes import MappingNode, Node, SequenceNode

from app.domain.city import sense, shape
from app.domain.city.model import (
    Calendar,
    Case,
    Category,
    City,
    Group,
    RefusalReason,
    ReplyTemplate,
    Rule,
    Site,
    TransferReason,
    Unit,
    Ward,
)
from app.domain.city.problems import Problem, Refused, Where
from app.domain.city.reading import Reading, compose, entries, is_empty
from app.domain.city.whole import check_whole


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the folder: where it is written, what an entry is, and what tells entries apart."""

    file: str  # without .yaml
    key: str  # the list's name in the file and in `City`
    cls: type
    kind: str  # what one entry is called
    identity: str = "code"
    is_needed: bool = True


LISTINGS: Final = (
    Listing("calendars", "calendars", Calendar, "calendar"),
    Listing("units", "units", Unit, "unit"),
    Listing("wards", "wards", Ward, "ward"),
    Listing("categories", "groups", Group, "group"),
    Listing("categories", "categories", Category, "category"),
    Listing("sites", "sites", Site, "site", is_needed=False),
    Listing("rules", "rules", Rule, "rule"),
    Listing("cases", "cases", Case, "case", identity="name"),
    Listing("replies", "templates", ReplyTemplate, "template"),
    Listing("replies", "refusals", RefusalReason, "refusal"),
    Listing("replies", "transfers", TransferReason, "transfer"),
)
IN_ORDER: Final = frozenset({"rules", "cases"})  # kept as sequences, the others by code
CITY: Final = "city"
HEAD: Final = frozenset(
    {"code", "name", "timezone", "bounds", "min_zoom", "settings", "dispatch", "emergency", "attribution"}
)


def read(folder: Path) -> City:
    """The city written in `folder`. Raises `Refused` with all that is wrong, each with file and line.

    The example cases are read and not yet tried: `check.checked` does both.
    """
    return read_with_lines(folder)[0]


def read_with_lines(folder: Path) -> tuple[City, Reading]:
    """The city, and the reading that knows on which line each thing stands."""
    reading = Reading()
    if not folder.is_dir():
        raise Refused([Problem(folder.name or str(folder), 1, "there is no such folder")])
    roots = _compose_all(folder, reading)
    head = _read_head(roots.get(CITY, []), reading)
    lists = {listing.key: _read_listing(listing, roots.get(listing.file, []), reading) for listing in LISTINGS}
    city = _assembled(head, lists) if head else None
    sense.check_references(reading)
    sense.check_entries(city.bounds if city else None, lists, reading)
    if head and city:
        sense.check_head(head, reading)
        check_whole(city, reading)
    if city is None or reading.problems:
        raise Refused(reading.problems)
    return city, reading


def _compose_all(folder: Path, reading: Reading) -> dict[str, list[MappingNode]]:
    """Each file's tree by its plain name, the parts of `<name>.d` after the file itself."""
    known = {listing.file for listing in LISTINGS} | {CITY}
    roots: dict[str, list[MappingNode]] = {}
    for file in _yaml_files(folder):
        name = file.removesuffix(".yaml").split("/")[0].removesuffix(".d")
        if name not in known or file.endswith(".yml"):
            reading.refuse(Where(file, 1), f"no file of this name is read; expected {', '.join(sorted(known))} (.yaml)")
            continue
        root = compose(folder, file, reading)
        if root is None:
            reading.unread.add(name)
        else:
            roots.setdefault(name, []).append(root)
    return roots


def _yaml_files(folder: Path) -> Iterator[str]:
    found = [path for pattern in ("*.yaml", "*.yml", "*.d/*.yaml", "*.d/*.yml") for path in folder.glob(pattern)]
    names = (path.relative_to(folder).as_posix() for path in found if not path.name.startswith("."))
    yield from sorted(names, key=lambda name: (name.split("/")[0].split(".")[0], "/" in name, name))


def _read_head(roots: list[MappingNode], reading: Reading) -> dict[str, Any] | None:
    if not roots:
        if CITY not in reading.unread:
            reading.refuse(Where("city.yaml", 1), "the file is missing: it says the city's name, bounds and settings")
        return None
    for extra in roots[1:]:
        reading.refuse(extra, "the head of a city is one file: city.yaml")
    return shape.read_fields(City, roots[0], (CITY,), reading, only=HEAD)


def _read_listing(listing: Listing, roots: list[MappingNode], reading: Reading) -> list[Any]:
    found: list[Any] = []
    is_written, is_readable = False, listing.file not in reading.unread
    for root in roots:
        keys = {one.key for one in LISTINGS if one.file == listing.file}
        for name, (key, node) in entries(root, reading).items():
            if name == listing.key:
                is_written = True
                found += _read_entries(listing, node, reading)
            elif name not in keys and listing.key == min(keys):
                reading.refuse(key, f"unknown list `{name}`, expected {', '.join(sorted(keys))}")
    if not is_written and (listing.is_needed or not is_readable):
        if is_readable:
            reading.refuse(Where(f"{listing.file}.yaml", 1), f"the list `{listing.key}:` is missing")
        reading.broken.add(listing.kind)
        reading.absent.add(listing.kind)
    return found


def _read_entries(listing: Listing, node: Node, reading: Reading) -> list[Any]:
    if is_empty(node):
        return []
    if not isinstance(node, SequenceNode):
        reading.refuse(node, f"`{listing.key}` must be a list: each entry begins with a hyphen")
        reading.broken.add(listing.kind)
        return []
    made: list[Any] = shape.read_list(listing.cls, node, (listing.kind,), reading, listing.identity)
    if len(made) < len(node.value):
        reading.broken.add(listing.kind)
    return made


def _assembled(head: dict[str, Any], lists: dict[str, list[Any]]) -> City:
    kept: dict[str, Any] = {
        key: tuple(found) if key in IN_ORDER else MappingProxyType({one.code: one for one in found})
        for key, found in lists.items()
    }
    return City(**head, **kept)
