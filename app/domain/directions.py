"""A place told in words: "ngã tư Hàng Bài và Tràng Tiền, 20 m về phía Hồ Gươm", "corner of X and Y, 20 m towards Z".

No list of the city holds crossings. What holds them are the public reports that name a street, and whoever knows every
street where a city has a geocoder: where the two streets come nearest to each other, there they cross, about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from app.domain import geo
from app.domain.folding import fold
from app.domain.geo import Point

NEAR_M = 150  # two points of two streets that stand no farther apart show their crossing
FARTHEST_M = 500  # that somebody would tell as a way from a crossing

# All of it is matched in folded words: without marks, capitals and punctuation.
_CROSSING = (
    r"(?:nga (?:ba|tu|nam|sau)|giao lo|nut giao|cho giao(?: nhau)?|goc(?: pho| duong)?"
    r"|crossing|corner|junction|intersection)"
)
_OF = r"(?: (?:giua|cua|of))?"
_AND = r" (?:va|voi|cat|giao(?: voi)?|and|with) "
_TOWARDS = r"(?:(?:di )?ve (?:phia|huong)|theo huong|huong(?: ve| di)?|toi|towards?|in the direction of)"
_FAR = r"(?:cach(?: do| day)? )?(?P<metres>\d{1,4}) ?(?:m|met|metres?|meters?)"
_TAIL = re.compile(rf"(?P<from>.+?) {_FAR} {_TOWARDS} (?P<to>.+)")
_LED = re.compile(rf"{_CROSSING}{_OF} (?P<one>.+?){_AND}(?P<other>.+)")
_JOINED = re.compile(r"(?P<one>.+?) (?:giao(?: voi)?|cat) (?P<other>.+)")


@dataclass(frozen=True, slots=True)
class Way:
    """What was said, folded: one street or place, or two that cross; how far from there, and towards what."""

    streets: tuple[str, ...]
    metres: int = 0
    towards: str = ""


def read(words: str) -> Way | None:
    """None for what tells no way: a name alone is found by that name."""
    said = fold(words)
    tail = _TAIL.fullmatch(said)
    start = tail["from"] if tail else said
    crossing = _LED.fullmatch(start) or _JOINED.fullmatch(start)
    streets = (crossing["one"], crossing["other"]) if crossing else (start,)
    if tail is None:
        return Way(streets) if crossing else None
    metres = int(tail["metres"])
    return Way(streets, metres, tail["to"]) if metres <= FARTHEST_M else None


def follow(way: Way, points_of: Callable[[str], Sequence[Point]]) -> Point | None:
    """Where the way leads, about; None where its start is not known. `points_of`: points at which a name stands.

    Towards something that nobody knows one stays at the start: it is near, and the pin is moved from there.
    """
    start = _crossing(*map(points_of, way.streets)) if len(way.streets) == 2 else _first(points_of(way.streets[0]))
    if start is None or not way.metres:
        return start
    goal = min(points_of(way.towards), key=lambda point: geo.distance_m(start, point), default=None)
    return start if goal is None else _moved(start, goal, way.metres)


def _crossing(one: Iterable[Point], other: Iterable[Point]) -> Point | None:
    """Between the two points, one of each street, that stand nearest to each other."""
    pair = min(product(one, other), key=lambda pair: geo.distance_m(*pair), default=None)
    if pair is None or geo.distance_m(*pair) > NEAR_M:
        return None
    (lat, lng), (other_lat, other_lng) = pair
    return (lat + other_lat) / 2, (lng + other_lng) / 2


def _first(points: Sequence[Point]) -> Point | None:
    return points[0] if points else None


def _moved(start: Point, goal: Point, metres: int) -> Point:
    """So many metres from the start towards the goal, and not beyond it."""
    whole = geo.distance_m(start, goal)
    if whole <= metres:
        return goal
    share = metres / whole
    lat, lng = start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share
    return lat, lng
