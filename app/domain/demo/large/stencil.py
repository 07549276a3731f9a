"""A life cut into a stencil: the text of its rows as COPY reads it, with blanks for what differs from copy to copy.

SQLite has no COPY: there the text is taken apart again, and each column makes its own kind of value of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, Final

from app.domain.demo.life import Life
from app.domain.demo.rows import Ids, Sheet
from app.models import Base, Moment

TABLES: Final = (  # in the order in which rows may point at each other
    "person",
    "report",
    "event",
    "words",
    "report_text",
    "anonymous_join",
    "report_contact",
    "participation",
)
NULL: Final = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_WRITTEN_AS = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_ESCAPED = re.compile(r"\\([tnr\\])")
_MOMENT = re.compile(r"\b(1[5-9]\d{8}|2[0-2]\d{8})\b")  # seconds, between 2017 and 2042
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_SAID_DAY = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")


class Blank(IntEnum):
    """Where a copy's own values stand in its list; those of its days follow."""

    REPORT = 0
    EVENT = 1  # the id of its first event
    PERSON = 2
    SHIFT = 3  # seconds later than the life itself
    LAT = 4
    LNG = 5
    CELL = 6
    PUBLIC_LAT = 7
    PUBLIC_LNG = 8
    PUBLIC_CELL = 9
    CODE = 10
    EARLIER = 11  # the id of the report it recurs of
    HEAD = 12  # the id of the one it was merged into
    HEAD_CODE = 13


_FIRST_DAY = len(Blank)
_PLACES: Final[dict[str, tuple[Blank, Any]]] = {
    "lat": (Blank.LAT, ""),
    "lng": (Blank.LNG, ""),
    "cell": (Blank.CELL, 0),
    "public_lat": (Blank.PUBLIC_LAT, ""),
    "public_lng": (Blank.PUBLIC_LNG, ""),
    "public_cell": (Blank.PUBLIC_CELL, 0),
}


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table: a format, and for each blank its slot and what is added to it."""

    table: int
    form: str
    blanks: tuple[tuple[int, Any], ...]


@dataclass(slots=True)
class Stencil:
    """One life, ready to be printed. `days` are told as words or dates; a copy's follow its other values."""

    parts: list[Part]
    days: list[tuple[str, int]]  # how it is written, and the day as a number
    events: int
    has_person: bool

    def press(self, values: list[Any], sheets: list[list[str]]) -> None:
        """Print one copy: its rows go to the sheet of each table."""
        for part in self.parts:
            sheets[part.table].append(part.form % tuple([values[slot] + more for slot, more in part.blanks]))


