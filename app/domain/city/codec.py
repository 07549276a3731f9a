"""A city as plain values (dicts, lists, texts, numbers), as kept in the database and written to YAML."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Union, get_args, get_origin

from app.domain.city.model import City
from app.domain.city.schema import NOT_WRITTEN, hints
from app.models.localized import Localized


def plain(value: Any, *, whole: bool = False) -> Any:
    """JSON values that `revived` turns back into an equal object. `whole` writes out what equals its default, too."""
    if isinstance(value, Localized):
        return {"vi": value.vi, "en": value.en} if whole or value.en else value.vi
    if is_dataclass(value) and not isinstance(value, type):
        kept = ((one, getattr(value, one.name)) for one in fields(value) if one.name not in NOT_WRITTEN)
        return {one.name: plain(held, whole=whole) for one, held in kept if whole or not _is_default(one, held)}
    if isinstance(value, Mapping):
        items = [(str(plain(key)), held) for key, held in value.items()]
        is_listing = all(hasattr(held, "code") for _, held in items)  # units, categories, …: their order is the city's
        ordered = items if is_listing else sorted(items, key=lambda item: item[0])
        return {key: plain(held, whole=whole) for key, held in ordered}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple):
        return [plain(item, whole=whole) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def digest(city: City) -> str:
    """The same for the same city with its lists in the same order, however its YAML is laid out."""
    text = json.dumps(plain(city), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def revived(data: Mapping[str, Any]) -> City:
    """The city `plain` made. Reads what older versions kept: unknown fields are passed over, new ones default."""
    city: City = _object(City, data)
    return city


def _is_default(one: Field[Any], held: Any) -> bool:
    if one.default is not MISSING:
        return bool(held == one.default)
    return one.default_factory is not MISSING and bool(held == one.default_factory())


def _object(cls: type, data: Mapping[str, Any]) -> Any:
    return cls(**{name: _value(hint, data[name]) for name, hint in hints(cls).items() if name in data})


def _value(hint: Any, data: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if data is None else _value(next(one for one in inner if one is not types.NoneType), data)
    if origin is tuple and inner[-1] is not Ellipsis:
        return tuple(_value(one, item) for one, item in zip(inner, data, strict=True))
    if origin in (tuple, frozenset):
        return origin(_value(inner[0], item) for item in data)
    if origin is Mapping:
        return MappingProxyType({_value(inner[0], key): _value(inner[1], held) for key, held in data.items()})
    if hint is Localized:
        return Localized.of(data)
    if hint is date:
        return date.fromisoformat(data)
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, data)
    return hint(data) if hint is float or issubclass(hint, StrEnum) else data
