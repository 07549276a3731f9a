"""What waits at the desk: the statements behind its tabs, badges and pages. A list runs one query, however long it is.

A clerk's list is made of branches, one a unit, each answered from the front of an index and cut at the page's length;
a dispatcher's is a single branch over the whole city. Conditions that belong to a partial index are literals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
    union,
    union_all,
)

from app.domain import search, storms
from app.domain.city import store
from app.domain.composed import composed
from app.domain.folding import in_order
from app.domain.permissions import CITY_WIDE, IN_CHARGE, Actor, Grant, handled_by
from app.extensions import db
from app.models import Membership, Person, Report, UnitCount, Words, now
from app.models.choices import DONE, OPEN, Severity, Status, WordsKind
from app.models.moment import Moment
from app.models.report import has_news, is_open, needs_routing_check

_kept = lru_cache(maxsize=1_000)  # statements of a desk that never change: composing one takes longer than asking it

PAGE = 30
LOOKED_THROUGH = 2000  # open reports of a unit, for what its filters offer
LOOKED_BACK = 1000  # finished reports of a desk, the newest of all its units alike: each lies elsewhere on the disk
MOST_COUNTED = 99  # a badge says "99+" beyond
FINISHED = (*DONE, Status.DECLINED, Status.MERGED, Status.WITHDRAWN)
_FURTHEST = 250_000_000_000  # the last moment a date can be, in epoch seconds
NOBODY = "none"
ME = "me"


class Tab(StrEnum):
    """The heaps of work, in the order of a working day."""

    OVERDUE = "overdue"
    TODAY = "today"
    NEW = "new"
    NEWS = "news"
    MINE = "mine"
    UNROUTED = "unrouted"
    OPEN = "open"
    DONE = "done"


COUNTED = (Tab.NEW, Tab.OPEN)  # counter rows know how many these hold
PUBLISH = "publish"  # the badge of what waits to be published, which is no tab


@dataclass(frozen=True, slots=True)
class Question:
    """What the address of a queue page asks for. Codes that the city does not know filter nothing."""

    tab: Tab = Tab.OPEN
    status: Status | None = None
    category: str = ""
    ward: str = ""
    assignee: str = ""  # a person's id, ME or NOBODY
    overdue: bool = False
    words: str = ""
    after: tuple[int, int] | None = None  # due (epoch seconds, 0 where there is no clock) and id of the last one seen
    storm: frozenset[int] | None = None  # ids of the wards in which danger comes first; empty: in all of them

    @property
    def is_stormy(self) -> bool:
        return self.storm is not None and self.tab not in (Tab.NEWS, Tab.DONE)

    @property
    def chosen(self) -> int:
        """How many filters are chosen, beside the words that are searched for."""
        return sum(map(bool, (self.status, self.category, self.ward, self.assignee, self.overdue)))

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen or self.words)


@dataclass(frozen=True, slots=True)
class Page:
    reports: Sequence[Report]
    next: tuple[int, int] | None  # the `after` of the page that follows


# Conditions -----------------------------------------------------------------------------------------------------------


def _end_of_today() -> datetime:
    zone = ZoneInfo(store.current().timezone)
    return datetime.combine(now().astimezone(zone).date() + timedelta(days=1), time(), zone)


# Asked when a statement is, so that one may be composed once and kept.
_NOW = bindparam("now", callable_=lambda: now(), type_=Moment())
_MIDNIGHT = bindparam("midnight", callable_=_end_of_today, type_=Moment())
_DISPATCH = bindparam("dispatch", callable_=lambda: store.current().units[store.current().dispatch].id, type_=Integer())


def _overdue() -> ColumnElement[bool]:
    return and_(Report.due_at < _NOW, Report.status != Status.WAITING)


def _today() -> ColumnElement[bool]:
    """Due before midnight, and what waited until now: its pause has run out."""
    return and_(Report.due_at <= _MIDNIGHT, or_(Report.due_at >= _NOW, Report.status == Status.WAITING))


def _heap(tab: Tab, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    match tab:
        case Tab.OVERDUE:
            return is_open(), _overdue()
        case Tab.TODAY:
            return is_open(), _today()
        case Tab.NEW:
            return is_open(), Report.status == Status.NEW
        case Tab.NEWS:
            return (has_news(),)
        case Tab.MINE:
            return is_open(), Report.assignee_id == bindparam("me", actor.person_id, BigInteger())
        case Tab.UNROUTED | Tab.OPEN:
            return (is_open(),)
        case Tab.DONE:
            return (Report.status.in_(FINISHED),)


def _filters(asked: Question, actor: Actor) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.status is not None:
        wanted.append(Report.status == asked.status)
    for name, id in _ids(asked).items():
        wanted.append(getattr(Report, name) == bindparam(name, id, BigInteger()))
    if asked.overdue:
        wanted.append(_overdue())
    if asked.assignee == NOBODY:
        wanted.append(Report.assignee_id.is_(None))
    elif asked.assignee == ME:
        wanted.append(Report.assignee_id == bindparam("me", actor.person_id, BigInteger()))
    return wanted


def _ids(asked: Question) -> dict[str, int]:
    """Which category, ward and person is filtered for, by column. What the city does not know is left out."""
    city, found = store.current(), {}
    if asked.category in city.categories:
        found["category_id"] = city.categories[asked.category].id
    if asked.ward in city.wards:
        found["ward_id"] = city.wards[asked.ward].id
    if asked.assignee.isdecimal():
        found["assignee_id"] = int(asked.assignee[:18])
    return found


# Branches -------------------------------------------------------------------------------------------------------------


def _serving(actor: Actor) -> list[Grant]:
    return [grant for grant in actor.grants if grant.role in (*IN_CHARGE, *CITY_WIDE)]


def is_city_wide(actor: Actor) -> bool:
    """Does this actor's desk reach over all units?"""
    return any(grant.unit_id is None for grant in _serving(actor))


