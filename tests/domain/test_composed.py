"""Statements are composed once for a kind, and those asked for last are kept."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Select, literal, select

from app.domain import composed


@pytest.fixture(autouse=True)
def few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composed, "_kept", OrderedDict())
    monkeypatch.setattr(composed, "MOST", 3)


def asked(kind: object, *names: str) -> Select[object]:
    return composed.composed(kind, names, lambda: select(literal(str(kind))))


def test_one_statement_serves_a_kind_whatever_the_order_of_its_names() -> None:
    first = asked("list", "before", "ward")
    assert asked("list", "ward", "before") is first
    assert asked("list", "ward") is not first
    assert asked("tile", "before", "ward") is not first


def test_what_was_asked_for_last_is_kept() -> None:
    one, two = asked(1), asked(2)
    asked(3)
    assert asked(1) is one
    asked(4)
    assert asked(1) is one
    assert asked(2) is not two
    assert len(composed._kept) == 3


def test_many_threads_get_what_they_ask_for() -> None:
    kinds = [number % 7 for number in range(2_000)]
    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(asked, kinds))
    assert [next(iter(one.compile().params.values())) for one in found] == [str(kind) for kind in kinds]
    assert len(composed._kept) == 3
