"""Words and filters become one Select. The folded text beside each report is kept here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    and_,
    cast,
    event,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.domain.city import store
from app.domain.folding import fold, words_of
from app.extensions import db
from app.models import Person, Report, ReportText, Words, now
from app.models.choices import REPORTERS_WORDS, Precision, Publication, WordsKind


def refresh(report: Report) -> None:
    """Write the folded text anew: what the public may read, and what staff may."""
    spoken = db.session.execute(
        select(Words.kind, Words.original, Words.public_text, Words.public_at).where(
            Words.report_id == report.id, Words.erased_at.is_(None), Words.kind != WordsKind.FORMER
        )
    ).all()
    at = now()
    write(
        report,
        private=[one.original for one in spoken],
        public=[
            one.public_text
            for one in spoken
            if one.public_text and (not one.public_at or one.public_at <= at) and _is_shown(report, one.kind)
        ],
        is_new=False,
    )


def _is_shown(report: Report, kind: WordsKind) -> bool:
    """Does the public page show words of this kind? What it does not show, a public search does not find."""
    if kind is WordsKind.WAYFINDING and not _is_exact(report):
        return False
    return report.publication is Publication.FULL or kind not in REPORTERS_WORDS


def _is_exact(report: Report) -> bool:
    category = store.current().category_of(report.category_id)
    return category.precision is Precision.EXACT and report.public_lat is not None


def write(report: Report, *, private: list[str], public: list[str], is_new: bool) -> None:
    """Store the text of a report from words the caller already has at hand."""
    city = store.current()
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id)
    names = [category.name.vi, category.name.en, ward.name.vi, ward.name.en]
    address = [report.nearest_address] if _is_exact(report) else []
    values: dict[str, Any] = {
        "public": fold(" ".join([*names, *address, *public])),
        "staff": fold(" ".join([report.code, *names, report.nearest_address, *private])),
        "unit_id": report.unit_id,
        "is_open": report.is_open,
    }
    row = None if is_new else db.session.get(ReportText, report.id)
    if row is None:
        db.session.add(ReportText(report_id=report.id, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)


SHELF_BITS = 15  # so many ids of reports, 2 to this power, lie in one shelf of PostgreSQL's index of public words
DESK_SHELF_BITS = 17  # and of its index of what desks have finished, where a desk has few of a shelf's reports
FEW = 1_500  # hits: more are met sooner by whoever reads one report after the other
_NOTHING: ColumnElement[int] = literal_column("0")


class Shelves(NamedTuple):
    """One of PostgreSQL's indexes of words that begin with the shelf: how wide one is, and what else is in it."""

    bits: int
    said: tuple[ColumnElement[bool], ...]


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
        asked: ColumnElement[Any] = func.to_tsquery(_SIMPLE, _in_tsquery(words))
        if self.units:
            asked = asked.op("&&")(cast(literal(" | ".join(f"'@{unit}'" for unit in self.units)), TSQUERY))
        return is_open, _WORDS_AT_A_DESK.op("@@", is_comparison=True)(asked)


