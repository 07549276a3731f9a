"""What somebody may ask of the public reports: status, category, ward, whole months, words.

Map, tiles and list share it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeVarTuple
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, literal_column

from app.domain import search
from app.domain.city import store
from app.domain.city.model import City
from app.domain.errors import Invalid
from app.domain.folding import words_of
from app.models import Report
from app.models.choices import CLASS_OF, StatusClass
from app.models.report import is_open, is_public

Columns = TypeVarTuple("Columns")

SHOWN = (StatusClass.OPEN, StatusClass.DONE, StatusClass.DECLINED)  # the classes a public report can be in
DEFAULT = frozenset({StatusClass.OPEN})
MOST_CATEGORIES = 60
LONGEST_WORDS = 120

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Filters:
    """A view of the public reports. Months are first days; `last` is the last whole month, itself included."""

    classes: frozenset[StatusClass] = DEFAULT
    categories: tuple[str, ...] = ()  # codes, sorted; empty for all
    ward: str = ""  # a code; empty for all
    first: date | None = None
    last: date | None = None
    words: str = ""
    read_by: City | None = field(default=None, compare=False, repr=False)

    @property
    def city(self) -> City:
        """The city in which codes and months are meant: the one they were read by."""
        return self.read_by or store.current()

    @property
    def shape(self) -> tuple[frozenset[StatusClass], bool, bool, bool, bool]:
        """What a statement for these filters is made of beside words, whichever category, ward and month are meant."""
        return self.classes, bool(self.categories), bool(self.ward), self.first is not None, self.last is not None

    @property
    def is_open_only(self) -> bool:
        return self.classes == DEFAULT

    @property
    def count(self) -> int:
        """How many somebody has set: each category for itself, two months as one."""
        set_ones = (self.ward, self.first or self.last, self.words, not self.is_open_only)
        return len(self.categories) + sum(map(bool, set_ones))


def read(
    *,
    classes: Iterable[str] = (),
    categories: Iterable[str] = (),
    ward: str = "",
    first: str = "",
    last: str = "",
    words: str = "",
    of: Callable[[], City] = store.current,
) -> Filters:
    """Filters from what stands in an address. Invalid, with the field, for what the city does not know.

    `of`: where a tile, which asks for no more than it needs, gets the city that it reads them by.
    """
    chosen = frozenset(_class(one) for one in classes if one) or DEFAULT
    wanted = tuple(sorted({one for one in categories if one}))
    city = _city(wanted, ward, of) if wanted or ward or first or last else None
    if len(wanted) > MOST_CATEGORIES or (city and any(one not in city.categories for one in wanted)):
        raise Invalid(_l("The city has no such category."), field="category")
    if city and ward and ward not in city.wards:
        raise Invalid(_l("The city has no such ward."), field="ward")
    begins, ends = _month(first, "first"), _month(last, "last")
    if begins and ends and begins > ends:
        raise Invalid(_l("The first month lies after the last one."), field="last")
    return Filters(chosen, wanted, ward, begins, ends, " ".join(words.split())[:LONGEST_WORDS], city)


def _city(categories: Iterable[str], ward: str, of: Callable[[], City]) -> City:
    """What `of` says, or the city in force where that does not know them."""
    city = of()
    is_known = all(one in city.categories for one in categories) and (not ward or ward in city.wards)
    return city if is_known else store.current()


def _class(text: str) -> StatusClass:
    found = next((one for one in SHOWN if one.value == text), None)
    if found is None:
        raise Invalid(_l("There is no such status."), field="classes")
    return found


def _month(text: str, field: str) -> date | None:
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise Invalid(_l("Write a month like 2025-11."), field=field)
    return date(int(found[1]), int(found[2]), 1)


def conditions(filters: Filters, *, by_cell: bool = False) -> list[Any]:
    """The filters but for words in SQL, for public reports alone: words are for `newest`, which looks them up.

    Statuses are literals: partial indexes want them so.

    Other values are parameters by name, so that one statement serves all filters of a `shape`: see `parameters`.

    `by_cell`: the caller has a narrow range of cells, so category and ward must not lead the planner elsewhere; a
    column plus nothing is one it cannot search by.
    """
    values = parameters(filters)
    found: list[Any] = [is_public()]
    if filters.is_open_only:
        found.append(is_open())
    elif filters.classes != frozenset(SHOWN):
        names = ", ".join(f"'{status.value}'" for status, one in CLASS_OF.items() if one in filters.classes)
        found.append(literal_column(f"report.status IN ({names})"))
    if filters.categories:
        wanted: Any = bindparam("category_ids", values["category_ids"], expanding=True)
        found.append(_column(Report.category_id, by_cell).in_(wanted))
    if filters.ward:
        found.append(_column(Report.ward_id, by_cell) == bindparam("ward_id", values["ward_id"]))
    if filters.first:
        found.append(Report.filed_at >= bindparam("since", values["since"], Report.filed_at.type))
    if filters.last:
        found.append(Report.filed_at < bindparam("until", values["until"], Report.filed_at.type))
    return found


def newest(
    statement: Select[*Columns], filters: Filters, *wanted: ColumnElement[bool], limit: int, before: int | None = None
) -> Select[*Columns]:
    """`statement` about the newest public reports of this view, at most `limit`, newest first. `before`: an id."""
    wanted = *conditions(filters), *wanted
    if words_of(filters.words):
        ids = search.newest(filters.words, *wanted, limit=limit, before=before)
        return statement.where(Report.id.in_(ids)).order_by(Report.id.desc())
    if before is not None:
        wanted = *wanted, Report.id < search.before_id(before)
    return statement.where(*wanted).order_by(Report.id.desc()).limit(limit)


def values_of_newest(filters: Filters, before: int | None) -> dict[str, Any]:
    """The values of `newest` by name; their names and the filters' shape are all that it is made of."""
    begins = {} if before is None else {search.BEFORE: before}
    return parameters(filters) | search.values(filters.words, "public") | begins


def parameters(filters: Filters) -> dict[str, Any]:
    """The values of `conditions` that differ from one statement to the next, by name."""
    found: dict[str, Any] = {}
    if filters.categories:
        found["category_ids"] = category_ids(filters)
    if filters.ward:
        found["ward_id"] = filters.city.wards[filters.ward].id
    if filters.first:
        found["since"] = _start_of(filters.first, filters.city)
    if filters.last:
        found["until"] = _start_of(month_after(filters.last), filters.city)
    return found


def _column(column: Any, by_cell: bool) -> Any:
    return column + 0 if by_cell else column


def category_ids(filters: Filters) -> list[int]:
    city = filters.city
    return [city.categories[code].id for code in filters.categories]


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of these months and of all between them."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = month_after(month)
    return found


def _start_of(day: date, city: City) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(city.timezone))
