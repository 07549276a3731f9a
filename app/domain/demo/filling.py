"""Fill a city with made-up reports. Interrupted, the next start goes on where the last whole batch ended."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import remembered
from app.domain.city import store
from app.domain.city.model import Category, City
from app.domain.demo.accounts import ACCOUNTS, Cast, hire, unit_code
from app.domain.demo.apart import apart
from app.domain.demo.book import book
from app.domain.demo.filed import Desk
from app.domain.demo.hanging import Hanging
from app.domain.demo.large import print_all
from app.domain.demo.life import Life
from app.domain.demo.rows import Builder, Sheet
from app.domain.demo.seasons import FIRST_DAY, Seasons
from app.domain.demo.spots import Spot, Spots
from app.domain.demo.story import Story
from app.domain.demo.teller import World
from app.domain.demo.writing import next_ids, with_room, write
from app.domain.errors import Invalid
from app.extensions import db, storage, unit_of_work
from app.models import Kept, Report, now

REPORTS = 3000
SEED = 1010  # the year the city got its first name
PROGRESS = "demo_filling"
_FILL_BATCH, _BATCH = 500, 5_000
_TWICE, _LATELY = 0.025, 30  # so many come twice, of the last few
PRINTED_FROM = 50_000
LIVES, MOST_SPOTS = 20_000, 200_000  # what is told, and where, when very many are printed
_FULL_DESK, _BUSY = 12, 3  # times as busy: a small demo needs a full desk to look at, a large one has them everywhere
Told = Callable[[int, int], None]  # written so far, of how many
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One filling, remembered so that it can be gone on with."""

    seed: int
    reports: int
    until: datetime
    with_photos: bool
    batch: int
    firsts: tuple[int, ...] = ()  # the first id of each batch that stands

    def plain(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "reports": self.reports,
            "until": int(self.until.timestamp()),
            "with_photos": self.with_photos,
            "batch": self.batch,
            "firsts": list(self.firsts),
        }


def fill(told: Told, *, reports: int = REPORTS, seed: int = SEED) -> bool:
    """The demo of a first start. True when there was something to do; an interrupted one is finished."""
    known = db.session.get(Kept, PROGRESS)
    if known is not None:
        plan = _revived(known.value)
        if len(plan.firsts) * plan.batch >= plan.reports:
            return False
    elif _has_reports():
        return False
    else:
        plan = Plan(seed, reports, now(), with_photos=True, batch=_FILL_BATCH)
    _carry_out(plan, told, is_kept=True)
    return True


def generate(
    told: Told, *, reports: int, seed: int, with_photos: bool = False, step: Step = lambda _what: None
) -> None:
    """More of the same city, beside whatever stands. Each batch stands whole or not at all; very many are one batch,
    and `step` hears what is done beside writing reports.

    Raises Invalid where real reports stand: a city's own data is never mixed with made-up ones.
    """
    if not remembered.is_demo() and _has_reports():
        raise Invalid(_l("This database holds real reports. Made-up ones are not mixed in."))
    if reports >= PRINTED_FROM and not with_photos:
        _print(told, step, reports=reports, seed=seed)
    else:
        _carry_out(Plan(seed, reports, now(), with_photos, _BATCH), told, is_kept=False)