# With the unit as one more word, or PostgreSQL would fetch the hits of the whole city and look at the unit of each.
_SIMPLE: ColumnElement[str] = literal_column("'simple'")
_WORDS_AT_A_DESK: ColumnElement[Any] = func.to_tsvector(_SIMPLE, ReportText.staff).op("||")(
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
    if _is_sqlite():
        return Ways(read=(Report.id + 0).in_(_hits(_in_fts("staff", words))))
    # OFFSET 0 keeps it what it is said to be: a text that is read beside each report
    text_of = select(ReportText.report_id).where(ReportText.report_id == Report.id, *_reads(words)).offset(_NOTHING)
    is_read = text_of.correlate(Report).exists()
    if desk.is_open is None:
        return Ways(read=is_read)
    said = desk.says(words)
    if desk.is_open:
        hits = _at_most_one_more(said).cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")
        are_few = _number_of(hits) <= FEW
        return Ways(and_(not_(are_few), is_read), and_(are_few, Report.id.in_(select(hits.c.report_id))))
    shelf = func.greatest(_shelf_of(_last_id(), DESK_SHELF_BITS) - 1, 0)  # the last that is full, or the first one
    on_it = _at_most_one_more((_shelf_of(ReportText.report_id, DESK_SHELF_BITS) == shelf, *said))
    are_few = _number_of(on_it.cte("some").prefix_with("MATERIALIZED", dialect="postgresql")) <= FEW
    shelves = Shelves(DESK_SHELF_BITS, said)

    def newest(wanted: tuple[ColumnElement[bool], ...], limit: int, before: int | None) -> Select[int]:
        return _shelf_by_shelf(shelves, (are_few, *wanted), limit, before)

    return Ways(read=and_(not_(are_few), is_read), newest=newest)


def _at_most_one_more(said: Iterable[ColumnElement[bool]]) -> Select[int]:
    """Of FEW hits. The number stands in a statement of its own: told it at once, PostgreSQL would take reading all
    texts from the oldest on for a quick way to so few."""
    return select(ReportText.report_id).where(*said).limit(literal_column(f"(SELECT {FEW + 1})"))


def _number_of(hits: Any) -> ColumnElement[int]:
    return select(func.count()).select_from(hits).scalar_subquery()


def _last_id() -> ColumnElement[int]:
    return select(func.max(Report.id)).scalar_subquery()


def _reads(words: list[str]) -> Iterator[ColumnElement[bool]]:
    """What the index would say, by reading the folded text: thirty times as fast as making its words anew."""
    read = " " + ReportText.staff + " "
    for word in words:
        yield or_(*(read.contains(f" {form} ") for form in _forms(word)))


def newest(
    query: str,
    *wanted: ColumnElement[bool],
    limit: int,
    before: int | None = None,
    in_a_row: bool = False,
) -> Select[int]:
    """The ids of the newest reports whose public text contains all these words and that are `wanted`, newest first.

    At most `limit`. `before`: only those with a smaller id. `in_a_row`: the words one after the other. The query must
    hold a word.
    """
    words = words_of(query)
    if before is not None:
        wanted = *wanted, Report.id < before
    if _is_sqlite():
        hits = _hits('{public} : "' + " ".join(words) + '"' if in_a_row else _in_fts("public", words))
        return select(Report.id).where(Report.id.in_(hits), *wanted).order_by(Report.id.desc()).limit(limit)
    asked = " <-> ".join(words) if in_a_row else _in_tsquery(words)
    return _shelf_by_shelf(Shelves(SHELF_BITS, (_says(ReportText.public, asked),)), wanted, limit, before)


def _shelf_by_shelf(
    index: Shelves, wanted: tuple[ColumnElement[bool], ...], limit: int, before: int | None
) -> Select[int]:
    """PostgreSQL asks its index one shelf of ids after the other, the newest first, and stops when it has enough.

    Left to itself it walks all reports from the newest on until enough of them match, or fetches every hit there is:
    at a million reports the first took 36 s for a word of 5,000 hits none of which was wanted, the second 160 ms for
    four words. OFFSET 0, and an order by a column plus nothing, keep it from walking within a shelf; a lateral join
    keeps the order of the shelves.
    """
    last = _last_id()
    if before is not None:
        last = func.least(last, literal(before, Report.id.type))
    series = func.generate_series(_shelf_of(last, index.bits), literal_column("0"), literal_column("-1"))
    shelves = series.table_valued("number").render_derived(name="shelf")
    place = ReportText.report_id + 0
    hits = (
        select(ReportText.report_id, place.label("place"))
        .where(_shelf_of(ReportText.report_id, index.bits) == shelves.c.number, *index.said)
        .order_by(place.desc())
        .offset(_NOTHING)
        .correlate(shelves)
        .subquery("hit")
    )
    found = (
        select(Report.id)
        .join(hits, hits.c.report_id == Report.id)
        .where(*wanted)
        .order_by(hits.c.place.desc())
        .limit(limit)
        .lateral("found")
    )
    return select(found.c.id).select_from(shelves.join(found, true())).limit(limit)


def _shelf_of(id: Any, bits: int) -> ColumnElement[int]:
    shelf: ColumnElement[int] = id.op(">>")(literal_column(f"{bits}"))
    return shelf


def _forms(word: str) -> list[str]:
    """A word, and the one or the many of it where it is English: that is no syllable of Vietnamese, as most words here
    are. A second form of every word makes a search of four half as slow again."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()) or _SYLLABLE.fullmatch(word):
        return [word]
    found = [word, f"{word}es" if word.endswith(_HISSING) else f"{word}s"]
    if len(word) > 3 and word.endswith("s"):
        found.append(word[:-1])
    if word.endswith("es") and word[:-2].endswith(_HISSING):
        found.append(word[:-2])
    return found


_HISSING = ("s", "x", "ch", "sh")
_SYLLABLE = re.compile(  # without marks
    r"(?!.*(?:ee|oo))(?:ngh?|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)


def _in_fts(column: str, words: list[str]) -> str:
    """In the language of FTS5."""
    asked = ("(" + " OR ".join(f'"{one}"' for one in _forms(word)) + ")" for word in words)
    return "{" + column + "} : (" + " AND ".join(asked) + ")"


def _in_tsquery(words: list[str]) -> str:
    """The same in the language of PostgreSQL."""
    return " & ".join("(" + " | ".join(_forms(word)) + ")" for word in words)


def people(query: str) -> ColumnElement[bool] | None:
    """The condition "name or address has words that begin with all these" on Person; None when there is no word."""
    words = words_of(query)
    if not words:
        return None
    if _is_sqlite():
        return Person.id.in_(_hits(" AND ".join(f'"{word}"*' for word in words), "person_fts"))
    return _says(Person.folded, " & ".join(f"{word}:*" for word in words))


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _fold_person(_mapper: object, _connection: object, person: Person) -> None:
    """Whoever writes a name or an address need not think of it."""
    person.folded = fold(f"{person.name or ''} {person.email or ''}")


def _is_sqlite() -> bool:
    return bool(db.session.get_bind().dialect.name == "sqlite")


def _hits(wanted: str, table: str = "report_fts") -> TextClause:
    return text(f"SELECT rowid FROM {table} WHERE {table} MATCH :wanted").bindparams(wanted=wanted)  # nosec B608


def _says(column: Any, asked: str) -> ColumnElement[bool]:
    vector = func.to_tsvector(_SIMPLE, column)
    said: ColumnElement[bool] = vector.op("@@", is_comparison=True)(func.to_tsquery(_SIMPLE, asked))
    return said