def unit_ids(actor: Actor) -> tuple[int, ...]:
    """The units whose queue this is; empty for the whole city."""
    return () if is_city_wide(actor) else actor.unit_ids(*IN_CHARGE, *CITY_WIDE)


def _branches(actor: Actor, tab: Tab) -> list[ColumnElement[bool]]:
    """Conditions that together say "this actor's desk", each one index range wide."""
    if is_city_wide(actor):
        if tab is Tab.UNROUTED:
            return [
                and_(handled_by(actor), needs_routing_check()),
                and_(handled_by(actor), Report.unit_id == _DISPATCH),
            ]
        return [handled_by(actor)]
    if tab is Tab.UNROUTED:
        return [and_(handled_by(actor), needs_routing_check())]
    return [
        and_(Report.unit_id == unit_id, or_(*(one.condition() for one in _serving(actor) if one.unit_id == unit_id)))
        for unit_id in unit_ids(actor)
    ]


def _found(asked: Question, actor: Actor, limit: int) -> Sequence[Report]:
    """The reports of one page, by a statement that is composed once for all of its kind."""
    if not _serving(actor):
        return ()
    values = _values(asked, actor)
    person = asked.assignee if asked.assignee in (ME, NOBODY) else ""
    like = replace(asked, category="", ward="", assignee=person, words="", after=None)
    kind = "queue", like, actor.grants, limit
    return db.session.scalars(composed(kind, values, lambda: statement(asked, actor, limit=limit)), values).all()


def _values(asked: Question, actor: Actor) -> dict[str, Any]:
    """What differs from one statement of a kind to the next, by name."""
    found: dict[str, Any] = {"me": actor.person_id, **_ids(asked), **search.values(asked.words, "staff")}
    if asked.after is not None:
        found |= {"after_due": asked.after[0], "after": _moment(asked.after[0]), search.BEFORE: asked.after[1]}
    return found


def statement(asked: Question, actor: Actor, *, limit: int) -> Select[*tuple[Any, ...]]:
    """The reports of one page, in order, at most `limit`, for somebody who has a desk."""
    branches = _branches(actor, asked.tab)
    wanted = [*_heap(asked.tab, actor), *_filters(asked, actor), *_beyond(asked)]
    ways = search.ways(asked.words, search.Desk(unit_ids(actor), _are_open(asked.tab)))
    if ways.newest is not None:
        fetched = ways.newest((*wanted, or_(*branches)), limit, asked.after[1] if asked.after else None)
    elif ways.hit is not None:  # at once, for all branches together
        fetched = _first(Report.id, asked, [or_(*branches)], [*wanted, ways.hit], limit)
    else:
        return _first(Report, asked, branches, wanted if ways.read is None else [*wanted, ways.read], limit)
    in_order = _first(Report.id, asked, branches, [*wanted, ways.read], limit)
    found = union_all(*(select(part.subquery().c.id) for part in (in_order, fetched)))
    return select(Report).where(Report.id.in_(found)).order_by(*_order(asked, Report))


