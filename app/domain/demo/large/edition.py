"""Which lives are printed, when and where: drawn at once for all copies, as columns of numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain import geo
from app.domain.city.model import City
from app.domain.city.sites import sites_at
from app.domain.demo.life import Life
from app.domain.demo.seasons import Seasons
from app.domain.demo.spots import Spot, Spots
from app.models.choices import CLASS_OF, Precision, StatusClass

DAY_S = 86_400
MOST_TOGETHER, LONGEST_CHAIN = 4, timedelta(days=100)
EARLIER_S = 2_400  # a life that still goes on is told up to so much earlier, never later
JITTER_M = 12.0
INLAND_M = 60.0  # nearer to a border a pin stays where it is
_M_A_DEGREE = 111_320.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(slots=True)
class Group:
    """Lives that belong together: one recurs of the other, or was merged into it. They move as one."""

    lives: list[int]
    first: datetime
    last: datetime  # the last moment that is told of any
    goes_on: bool = False

    def take(self, number: int, life: Life, last: datetime, goes_on: bool) -> None:
        self.lives.append(number)
        self.last = max(self.last, last)
        self.goes_on |= goes_on


@dataclass(slots=True)
class Edition:
    """Every copy in the order of its ids, which is that of filing. `row_of_*` are rows of these columns, or -1."""

    life: Ints
    shift: Ints
    lat: Floats
    lng: Floats
    cell: Ints
    public_lat: Floats
    public_lng: Floats
    public_cell: Ints  # -1: the ward only
    row_of_earlier: Ints
    row_of_head: Ints

    def __len__(self) -> int:
        return len(self.life)


def group(lives: Sequence[Life], until: datetime) -> list[Group]:
    """Lives in groups; a chain of recurrences that grows too long is cut."""
    number = {id(life): at for at, life in enumerate(lives)}
    found: list[Group] = []
    of: dict[int, Group] = {}
    for at, life in enumerate(lives):
        last = _last_moment(life)
        goes_on = last > until or CLASS_OF[life.status] in (StatusClass.OPEN, StatusClass.DRAFT)
        other = life.head or life.earlier
        home = of.get(number[id(other)]) if other is not None else None
        if home is not None and life.head is None and not _has_room(home, life, last):
            home = None
        if home is None:
            life.earlier, life.recurrence = None, 1
            home = Group([], life.filed_at, last)
            found.append(home)
        elif life.earlier is not None:
            if number[id(life.earlier)] in home.lives:
                life.recurrence = life.earlier.recurrence + 1
            else:
                life.earlier, life.recurrence = None, 1
        home.take(at, life, last, goes_on)
        of[at] = home
    return found


def _has_room(home: Group, life: Life, last: datetime) -> bool:
    return len(home.lives) < MOST_TOGETHER and max(last, home.last) - home.first <= LONGEST_CHAIN


def _last_moment(life: Life) -> datetime:
    """Past it the life is over: no word, no clock, no objection."""
    told = [life.events[-1].at if life.events else life.filed_at, life.updated_at, life.last_public_word_at]
    told += [at for at in (life.object_until, life.due_at, life.content_due_at, life.closed_at) if at is not None]
    return max(told)


def draw(
    city: City, lives: Sequence[Life], groups: Sequence[Group], spots: Spots, seasons: Seasons, count: int, seed: int
) -> Edition:
    """`count` copies. The same arguments draw the same ones."""
    chance = np.random.default_rng(seed)
    chosen = _choose(groups, count, chance)
    order = np.argsort(chosen, kind="stable")
    begins = np.searchsorted(chosen[order], np.arange(len(groups) + 1))
    shift = np.zeros(len(chosen), np.int64)
    places = _Places(city, spots, len(chosen), chance)
    days = _Days(seasons)
    for at, one in enumerate(groups):
        copies = order[begins[at] : begins[at + 1]]
        if len(copies):
            shift[copies] = days.shifts(one, len(copies), chance)
            places.draw(copies, lives[one.lives[0]])
    return _expanded(lives, groups, chosen, shift, places)


def _choose(groups: Sequence[Group], count: int, chance: np.random.Generator) -> Ints:
    """So many groups that their lives are `count`: the last ones are groups of one."""
    sizes = np.array([len(one.lives) for one in groups])
    alone = np.flatnonzero(sizes == 1)
    chosen = chance.integers(0, len(groups), count)
    told = np.cumsum(sizes[chosen])
    chosen = chosen[: int(np.searchsorted(told, count, side="right"))]
    missing = count - int(sizes[chosen].sum())
    return np.concatenate([chosen, chance.choice(alone, missing)])


class _Days:
    """To which day a life may move: the same weekday and weather, while it is over by now."""

    def __init__(self, seasons: Seasons) -> None:
        self.seasons = seasons
        kinds: dict[tuple[int, bool], list[tuple[int, float]]] = defaultdict(list)
        for day, weight in zip(seasons.days, seasons.weights, strict=True):
            kinds[day.weekday(), day in seasons.wet].append((day.toordinal(), weight))
        self.kinds = {
            kind: (np.array([day for day, _ in known]), np.cumsum([weight for _, weight in known]))
            for kind, known in kinds.items()
        }

    def shifts(self, one: Group, copies: int, chance: np.random.Generator) -> Ints:
        """Seconds by which each copy is told later, or earlier."""
        if one.goes_on:
            return -chance.integers(0, EARLIER_S, copies)
        day = one.first.astimezone(self.seasons.zone).date()
        spare = (self.seasons.until - one.last - timedelta(hours=1)).days
        ordinals, shares = self.kinds[day.weekday(), day in self.seasons.wet]
        allowed = int(np.searchsorted(ordinals, day.toordinal() + spare, side="right"))
        if not allowed:
            return np.zeros(copies, np.int64)
        picked = np.searchsorted(shares[:allowed], chance.random(copies) * shares[allowed - 1], side="right")
        jitter = chance.integers(-EARLIER_S // 2, EARLIER_S // 2, copies)
        shifted: Ints = (ordinals[np.minimum(picked, allowed - 1)] - day.toordinal()) * DAY_S + jitter
        return shifted


class _Places:
    """Where each copy lies: another point of the same ward that the same special places reach."""

    def __init__(self, city: City, spots: Spots, copies: int, chance: np.random.Generator) -> None:
        self.city, self.chance = city, chance
        self.spots = [*spots.common, *spots.special]
        self.lat, self.lng = (np.array([getattr(one, name) for one in self.spots]) for name in ("lat", "lng"))
        self.inland = np.array([(one.place.border_m or 0.0) > INLAND_M for one in self.spots])
        self.pools: dict[Any, list[int]] = defaultdict(list)
        self.of_spot: dict[int, Any] = {}
        for at, spot in enumerate(self.spots):
            self.of_spot[id(spot)] = kind = self._kind(spot)
            self.pools[kind].append(at)
        self.point = np.full((copies, 4), np.nan)  # lat, lng, public lat, public lng

    def _kind(self, spot: Spot) -> Any:
        return spot.ward, tuple(site.code for site in sites_at(self.city, spot.lat, spot.lng))

    def draw(self, copies: Ints, life: Life) -> None:
        assert life.spot is not None  # every life of a demo was filed at one
        pool = np.array(self.pools[self.of_spot[id(life.spot)]])
        at = pool[self.chance.integers(0, len(pool), len(copies))]
        lat, lng = self.lat[at], self.lng[at]
        precision = self.city.category_of(life.category_id).precision
        if precision in (Precision.EXACT, Precision.WARD):
            reach = np.where(self.inland[at], JITTER_M, 0.0) / _M_A_DEGREE
            lat = lat + reach * self.chance.uniform(-1, 1, len(at))
            lng = lng + reach * self.chance.uniform(-1, 1, len(at))
        lat, lng = lat.round(6), lng.round(6)
        self.point[copies, 0], self.point[copies, 1] = lat, lng
        if precision is Precision.EXACT:
            self.point[copies, 2], self.point[copies, 3] = lat, lng
        elif precision is not Precision.WARD:
            shown = [self.spots[one].public(precision)[0] or (np.nan, np.nan) for one in at]
            self.point[copies, 2:] = shown


def _expanded(lives: Sequence[Life], groups: Sequence[Group], chosen: Ints, shift: Ints, places: _Places) -> Edition:
    """From groups to their lives, in the order of filing."""
    sizes = np.array([len(one.lives) for one in groups])[chosen]
    copy = np.repeat(np.arange(len(chosen)), sizes)
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    offsets = np.cumsum([0, *(len(one.lives) for one in groups)])
    members = np.concatenate([one.lives for one in groups])
    life = members[offsets[chosen[copy]] + np.arange(len(copy)) - start]
    filed = np.array([int(one.filed_at.timestamp()) for one in lives])[life] + shift[copy]
    order = np.argsort(filed, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    place_in_group = {number: at for one in groups for at, number in enumerate(one.lives)}
    index = {id(one): at for at, one in enumerate(lives)}

    def rows_of(relatives: Sequence[Life | None]) -> Ints:
        """Where each copy's relative stands: with it in its group."""
        where = np.array([-1 if one is None else place_in_group[index[id(one)]] for one in relatives])[life]
        found = np.where(where < 0, -1, rank[start + np.maximum(where, 0)])
        return found[order]

    points = places.point[copy[order]]
    has_point = ~np.isnan(points[:, 2])
    public = np.where(has_point[:, None], points[:, 2:], points[:, :2])
    return Edition(
        life=life[order],
        shift=shift[copy[order]],
        lat=points[:, 0],
        lng=points[:, 1],
        cell=cells_of(points[:, 0], points[:, 1]),
        public_lat=points[:, 2],
        public_lng=points[:, 3],
        public_cell=np.where(has_point, cells_of(public[:, 0], public[:, 1]), -1),
        row_of_earlier=rows_of([one.earlier for one in lives]),
        row_of_head=rows_of([one.head for one in lives]),
    )


def cells_of(lat: Floats, lng: Floats) -> Ints:
    """`geo.cell_of` for many points at once."""
    side = 1 << geo.CELL_ZOOM
    x, y = lng / 360 + 0.5, 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)
    return geo.interleave(_whole(x * side, side), _whole(y * side, side))


def _whole(values: Floats, side: int) -> Ints:
    return np.clip(values.astype(np.int64), 0, side - 1)
