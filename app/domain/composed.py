"""Statements composed once for all questions of one kind: composing one takes longer than asking it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any, TypeVar, cast

MOST = 100  # of the kinds asked for last: a search at a desk takes a quarter of a megabyte
Statement = TypeVar("Statement")

_kept: OrderedDict[Hashable, Any] = OrderedDict()
_alone = Lock()


def composed(kind: Hashable, names: Iterable[str], compose: Callable[[], Statement]) -> Statement:
    """The statement of this kind, composed by the first who asks.

    `names` are those of the values with which it is asked: what differs from one question to the next. `kind` says
    whatever else the statement is made of.
    """
    key = kind, *sorted(names)
    with _alone:
        found: Any = _kept.get(key)
    if found is None:
        found = compose()
    with _alone:
        _kept[key] = found
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return cast(Statement, found)