def _are_open(tab: Tab) -> bool | None:
    """The reports of this tab; None where it holds open ones and finished ones."""
    return None if tab is Tab.NEWS else tab is not Tab.DONE


def _first(
    what: Any, asked: Question, branches: list[ColumnElement[bool]], wanted: list[Any], limit: int
) -> Select[*tuple[Any, ...]]:
    """The first of all branches together, in order: the reports, or `what` is wanted of them."""
    if len(branches) == 1:
        return select(what).where(*wanted, branches[0]).order_by(*_order(asked, Report)).limit(limit)
    keys = [Report.id, Report.due_at, *((Report.severity, Report.affected, Report.ward_id) if asked.is_stormy else ())]
    parts = [select(*keys).where(*wanted, branch).order_by(*_order(asked, Report)).limit(limit) for branch in branches]
    first = union(*(select(part.subquery()) for part in parts)).subquery()
    page = select(first).order_by(*_order(asked, first.c)).limit(limit).subquery()
    return select(what).join(page, page.c.id == Report.id).order_by(*_order(asked, page.c))


def _order(asked: Question, of: Any) -> tuple[Any, ...]:
    if asked.tab is Tab.DONE:
        return (of.id.desc(),)
    if asked.is_stormy:
        return (_gravity(asked, of), of.id)
    return (of.id,) if asked.tab is Tab.NEWS else (of.due_at, of.id)


# In a storm: danger, then how many are affected, then the date, in one number, the least first; elsewhere the date.
_DANGER, _MANY, _DATE = 2_000_000, 1_000_000, 10_000_000_000


def _gravity(asked: Question, of: Any) -> ColumnElement[int]:
    wards = asked.storm or frozenset()
    is_here = of.ward_id.in_(sorted(wards)) if wards else literal(True)
    few = case((of.affected >= _MANY, 1), else_=_MANY - of.affected)
    rank = case(
        (and_(is_here, of.severity == Severity.URGENT), few), (is_here, few + _DANGER), else_=literal(2 * _DANGER)
    )
    return type_coerce(rank, BigInteger) * _DATE + type_coerce(of.due_at, BigInteger)


def _gravity_of(asked: Question, report: Report) -> int:
    """`_gravity`, of one report."""
    few = max(1, _MANY - report.affected)
    if asked.storm and report.ward_id not in asked.storm:
        rank = 2 * _DANGER
    else:
        rank = few if report.severity is Severity.URGENT else few + _DANGER
    return rank * _DATE + (int(report.due_at.timestamp()) if report.due_at else 0)


def _beyond(asked: Question) -> list[Any]:
    """The keyset condition: strictly after the last one seen."""
    if asked.after is None:
        return []
    due, id = asked.after[0], search.before_id(asked.after[1])
    if asked.tab is Tab.DONE:
        return [Report.id < id]
    if asked.tab is Tab.NEWS:
        return [Report.id > id]
    if asked.is_stormy:
        return [tuple_(_gravity(asked, Report), Report.id) > tuple_(bindparam("after_due", due, BigInteger()), id)]
    seen = bindparam("after", _moment(due), Report.due_at.type)
    return [tuple_(Report.due_at, Report.id) > tuple_(seen, id)]


def _moment(due: int) -> datetime:
    return datetime.fromtimestamp(min(due, _FURTHEST), UTC)


def chosen(codes: Iterable[str], *, seen_by: Actor) -> Sequence[Report]:
    """Those of these reports that lie on this desk, in the order of their dates. One query."""
    mine = select(Report).where(Report.code.in_(list(codes)), handled_by(seen_by))
    return db.session.scalars(mine.order_by(Report.due_at, Report.id)).all()


def page(asked: Question, *, seen_by: Actor, limit: int = PAGE) -> Page:
    """One page of the queue and where the next one begins: one query."""
    found = _found(asked, seen_by, limit + 1)
    shown = found[:limit]
    return Page(shown, _key_of(asked, shown[-1]) if len(found) > limit else None)


