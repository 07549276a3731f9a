"""Words and filters become one Select. The folded text beside each report is kept here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, TextClause, event, func, literal_column, select, text

from app.domain.city import store
from app.domain.folding import fold, words_of
from app.extensions import db
from app.models import Person, Report, ReportText, Words, now
from app.models.choices import REPORTERS_WORDS, Precision, Publication, WordsKind


def refresh(report: Report) -> None:
    """Write the folded text anew: what the public may read, and what staff may."""
    spoken = db.session.execute(
        select(Words.kind, Words.original, Words.public_text, Words.public_at).where(
            Words.report_id == report.id, Words.erased_at.is_(None)
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
    values = {
        "public": fold(" ".join([*names, *address, *public])),
        "staff": fold(" ".join([report.code, *names, report.nearest_address, *private])),
    }
    if is_new:
        db.session.add(ReportText(report_id=report.id, **values))
        return
    row = db.session.get(ReportText, report.id)
    if row is None:
        db.session.add(ReportText(report_id=report.id, **values))
    else:
        row.public, row.staff = values["public"], values["staff"]


SELDOM_TOGETHER = 3  # words


def matching(query: str, *, staff: bool = False, among_few: bool = False) -> ColumnElement[bool] | None:
    """The condition "contains all these words" on Report, or None when the query holds no word.

    `among_few`: the reports asked about are few beside all there are, so SQLite walks them in their own order and
    looks each up among the hits, instead of fetching every hit; a column plus nothing is one it cannot search by.
    """
    words = words_of(query)
    if not words:
        return None
    column = "staff" if staff else "public"
    if _is_sqlite():
        hits = _hits("{" + column + "} : (" + " AND ".join(f'"{word}"*' for word in words) + ")")
        return (Report.id + 0 if among_few else Report.id).in_(hits)
    return _with(getattr(ReportText, column), " & ".join(f"{word}:*" for word in words))


def in_a_row(folded: str) -> ColumnElement[bool]:
    """The condition "the public text holds these folded words one after the other" on Report."""
    words = words_of(folded)
    if _is_sqlite():
        return Report.id.in_(_hits('{public} : "' + " ".join(words) + '"*'))
    return _with(ReportText.public, " <-> ".join(f"{word}:*" for word in words))


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


def _with(column: Any, asked: str) -> ColumnElement[bool]:
    """Of one or two words PostgreSQL may walk the newest reports until enough of them match. Three are seldom together,
    and it takes reading a text for cheaper than it is: of a million reports it walked for 30 s through what the index
    answers in 0.3 s. OFFSET 0 has the index asked first.
    """
    hits = select(ReportText.report_id).where(_says(column, asked))
    return Report.id.in_(hits.offset(literal_column("0")) if asked.count(":*") >= SELDOM_TOGETHER else hits)


def _says(column: Any, asked: str) -> ColumnElement[bool]:
    vector = func.to_tsvector(literal_column("'simple'"), column)
    said: ColumnElement[bool] = vector.op("@@", is_comparison=True)(func.to_tsquery(literal_column("'simple'"), asked))
    return said
