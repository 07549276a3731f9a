"""The city in the database: numbered versions kept whole, and the snapshot every request reads.

Units, wards and categories are rows as well, so that reports can point at them. What a new version lacks is retired,
never deleted; what comes back is in force again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any, Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.domain.city.codec import digest, plain, revived
from app.domain.city.diff import Change, diff
from app.domain.city.model import City, Former
from app.extensions import db
from app.models.city import CategoryRow, CityVersion, UnitRow, WardRow
from app.models.declared import Storm, Suspension
from app.models.moment import now
from app.models.settings import Kept

KEPT_VERSIONS: Final = 8  # older versions held in memory, the least used goes first
FRESH_SECONDS: Final = 5.0  # a session that lives longer than a request looks again after this
_SEEN: Final = "hoiam_city"
_NEVER: Final[tuple[City | None, float]] = (None, 0.0)
_KNOWN: Final = "hoiam_city_versions"
OUTLINES: Final = "outlines"  # under this name the state of the outlines is kept, and remembered in a session
_OUTLINES: Final = select(Kept.value).where(Kept.name == OUTLINES).scalar_subquery()
_STORMS_END: Final = "hoiam_storms_end"
_LAST_STORM: Final = select(func.max(Storm.until)).scalar_subquery()
_SUSPENSIONS_END: Final = "hoiam_suspensions_end"
_LAST_SUSPENSION: Final = select(func.max(Suspension.until)).scalar_subquery()
_IN_FORCE: Final = (
    select(CityVersion.id, CityVersion.digest, _OUTLINES, _LAST_STORM, _LAST_SUSPENSION)
    .order_by(CityVersion.number.desc())
    .limit(1)
)


class NoCity(LookupError):
    """Nothing is loaded yet: `flask city load cities/hanoi`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The version now in force, and what it changed; no changes when it was in force already."""

    version: int
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Held:
    """The versions one process keeps of one database, by the row's id and digest."""

    cities: OrderedDict[tuple[int, str], City] = field(default_factory=OrderedDict)
    last_seen: City | None = None
    lock: Lock = field(default_factory=Lock)


_held: WeakKeyDictionary[Engine, _Held] = WeakKeyDictionary()


def load(city: City, by: int | None = None) -> Loaded:
    """Put `city` in force, in the caller's unit of work. `by` is a person's id, None for a command.

    The caller has checked the city (`check.checked`). A city equal to the newest version changes nothing.
    """
    session = db.session
    newest = _newest(session)
    if newest and newest.digest == digest(city):
        return Loaded(newest.number, ())
    changes = diff(revived(newest.data) if newest else None, city)
    version = CityVersion(
        number=newest.number + 1 if newest else 1,
        code=city.code,
        digest=digest(city),
        loaded_at=now(),
        by=by,
        data=plain(city),
    )
    session.add(version)
    _keep_rows(session, city, version.loaded_at)
    session.flush()
    look_again()
    return Loaded(version.number, changes)


def current() -> City:
    """The city in force: immutable, shared by all requests of this process. Raises `NoCity` before the first load.

    Asks the database for its version once a session, that is once a request, with one small query. The same query
    tells which outlines are loaded, because whoever asks for the city mostly asks for its borders next, and until when
    a storm and hours that do not count were declared, because hardly ever any are.
    """
    session = db.session
    seen: tuple[City | None, float] = session.info.get(_SEEN, _NEVER)
    city, seen_at = seen
    if city is not None and time.monotonic() - seen_at <= FRESH_SECONDS:
        return city
    key = session.execute(_IN_FORCE).first()
    if key is None:
        raise NoCity("No city is loaded yet. Run: flask city load cities/hanoi")
    asked_at = time.monotonic()
    city = _of_this_database().last_seen = _kept(session, key[0], key[1])
    session.info[_SEEN] = city, asked_at
    session.info[OUTLINES] = (key[2] or {}).get("digest", "none"), asked_at
    session.info[_STORMS_END] = key[3]
    session.info[_SUSPENSIONS_END] = key[4]
    return city


def is_stormy() -> bool:
    """Does any storm hold now? No query beside that for the city."""
    current()
    ends_at: datetime | None = db.session.info[_STORMS_END]
    return ends_at is not None and ends_at > now()


def may_be_suspended_after(at: datetime) -> bool:
    """Was any suspension declared that lasts beyond this moment? No query beside that for the city.

    One declared since this session asked applies only when it can no longer be taken back, so it is missed by nobody.
    """
    current()
    ends_at: datetime | None = db.session.info[_SUSPENSIONS_END]
    return ends_at is not None and ends_at > at


def look_again() -> None:
    """Whoever asks for the city next asks the database: this session has just changed what it would be told."""
    db.session.info.pop(_SEEN, None)


def last_seen() -> City:
    """The city this process has seen last, without asking whether another is in force by now; `current` the first time.

    For the ids of wards and categories, which a code keeps for ever, and the city's time.
    """
    return _of_this_database().last_seen or current()


