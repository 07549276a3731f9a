"""The city on one small picture, for wide screens: its wards, and how many reports are open where."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.city.model import City
from app.web import outline
from app.web.outline import Drawing

NEAR = 52  # wards whose centres lie in one square of this side share a circle
SMALLEST, LARGEST = 11.0, 30.0


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    r: float
    n: int


@dataclass(frozen=True, slots=True)
class Overview:
    frame: Drawing
    wards: tuple[str, ...]  # one path each
    circles: tuple[Circle, ...]


def of(city: City, open_by_ward: Mapping[int, int]) -> Overview:
    """`open_by_ward`: how many public reports are open, by ward id."""
    frame, wards = outline.of_city()
    squares: dict[tuple[int, int], list[tuple[float, float, int]]] = defaultdict(list)
    for ward in city.wards.values():
        if n := open_by_ward.get(ward.id, 0):
            x, y = frame.at((ward.lat, ward.lng))
            squares[int(x // NEAR), int(y // NEAR)].append((x, y, n))
    most = max((sum(n for _x, _y, n in held) for held in squares.values()), default=1)
    return Overview(frame, wards, tuple(_circle(held, most) for held in squares.values()))


def _circle(held: list[tuple[float, float, int]], most: int) -> Circle:
    """Where most of its reports are, its area as their number."""
    total = sum(n for _x, _y, n in held)
    x, y = sum(x * n for x, _y, n in held) / total, sum(y * n for _x, y, n in held) / total
    return Circle(round(x, 1), round(y, 1), round(max(SMALLEST, LARGEST * math.sqrt(total / most)), 1), total)