def in_this_weather(asked: Question) -> Question:
    """The question, with danger first where the city has turned storm mode on. One query while it has."""
    running = storms.current()
    if not running:
        return asked
    known = store.current().wards
    codes = () if any(not one.wards for one in running) else {code for one in running for code in one.wards}
    return replace(asked, storm=frozenset(known[code].id for code in codes if code in known))


def _key_of(asked: Question, report: Report) -> tuple[int, int]:
    if asked.is_stormy:
        return _gravity_of(asked, report), report.id
    return (int(report.due_at.timestamp()) if report.due_at else 0, report.id)


def next_one(asked: Question, *, seen_by: Actor, not_this: str) -> Report | None:
    """The first report of a queue that is not this one: what to do next."""
    return next((report for report in _found(asked, seen_by, 2) if report.code != not_this), None)


def to_publish(seen_by: Actor, *, after: tuple[int, int] | None = None, limit: int = PAGE) -> Page:
    """Reports whose words or photos wait for a check, the one due first on top: one query."""
    wanted = [Report.content_due_at.is_not(None), handled_by(seen_by)]
    if after is not None:
        key = tuple_(literal(_moment(after[0]), Report.content_due_at.type), literal(after[1]))
        wanted.append(tuple_(Report.content_due_at, Report.id) > key)
    ordered = select(Report).where(*wanted).order_by(Report.content_due_at, Report.id).limit(limit + 1)
    found = list(db.session.scalars(ordered))
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return Page(shown, (int(last.content_due_at.timestamp()), last.id) if last and last.content_due_at else None)


# Badges ---------------------------------------------------------------------------------------------------------------


def badges(actor: Actor) -> dict[Tab | str, int]:
    """How much each tab holds, and "publish": two queries. A number beyond MOST_COUNTED means "more than that"."""
    if not _serving(actor):
        return {}
    counted = _counters(actor)
    row = db.session.execute(_badges(actor)).one()._mapping
    return {**counted, **{tab if tab == PUBLISH else Tab(tab): n for tab, n in row.items()}}