def find_current() -> City | None:
    """The city in force, None before the first load."""
    try:
        return current()
    except NoCity:
        return None


def snapshot(version: int) -> City:
    """The city as version `version` said it, for what was decided by it. Raises `NoCity` for an unknown number.

    One small query a session and version, none for the version in force.
    """
    newest = find_current()
    if newest and newest.version == version:
        return newest
    session = db.session
    known = session.info.setdefault(_KNOWN, {})
    if version not in known:
        key = session.execute(select(CityVersion.id, CityVersion.digest).where(CityVersion.number == version)).first()
        if key is None:
            raise NoCity(f"There is no version {version} of the city.")
        known[version] = (key[0], key[1])
    return _kept(session, *known[version])


# --- rows ------------------------------------------------------------------------------------------------------------


def _newest(session: Session) -> CityVersion | None:
    return session.scalar(select(CityVersion).order_by(CityVersion.number.desc()).limit(1))


def _keep_rows(session: Session, city: City, at: datetime) -> None:
    today = at.astimezone(ZoneInfo(city.timezone)).date()
    units = _rows(session, UnitRow)
    wards = _rows(session, WardRow)
    categories = _rows(session, CategoryRow)
    for unit in city.units.values():
        _keep(session, units, UnitRow, unit.code, name=unit.name, kind=unit.kind)
    for ward in city.wards.values():
        _keep(session, wards, WardRow, ward.code, name=ward.name, valid_from_on=ward.valid_from, valid_to_on=None)
    for category in city.categories.values():
        _keep(session, categories, CategoryRow, category.code, name=category.name)
    _retire(units, city.units.keys(), at)
    _retire(categories, city.categories.keys(), at)
    for ward_row in _retire(wards, city.wards.keys(), at):
        ward_row.valid_to_on = today


def _rows(session: Session, row: type[Any]) -> dict[str, Any]:
    return {one.code: one for one in session.scalars(select(row))}


def _keep(session: Session, rows: dict[str, Any], row: type[Any], code: str, **said: Any) -> None:
    if code not in rows:
        session.add(row(code=code, retired_at=None, **said))
        return
    rows[code].retired_at = None
    for name, value in said.items():
        setattr(rows[code], name, value)


def _retire(rows: dict[str, Any], in_force: Any, at: datetime) -> list[Any]:
    """Mark what is no longer in force; what was retired before keeps its moment. Returns the newly retired."""
    gone = [row for code, row in rows.items() if code not in in_force and row.retired_at is None]
    for row in gone:
        row.retired_at = at
    return gone


# --- memory ----------------------------------------------------------------------------------------------------------


def _of_this_database() -> _Held:
    return _held.setdefault(db.engine, _Held())


def _kept(session: Session, id: int, digest: str) -> City:
    held = _of_this_database()
    with held.lock:
        city = held.cities.get((id, digest))
        if city is not None:
            held.cities.move_to_end((id, digest))
            return city
    city = _read(session, id)
    with held.lock:
        held.cities[id, digest] = city
        while len(held.cities) > KEPT_VERSIONS:
            held.cities.popitem(last=False)
    return city


def _read(session: Session, id: int) -> City:
    """One version with the ids of its rows."""
    row = session.execute(select(CityVersion.number, CityVersion.data).where(CityVersion.id == id)).one()
    city = revived(row.data)
    return replace(
        city,
        version=row.number,
        units=_with_ids(city.units, session, UnitRow),
        wards=_with_ids(city.wards, session, WardRow),
        categories=_with_ids(city.categories, session, CategoryRow),
        former=_former(city, session),
    )


def _former(city: City, session: Session) -> Former:
    """What other versions had and this one lacks, each as the newest of them said it. No query where nothing is."""
    missing = {
        name: {one.code: one.id for one in session.execute(select(row.code, row.id)) if one.code not in in_force}
        for name, row, in_force in (
            ("units", UnitRow, city.units),
            ("wards", WardRow, city.wards),
            ("categories", CategoryRow, city.categories),
        )
    }
    found: dict[str, dict[int, Any]] = {name: {} for name in missing}
    if any(missing.values()):
        for data in session.scalars(select(CityVersion.data).order_by(CityVersion.number.desc())):
            other = revived(data)
            for name, ids in missing.items():
                entries = getattr(other, name)
                for code in ids.keys() & entries.keys():
                    found[name].setdefault(ids[code], replace(entries[code], id=ids[code]))
            if all(len(found[name]) == len(ids) for name, ids in missing.items()):
                break
    return Former(**{name: MappingProxyType(entries) for name, entries in found.items()})


def _with_ids(entries: Any, session: Session, row: type[Any]) -> Any:
    ids = {one.code: one.id for one in session.execute(select(row.code, row.id))}
    return MappingProxyType({code: replace(entry, id=ids[code]) for code, entry in entries.items()})
