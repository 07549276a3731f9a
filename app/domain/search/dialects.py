"""A question in the languages of both databases: FTS5 of SQLite, tsquery of PostgreSQL."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, TextClause, bindparam, func, literal_column, text

from app.domain.folding import words_of
from app.extensions import db

SIMPLE: ColumnElement[str] = literal_column("'simple'")
NOTHING: ColumnElement[int] = literal_column("0")


def is_sqlite() -> bool:
    return bool(db.session.get_bind().dialect.name == "sqlite")


def values(query: str, column: str) -> dict[str, str]:
    """The words by name, as this database reads them, of "public" or "staff": one statement answers all questions whose
    values have the same names."""
    words = words_of(query)
    if not words:
        return {}
    if is_sqlite():
        return {WANTED: in_fts(column, words)}
    read = {read_as(n, nth): f" {form} " for n, word in enumerate(words) for nth, form in enumerate(forms(word))}
    return {WANTED: in_tsquery(words), **read}


WANTED = "wanted"


def read_as(n: int, nth: int) -> str:
    """The name of a word's form where texts are read."""
    return f"word_{n}_{nth}"


def wanted(asked: str) -> BindParameter[str]:
    return bindparam(WANTED, asked, String())


def hits(asked: str, table: str = "report_fts") -> TextClause:
    return text(f"SELECT rowid FROM {table} WHERE {table} MATCH :{WANTED}").bindparams(wanted(asked))  # nosec B608


def says(column: Any, asked: str) -> ColumnElement[bool]:
    vector = func.to_tsvector(SIMPLE, column)
    said: ColumnElement[bool] = vector.op("@@", is_comparison=True)(func.to_tsquery(SIMPLE, wanted(asked)))
    return said


def forms(word: str) -> list[str]:
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


def in_fts(column: str, words: list[str]) -> str:
    """In the language of FTS5."""
    asked = ("(" + " OR ".join(f'"{one}"' for one in forms(word)) + ")" for word in words)
    return "{" + column + "} : (" + " AND ".join(asked) + ")"


def in_tsquery(words: list[str]) -> str:
    """The same in the language of PostgreSQL."""
    return " & ".join("(" + " | ".join(forms(word)) + ")" for word in words)