def _print(told: Told, step: Step, *, reports: int, seed: int) -> None:
    """Very many: some thousand lives are told, and printed many times over, elsewhere and at other times."""
    city, plan = store.current(), Plan(seed, LIVES, now(), with_photos=False, batch=LIVES)
    cast = _begin(city, seed)
    scene = _scene(city, plan, spots=min(MOST_SPOTS, 900 + reports // 30), favour=_BUSY)
    step("Telling lives")
    with _no_collection():
        lives = [life for batch in _batches(city, cast, plan, scene) for life in batch]
        step("Printing")
        print_all(
            city,
            lives,
            scene.spots,
            scene.seasons,
            told,
            reports=reports,
            seed=seed,
            first=next_ids(),
            code_key=remembered.code_key(),
            step=step,
        )


def _has_reports() -> bool:
    return db.session.scalar(select(Report.id).limit(1)) is not None


def _revived(kept: dict[str, Any]) -> Plan:
    until = datetime.fromtimestamp(kept["until"], UTC)
    return Plan(kept["seed"], kept["reports"], until, kept["with_photos"], kept["batch"], tuple(kept["firsts"]))


def _carry_out(plan: Plan, told: Told, *, is_kept: bool) -> None:
    city = store.current()
    cast = _begin(city, plan.seed)
    hanging = Hanging(storage()) if plan.with_photos else None
    builder = Builder(city, next_ids(), remembered.code_key(), hanging)
    sheets = partial(_sheets, city, cast, plan, builder)
    is_long = plan.reports > plan.batch and not is_kept
    with _no_collection(), apart(sheets) if is_long else nullcontext(sheets()) as made:
        _write_all(plan, made, told, is_kept=is_kept)


def _begin(city: City, seed: int) -> Cast:
    with unit_of_work():
        remembered.mark_demo()
        remembered.code_key(seed)
        return hire(city, datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of small things are made and none in a circle that matters: looking for circles takes a third of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write_all(plan: Plan, sheets: Iterator[Sheet], told: Told, *, is_kept: bool) -> None:
    firsts = list(plan.firsts)
    written = len(firsts) * plan.batch
    for sheet in sheets:
        with unit_of_work():
            if not is_kept:
                with_room()
            write(sheet)
            firsts.append(sheet.first.report)
            if is_kept:
                progress = replace(plan, firsts=tuple(firsts))
                db.session.merge(Kept(name=PROGRESS, value=progress.plain(), updated_at=now()))
        written += sheet.count
        told(written, plan.reports)


def _sheets(city: City, cast: Cast, plan: Plan, builder: Builder) -> Iterator[Sheet]:
    """The batches that do not stand yet. Those that do are told again, because later ones point at them."""
    scene = _scene(city, plan, spots=min(plan.reports, 900 + plan.reports // 30), favour=_FULL_DESK)
    for number, lives in enumerate(_batches(city, cast, plan, scene)):
        if number < len(plan.firsts):
            builder.number(lives, plan.firsts[number])
        else:
            yield builder.build(lives)
        for life in lives:
            life.forget()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and when a made-up city has its troubles, and the lots that are drawn."""

    seasons: Seasons
    spots: Spots
    chance: Random


def _scene(city: City, plan: Plan, *, spots: int, favour: int) -> Scene:
    """`favour`: how many times as busy as others the ward is in which the demo's clerk serves."""
    chance = Random(f"{plan.seed} {plan.reports}")
    seasons = Seasons(city, plan.seed, plan.until)
    favourite = unit_code(city, ACCOUNTS[1])
    ward = city.units[favourite].ward if favourite else None
    return Scene(seasons, Spots(city, spots, chance, {ward: favour} if ward else {}), chance)


def _batches(city: City, cast: Cast, plan: Plan, scene: Scene) -> Iterator[Sequence[Life]]:
    """The same lives for the same plan, oldest first."""
    seasons, spots, chance = scene.seasons, scene.spots, scene.chance
    desk = Desk(city, cast, book(), chance, with_photos=plan.with_photos)
    world = World(city, cast, book(), chance, plan.until)
    batch: list[Life] = []
    lately: deque[tuple[Life, Category, Spot]] = deque(maxlen=_LATELY)
    for at in seasons.moments(plan.reports, chance):
        category = seasons.category(at, chance)
        spot, head = spots.draw(category, chance), None
        if lately and chance.random() < _TWICE:
            head, category, spot = chance.choice(lately)
        life = desk.file(category, spot, at.astimezone(UTC))
        batch.append(life)
        Story(world, life, with_photos=plan.with_photos).tell(head)
        if head is None:
            lately.append((life, category, spot))
        if len(batch) == plan.batch:
            yield batch
            batch = []
            lately.clear()  # what is written changes no more
    if batch:
        yield batch
