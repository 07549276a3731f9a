"""The newest reports whose public words say something."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select

from app.domain.folding import words_of
from app.domain.search.dialects import hits, in_fts, in_tsquery, is_sqlite, says
from app.domain.search.shelves import before_id, public_shelf, shelf_by_shelf
from app.models import Report, ReportText


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
        wanted = *wanted, Report.id < before_id(before)
    if is_sqlite():
        found = hits('{public} : "' + " ".join(words) + '"' if in_a_row else in_fts("public", words))
        return select(Report.id).where(Report.id.in_(found), *wanted).order_by(Report.id.desc()).limit(limit)
    asked = " <-> ".join(words) if in_a_row else in_tsquery(words)
    return shelf_by_shelf((says(ReportText.public, asked),), wanted, limit, before, public_shelf)
