"""A city written back as a folder: readable YAML that reads into an equal city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from app.domain.city.codec import plain
from app.domain.city.folder import CITY, HEAD, LISTINGS, Listing
from app.domain.city.model import Calendar, City, Rule
from app.domain.city.week import write_week

CONDITIONS = ("categories", "groups", "wards", "ward_kinds", "sites", "site_kinds", "severities", "answers")
WIDTH = 110


def write(city: City, folder: Path) -> tuple[Path, ...]:
    """Write the whole city and return the files, each replaced at once. The folder is made when it is missing.

    Raises `FileExistsError` when the folder holds split lists (`<name>.d`), which would be read beside ours.
    """
    folder.mkdir(parents=True, exist_ok=True)
    split = sorted(path.name for path in folder.glob("*.d") if path.is_dir())
    if split:
        raise FileExistsError(f"{folder} holds {', '.join(split)}: choose an empty folder")
    written = []
    for file, text in files(city).items():
        path = folder / file
        fresh = path.with_suffix(".tmp")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
        written.append(path)
    return tuple(written)


def files(city: City) -> dict[str, str]:
    """Each file's name and text, in a fixed order."""
    made = {f"{CITY}.yaml": _dump(_head(city))}
    for listing in LISTINGS:
        file = f"{listing.file}.yaml"
        text = _listing(listing, getattr(city, listing.key))
        made[file] = f"{made[file]}\n{text}" if file in made else text
    return made


def _head(city: City) -> dict[str, Any]:
    return {name: value for name, value in plain(city).items() if name in HEAD}


def _listing(listing: Listing, held: Mapping[str, Any] | Iterable[Any]) -> str:
    """A list with a blank line between its entries."""
    found = list(held.values() if isinstance(held, Mapping) else held)
    if not found:
        return f"{listing.key}: []\n"
    return f"{listing.key}:\n" + "\n".join(indent(_dump([_entry(one)]), "  ") for one in found)


def _entry(one: Any) -> dict[str, Any]:
    said: dict[str, Any] = plain(one)
    if isinstance(one, Calendar):
        said["week"] = write_week(one.week)
    if isinstance(one, Rule):
        when = {name: said.pop(name) for name in CONDITIONS if name in said}
        said |= {"when": when} if when else {}
    return said


# --- the look of the YAML --------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Blocks throughout; short lists of words or numbers on one line; long texts as they stand."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    is_short = all(not isinstance(item, dict | list) for item in items) or all(_is_pair(item) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_short)


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(number, float) for number in item)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _number(dumper: yaml.SafeDumper, number: float) -> yaml.Node:
    if number.is_integer():
        return dumper.represent_scalar("tag:yaml.org,2002:int", str(int(number)))
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(number))


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def _dump(value: Any) -> str:
    said: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=WIDTH
    )
    return said
