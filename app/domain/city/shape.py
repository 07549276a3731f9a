"""The classes of `model.py` are the shape of the YAML: this module reads one into the other, field by field."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar, Union, get_args, get_origin

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.domain.city import model
from app.domain.city.reading import Reading, Reference, Steps, entries, is_empty, place_of, text_of
from app.domain.city.schema import CLOSED, MAY_BE_EMPTY, NAMES, REFERS, STAND_INS, WITHIN, hints, required
from app.domain.city.week import read_week
from app.models.localized import Localized

T = TypeVar("T")

CODE = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
OWN_READERS: Final[dict[tuple[type, str], Callable[[Node, Reading], Any]]] = {(model.Calendar, "week"): read_week}

_PLAIN: Final = {int: "a whole number", float: "a number", bool: "true or false", date: "a day such as 2026-01-31"}


class _Unread(Exception):
    """This value could not be read; the reason is already noted."""


def read(cls: type[T], node: Node, path: Steps, reading: Reading) -> T | None:
    """One object of the model, or None when something in it was refused."""
    found = read_fields(cls, node, path, reading)
    return None if found is None else cls(**found)


def read_fields(
    cls: type, node: Node, path: Steps, reading: Reading, only: frozenset[str] | None = None
) -> dict[str, Any] | None:
    """The fields of `cls` written in `node`; every problem is noted, and any of them makes the whole None."""
    if not isinstance(node, MappingNode):
        reading.refuse(node, f"{_called(path)}: expected named fields, found {_kind_of(node)}")
        return None
    reading.places.setdefault(path, place_of(node))
    written = _lifted(cls, node, reading)
    wanted = {name: hint for name, hint in hints(cls).items() if only is None or name in only}
    is_whole = True
    found: dict[str, Any] = {}
    for name, (key, value) in written.items():
        if name not in wanted:
            reading.refuse(key, f"{_called(path)}: unknown field `{name}`")
            is_whole = False
            continue
        reading.places[(*path, name)] = place_of(key)
        try:
            found[name] = _field(cls, name, wanted[name], value, (*path, name), reading)
        except _Unread:
            is_whole = False
    for name in sorted((required(cls) & wanted.keys()) - written.keys()):
        reading.refuse(node, f"{_called(path)}: `{name}` is missing")
        is_whole = False
    return found if is_whole else None


def _lifted(cls: type, node: MappingNode, reading: Reading) -> dict[str, tuple[Node, Node]]:
    """The keys of the entry; those under `when:` count as its own."""
    written: dict[str, tuple[Node, Node]] = {}
    for name, (key, value) in entries(node, reading).items():
        if (cls, name) in WITHIN and isinstance(value, MappingNode):
            written |= entries(value, reading)
        elif (cls, name) in WITHIN:
            reading.refuse(key, f"`{name}` must hold conditions")
        else:
            written[name] = (key, value)
    return written


def _field(cls: type, name: str, hint: Any, node: Node, path: Steps, reading: Reading) -> Any:
    own = OWN_READERS.get((cls, name))
    if own:
        before = len(reading.problems)
        value = own(node, reading)
        if len(reading.problems) > before:
            raise _Unread
        return value
    if hint is Localized:
        return _text(node, path, reading, is_name=(cls, name) in NAMES, may_miss=name not in required(cls))
    value = _value(hint, node, path, reading)
    is_needed = name in required(cls) and (cls, name) not in MAY_BE_EMPTY
    if is_needed and value in ("", ()):
        _refuse(reading, node, path, "is empty")
    _know(cls, name, node, path, value, reading)
    return value


def _know(cls: type, name: str, node: Node, path: Steps, value: Any, reading: Reading) -> None:
    """Check a closed list, note a reference, insist on the form of a code."""
    for item, at in _words_in(node, value):
        if (cls, name) in CLOSED and item not in CLOSED[cls, name]:
            _refuse(reading, at, path, f"`{item}` is none of {', '.join(sorted(CLOSED[cls, name]))}")
        if name == "code" and not CODE.fullmatch(item):
            _refuse(reading, at, path, f"`{item}` is no code: small letters, digits, single hyphens between")
        if (cls, name) in REFERS and item and item not in STAND_INS.get((cls, name), ()):
            reading.references.append(Reference(REFERS[cls, name], item, place_of(at)))


def _words_in(node: Node, value: Any) -> list[tuple[str, Node]]:
    if isinstance(value, str):
        return [(value, node)]
    if isinstance(value, frozenset) and isinstance(node, SequenceNode):
        return [(text_of(item) or "", item) for item in node.value]
    return []


def _value(hint: Any, node: Node, path: Steps, reading: Reading) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (hint,) = (one for one in inner if one is not types.NoneType)
        return None if is_empty(node) else _value(hint, node, path, reading)
    if origin is tuple and inner[-1] is not Ellipsis:
        return _pair(inner, node, path, reading)
    if origin in (tuple, frozenset):
        return _list(origin, inner[0], node, path, reading)
    if origin is Mapping:
        return _mapping(inner[0], inner[1], node, path, reading)
    if hint is Localized:
        return _text(node, path, reading, is_name=False, may_miss=False)
    if is_dataclass(hint) and isinstance(hint, type):
        made = read(hint, node, path, reading)
        if made is None:
            raise _Unread
        return made
    return _scalar(hint, node, path, reading)


def _scalar(hint: type, node: Node, path: Steps, reading: Reading) -> Any:
    text = text_of(node)
    if text is None:
        _refuse(reading, node, path, f"expected {_PLAIN.get(hint, 'a text')}, found {_kind_of(node)}")
    if hint is str:
        return text
    if issubclass(hint, StrEnum):
        try:
            return hint(text)
        except ValueError:
            _refuse(reading, node, path, f"`{text}` is none of {', '.join(hint)}")
    try:
        return _READ[hint](text)
    except ValueError:
        _refuse(reading, node, path, f"expected {_PLAIN[hint]}, found `{text}`")


def _yes_or_no(text: str) -> bool:
    try:
        return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_READ: Final[dict[type, Callable[[str], Any]]] = {
    int: int,
    float: _finite,
    bool: _yes_or_no,
    date: date.fromisoformat,
}


def _pair(inner: tuple[Any, ...], node: Node, path: Steps, reading: Reading) -> tuple[Any, ...]:
    if not isinstance(node, SequenceNode) or len(node.value) != len(inner):
        _refuse(reading, node, path, f"expected {len(inner)} numbers, such as [21.03, 105.85]")
    return tuple(_value(hint, item, path, reading) for hint, item in zip(inner, node.value, strict=True))


def _list(origin: type, hint: Any, node: Node, path: Steps, reading: Reading) -> Any:
    if is_empty(node):
        return origin()
    if not isinstance(node, SequenceNode):
        _refuse(reading, node, path, f"expected a list, found {_kind_of(node)}")
    if is_dataclass(hint) and isinstance(hint, type):
        found = read_list(hint, node, path, reading)
        if len(found) < len(node.value):
            raise _Unread
        return tuple(found)
    items: list[Any] = []
    for item in node.value:
        value = _value(hint, item, path, reading)
        if value == "":
            _refuse(reading, item, path, "an item of the list is empty")
        if value in items:
            _refuse(reading, item, path, f"`{value}` stands in the list twice")
        items.append(value)
    return origin(items)


def read_list(cls: type[T], node: SequenceNode, path: Steps, reading: Reading, identity: str = "code") -> list[T]:
    """Every entry of a list that could be read. A code used twice is a problem; so is anything inside."""
    found: list[T] = []
    for number, item in enumerate(node.value, 1):
        code = _identity(item, identity)
        step = (*path, code) if code else (*path, f"no. {number}")
        if code and step in reading.places:
            earlier = reading.places[step]
            reading.refuse(item, f"{_called(step)} stands twice, first in {earlier.file} line {earlier.line}")
            continue
        made = read(cls, item, step, reading)
        if made is not None:
            found.append(made)
    return found


def _identity(node: Node, name: str) -> str:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if text_of(key) == name:
                return text_of(value) or ""
    return ""


def _mapping(key_hint: Any, hint: Any, node: Node, path: Steps, reading: Reading) -> dict[Any, Any]:
    if is_empty(node):
        return {}
    if not isinstance(node, MappingNode):
        _refuse(reading, node, path, f"expected named values, found {_kind_of(node)}")
    found = {}
    for name, (key, value) in entries(node, reading).items():
        reading.places[(*path, name)] = place_of(key)
        found[_scalar(key_hint, key, path, reading)] = _value(hint, value, (*path, name), reading)
    return found


def _text(node: Node, path: Steps, reading: Reading, *, is_name: bool, may_miss: bool) -> Localized:
    """A text in both languages. A plain text is allowed for names, which may be the same in both."""
    if is_empty(node):
        if may_miss:
            return model.UNSAID
        _refuse(reading, node, path, "is empty")
    plain = text_of(node)
    if plain is not None:
        if is_name:
            return Localized(plain)
        _refuse(reading, node, path, "the English is missing: write {vi: …, en: …}")
    if not isinstance(node, MappingNode):
        _refuse(reading, node, path, f"expected a text, found {_kind_of(node)}")
    said = {name: value for name, (_, value) in entries(node, reading).items()}
    for name in said.keys() - {"vi", "en"}:
        hint = " (a text with a comma needs quotation marks)" if is_empty(said[name]) else ""
        _refuse(reading, said[name], path, f"unknown language `{name}`, expected vi and en{hint}")
    vi, en = (text_of(said[name]) if name in said else "" for name in ("vi", "en"))
    if not vi:
        _refuse(reading, node, path, "the Vietnamese is missing")
    if not en:
        _refuse(reading, node, path, "the English is missing")
    return Localized(vi or "", "" if is_name and vi == en else en or "")


def _refuse(reading: Reading, node: Node, path: Steps, message: str) -> NoReturn:
    """Note the problem and give this value up."""
    reading.refuse(node, f"{_called(path)}: {message}")
    raise _Unread


def _called(path: Steps) -> str:
    """`unit so-xay-dung: calendar`: the thing, then the way inside it."""
    if len(path) > 2:
        return f"{path[0]} {path[1]}: {'.'.join(path[2:])}"
    return " ".join(path)


def _kind_of(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return "nothing" if is_empty(node) else f"the text `{node.value}`"
    return "a list" if isinstance(node, SequenceNode) else "named fields"
