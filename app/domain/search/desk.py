"""What staff search: the reports of their own desk, in the order of its queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.domain.folding import words_of
from app.domain.search.dialects import (
    NOTHING,
    SIMPLE,
    forms,
    hits,
    in_fts,
    in_tsquery,
    is_sqlite,
    read_as,
    wanted,
)
from app.domain.search.shelves import finished_shelf, last_id, shelf_by_shelf
from app.models import Report, ReportText

FEW = 1_500  # hits at a desk: more are met sooner by whoever reads one report after the other
FEW_ON_A_SHELF = 400  # the same, of what is finished


@dataclass(frozen=True, slots=True)
class Desk:
    """Where staff search: what is open at these units, what is finished there (`is_open` False), or any of it (None).
    No unit is the whole city."""

    units: tuple[int, ...] = ()
    is_open: bool | None = None

    def says(self, words: list[str]) -> tuple[ColumnElement[bool], ...]:
        """Conditions on ReportText: the words, of a report that lies there. The literal is what makes PostgreSQL use
        an index of these reports only."""
        no = "" if self.is_open else "NOT "
        is_open: ColumnElement[bool] = literal_column(f"{no}report_text.is_open")
        asked: ColumnElement[Any] = func.to_tsquery(SIMPLE, wanted(in_tsquery(words)))
        if self.units:
            asked = asked.op("&&")(cast(literal(" | ".join(f"'@{unit}'" for unit in self.units)), TSQUERY))
        return is_open, _WORDS_AT_A_DESK.op("@@", is_comparison=True)(asked)


# With the unit as one more word, or PostgreSQL would fetch the hits of the whole city and look at the unit of each.
_WORDS_AT_A_DESK: ColumnElement[Any] = func.to_tsvector(SIMPLE, ReportText.staff).op("||")(
    func.array_to_tsvector(literal_column("ARRAY['@' || CAST(report_text.unit_id AS text)]"))
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How a queue finds reports by words: conditions on Report of which one holds at a time. None where there is no
    such way.

    `read` goes with the order of the queue: what it says is asked report by report. `hit` has all hits at hand.
    `newest` are the ids of the newest hits, for a queue in that order.
    """

    read: ColumnElement[bool] | None = None
    hit: ColumnElement[bool] | None = None
    newest: Callable[..., Select[int]] | None = None


def ways(query: str, desk: Desk) -> Ways:
    """How "staff's text contains all these words" is asked for on this desk.

    SQLite walks the queue and looks each report up among the hits. PostgreSQL counts the desk's hits up to FEW: few
    are fetched, and of more the texts are read in the order of the queue. Of what is finished it counts on one shelf.
    Without a word there is no way.
    """
    words = words_of(query)
    if not words:
        return Ways()
    if is_sqlite():
        return Ways(read=(Report.id + 0).in_(hits(in_fts("staff", words))))
    # OFFSET 0 keeps it what it is said to be: a text that is read beside each report
    text_of = select(ReportText.report_id).where(ReportText.report_id == Report.id, *_reads(words)).offset(NOTHING)
    is_read = text_of.correlate(Report).exists()
    if desk.is_open is None:
        return Ways(read=is_read)
    said = desk.says(words)
    if desk.is_open:
        found = _at_most_one_more(said, FEW).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
        are_few = _number_of(found) <= FEW
        return Ways(and_(not_(are_few), is_read), and_(are_few, Report.id.in_(select(found.c.report_id))))
    shelf = func.greatest(finished_shelf(last_id()) - 1, 0)  # the last that is full, or the first one
    on_it = _at_most_one_more((finished_shelf(ReportText.report_id) == shelf, *said), FEW_ON_A_SHELF)
    are_few = _number_of(on_it.cte("some").prefix_with("MATERIALIZED", dialect="postgresql")) <= FEW_ON_A_SHELF

    def newest(also: tuple[ColumnElement[bool], ...], limit: int, before: int | None) -> Select[int]:
        return shelf_by_shelf(said, (are_few, *also), limit, before, finished_shelf)

    return Ways(read=and_(not_(are_few), is_read), newest=newest)


def _at_most_one_more(said: Iterable[ColumnElement[bool]], few: int) -> Select[int]:
    """Of so few hits. The number stands in a statement of its own: told it at once, PostgreSQL would take reading all
    texts from the oldest on for a quick way to so few."""
    return select(ReportText.report_id).where(*said).limit(literal_column(f"(SELECT {few + 1})"))


def _number_of(found: Any) -> ColumnElement[int]:
    return select(func.count()).select_from(found).scalar_subquery()


def _reads(words: list[str]) -> Iterator[ColumnElement[bool]]:
    """What the index would say, by reading the folded text: thirty times as fast as making its words anew."""
    read = " " + ReportText.staff + " "
    for n, word in enumerate(words):
        said = (bindparam(read_as(n, nth), f" {form} ", String()) for nth, form in enumerate(forms(word)))
        yield or_(*(read.contains(one) for one in said))