@dataclass(slots=True)
class _Cutter:
    """Cuts the rows of one life."""

    life: Life
    first: Ids
    days: list[tuple[str, int]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    blanks: list[tuple[int, Any]] = field(default_factory=list)

    def part(self, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Part:
        self.text, self.blanks = [], []
        for row in rows:
            for column, value in zip(columns, row, strict=True):
                self._cell(table, column, value)
                self.text.append("\t")
            self.text[-1] = "\n"
        return Part(TABLES.index(table), "".join(self.text), tuple(self.blanks))

    def _cell(self, table: str, column: str, value: Any) -> None:
        if table == "report" and column in _PLACES:
            self._blank(*_PLACES[column])
        elif value is None:
            self._plain(NULL)
        elif (blank := self._numbered(table, column, value)) is not None:
            self._blank(*blank)
        elif column in _MOMENTS[table]:
            self._blank(Blank.SHIFT, value)
        elif isinstance(value, bool):
            self._plain("1" if value else "0")
        elif isinstance(value, str):
            self._said(value, _WRITTEN.get((table, column), ()))
        else:
            self._plain(repr(value))

    def _numbered(self, table: str, column: str, value: Any) -> tuple[int, Any] | None:
        """Ids and what is made of them."""
        match table, column:
            case ("report", "id") | (_, "report_id"):
                return Blank.REPORT, 0
            case "report", "recurs_of_id":
                return Blank.EARLIER, 0
            case "report", "merged_into_id":
                return Blank.HEAD, 0
            case "report", "code":
                return Blank.CODE, ""
            case ("event", "id") | ("words", "event_id"):
                return Blank.EVENT, value - self.first.event
            case ("person", "id") | ("participation", "person_id") if value >= self.first.person:
                return Blank.PERSON, value - self.first.person
        return None

    def _said(self, value: str, scans: tuple[Callable[[_Cutter, str], Iterator[Any]], ...]) -> None:
        """A text, with what in it belongs to this copy alone left blank."""
        found = sorted(
            ((start, end, slot, more) for scan in scans for start, end, slot, more in scan(self, value)),
            key=lambda one: one[0],
        )
        at = 0
        for start, end, slot, more in found:
            self._plain(value[at:start])
            self._blank(slot, more)
            at = end
        self._plain(value[at:])

    def _plain(self, value: str) -> None:
        literal = value if value == NULL else value.translate(_ESCAPES)
        self.text.append(literal.replace("%", "%%"))

    def _blank(self, slot: int, more: Any) -> None:
        self.text.append("%s")
        self.blanks.append((slot, more))

    def _day_slot(self, written: str, day: date) -> int:
        entry = (written, day.toordinal())
        if entry not in self.days:
            self.days.append(entry)
        return _FIRST_DAY + self.days.index(entry)

    def moments(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        for found in _MOMENT.finditer(value):
            yield *found.span(), Blank.SHIFT, int(found[0])

    def dates(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        for found in _DAY.finditer(value):
            yield *found.span(), self._day_slot("%Y-%m-%d", date(int(found[1]), int(found[2]), int(found[3]))), ""

    def said_dates(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        for found in _SAID_DAY.finditer(value):
            yield *found.span(), self._day_slot("%d/%m/%Y", date(int(found[3]), int(found[2]), int(found[1]))), ""

    def own_code(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        for found in re.finditer(self.life.code, value):
            yield *found.span(), Blank.CODE, ""

    def heads_code(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        if self.life.head is not None:
            for found in re.finditer(f'"{self.life.head.code}"', value):
                yield found.start() + 1, found.end() - 1, Blank.HEAD_CODE, ""

    def number(self, value: str) -> Iterator[tuple[int, int, int, Any]]:
        for found in re.finditer(rf"\b{self.life.id}\b|(?<=nguoigui){self.life.id}", value):
            yield *found.span(), Blank.REPORT, 0


_WRITTEN: dict[tuple[str, str], tuple[Callable[[_Cutter, str], Iterator[Any]], ...]] = {
    ("report", "client_id"): (_Cutter.number,),
    ("report", "planned_on"): (_Cutter.dates,),
    ("event", "data"): (_Cutter.moments, _Cutter.dates, _Cutter.heads_code),
    ("words", "original"): (_Cutter.said_dates,),
    ("words", "public_text"): (_Cutter.said_dates,),
    ("report_text", "staff"): (_Cutter.own_code,),
    ("person", "email"): (_Cutter.number,),
    ("person", "folded"): (_Cutter.number,),
    ("report_contact", "email"): (_Cutter.number,),
}
_MOMENTS: dict[str, frozenset[str]] = {
    name: frozenset(column.name for column in table.columns if isinstance(column.type, Moment))
    for name, table in Base.metadata.tables.items()
}


def cut(life: Life, sheet: Sheet) -> Stencil:
    """The stencil of a life whose own sheet this is: nobody else's rows are on it."""
    cutter = _Cutter(life, sheet.first)
    parts = [cutter.part(name, columns, rows) for name, columns, rows in sheet.tables]
    return Stencil(parts, cutter.days, len(life.events), life.reporter.has_address)


def rows_in(text: str) -> list[tuple[str | None, ...]]:
    """The rows of a text that COPY would read."""
    rows = []
    for line in text.splitlines():
        values: list[str | None] = [None if value == NULL else value for value in line.split("\t")]
        if "\\" in line:
            values = [value and _ESCAPED.sub(lambda found: _WRITTEN_AS[found[1]], value) for value in values]
        rows.append(tuple(values))
    return rows


def columns_of(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    return {name: columns for name, columns, _rows in sheet.tables}