@_kept
def _badges(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The statement of what no counter tells."""
    silent = {Tab.DONE} if is_city_wide(actor) else {Tab.DONE, Tab.UNROUTED}  # what is unrouted is a dispatcher's
    tabs = [tab for tab in Tab if tab not in silent and (tab not in COUNTED or _is_limited(actor))]
    bounded = {tab.value: _bounded(tab, actor) for tab in tabs}
    bounded[PUBLISH] = _at_most(select(Report.id).where(Report.content_due_at.is_not(None), handled_by(actor)))
    return select(*(count.label(name) for name, count in bounded.items()))


def _bounded(tab: Tab, actor: Actor) -> Any:
    heap = _heap(tab, actor)
    branches = _branches(actor, tab)
    if tab is not Tab.UNROUTED:
        return _at_most(select(Report.id).where(*heap, handled_by(actor)))
    return _at_most(*(select(Report.id).where(*heap, branch) for branch in branches))


def _at_most(*statements: Select[Any]) -> Any:
    """Counting stops at the badge's limit."""
    cut = [select(one.limit(MOST_COUNTED + 1).subquery()) for one in statements]
    found = cut[0].subquery() if len(cut) == 1 else union(*cut).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _is_limited(actor: Actor) -> bool:
    return any(grant.category_ids or grant.ward_ids for grant in _serving(actor))


def _counters(actor: Actor) -> dict[Tab | str, int]:
    """From the counter rows, where no limit by category or ward makes them say too much."""
    if _is_limited(actor):
        return {}
    n = {status: int(number) for status, number in db.session.execute(_counts(unit_ids(actor)))}
    return {Tab.NEW: n.get(Status.NEW, 0), Tab.OPEN: sum(n.get(status, 0) for status in OPEN)}


@_kept
def _counts(units: tuple[int, ...]) -> Select[Status, int]:
    """Of these units, of the whole city where none is named."""
    counts = select(UnitCount.status, func.sum(UnitCount.n)).group_by(UnitCount.status)
    return counts.where(UnitCount.unit_id.in_(units)) if units else counts


# What can be filtered for ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Occurring:
    """What a desk's reports are about: ids of categories and wards."""

    category_ids: frozenset[int]
    ward_ids: frozenset[int]


def occurring(actor: Actor, tab: Tab) -> Occurring | None:
    """Categories and wards of the reports on this desk, so that no filter finds nothing: one query.

    Of what is finished the newest are looked through; None for a desk over the whole city, and for one with so much
    open that looking through it would take longer than the page.
    """
    if is_city_wide(actor) or not _serving(actor):
        return None
    finished = tab is Tab.DONE
    category_ids: dict[int, int] = {}
    ward_ids: dict[int, int] = {}
    for one in db.session.execute(_occurring(actor, finished)):
        (category_ids if one.is_category else ward_ids)[one.id] = one.n
    if not finished and sum(category_ids.values()) >= LOOKED_THROUGH:
        return None
    return Occurring(frozenset(category_ids), frozenset(ward_ids))


@_kept
def _occurring(actor: Actor, finished: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """How often each category and each ward stands among the reports that are looked through."""
    branches = _branches(actor, Tab.OPEN)
    columns = select(Report.category_id, Report.ward_id)
    if finished:
        columns = columns.where(Report.status.in_(FINISHED)).order_by(Report.id.desc())
        columns = columns.limit(max(1, LOOKED_BACK // len(branches)))
    else:
        columns = columns.where(is_open()).limit(LOOKED_THROUGH)
    parts = [columns.where(branch) for branch in branches]
    seen = union_all(*(select(part.subquery()) for part in parts)).cte("seen")
    by_category, by_ward = (
        select(
            column.label("id"), literal_column(str(is_category)).label("is_category"), func.count().label("n")
        ).group_by(column)
        for column, is_category in ((seen.c.category_id, 1), (seen.c.ward_id, 0))
    )
    return union_all(by_category, by_ward)


# What a row shows beside the report -----------------------------------------------------------------------------------


def openings(reports: Iterable[Report]) -> dict[int, str]:
    """The beginning of each report's own words, by report id: one query."""
    ids = [report.id for report in reports]
    return {row.report_id: row.opening for row in db.session.execute(_OPENINGS, {"ids": ids})} if ids else {}


_OPENINGS = select(Words.report_id, func.substr(Words.original, 1, 160).label("opening")).where(
    Words.report_id.in_(bindparam("ids", expanding=True)),
    Words.kind == WordsKind.DESCRIPTION,
    Words.erased_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Names of staff: all who are named on a page, and those who serve in the units and may be assigned."""

    names: dict[int, str]
    serving: tuple[tuple[int, str], ...]


def colleagues(units: Sequence[int], *, also: Iterable[int | None] = (), report: Report | None = None) -> Colleagues:
    """Who serves in these units, by name, and the names of these people: one query.

    With `report`, those whose limits leave it out are not among who may be assigned.
    """
    named = sorted({id for id in also if id is not None})
    people = db.session.execute(_colleagues(tuple(units)), {"named": named}).all()
    people = sorted(people, key=lambda one: in_order(one.name))
    names = {one.id: one.name or one.email or "" for one in people}
    serving = [one.id for one in people if one.unit_id and not one.closed_at and _is_within(one, report)]
    return Colleagues(names, tuple((id, names[id]) for id in dict.fromkeys(serving)))


@_kept
def _colleagues(units: tuple[int, ...]) -> Select[*tuple[Any, ...]]:
    """Who is in charge in these units, once for each unit, and whoever is `named`."""
    in_charge = (Membership.unit_id.in_(units), Membership.role.in_(IN_CHARGE), Membership.ended_at.is_(None))
    serves = and_(Membership.person_id == Person.id, *in_charge)
    staff = select(Membership.person_id).where(*in_charge)
    wanted = union(staff, select(Person.id).where(Person.id.in_(bindparam("named", expanding=True))))
    return (
        select(Person.id, Person.name, Person.email, Person.closed_at, Membership.unit_id)
        .add_columns(Membership.categories, Membership.wards)
        .outerjoin(Membership, serves)
        .where(Person.id.in_(wanted))  # "or" instead of a union makes PostgreSQL look at everybody there is
        .order_by(Person.id)
    )


def _is_within(limits: Any, report: Report | None) -> bool:
    """Do these limits of somebody's service (codes; none is no limit) leave the report in?"""
    if report is None:
        return True
    city = store.current()
    return (not limits.categories or city.category_of(report.category_id).code in limits.categories) and (
        not limits.wards or city.ward_of(report.ward_id).code in limits.wards
    )
