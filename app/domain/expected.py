"""How long such reports take here: within what time half of those were fixed that were fixed in the last twelve months.

Reckoned by a job for each category, in each ward and in the whole city, and never told of fewer than ten reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, text

from app.domain.figures import ALL
from app.extensions import db, unit_of_work
from app.models import FixTime, Moment, now

SPAN = timedelta(days=365)
FEWEST = 10  # reports; of fewer it would tell more of each than of all


@dataclass(frozen=True, slots=True)
class Expected:
    """Half of `n` fixed reports took at most `half_s` seconds from filing to the answer."""

    n: int
    half_s: int
    is_ward: bool  # of this ward; else of the whole city, where the ward has too few


def find(category_id: int, ward_id: int) -> Expected | None:
    """Of this category in this ward, else in the city; None where both have too few. One query."""
    known = db.session.scalars(
        select(FixTime)
        .where(FixTime.category_id == category_id, FixTime.ward_id.in_((ward_id, ALL)))
        .order_by(FixTime.ward_id.desc())
        .limit(1)
    ).first()
    return None if known is None else Expected(known.n, known.half_s, known.ward_id != ALL)


def renew() -> int:
    """Reckon anew; answers 0, since a job that says it did something is asked again at once. Harmless to repeat."""
    with unit_of_work() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL statement_timeout = 0"))  # it reads a year of reports
        since = Moment().process_bind_param(now() - SPAN, session.get_bind().dialect)
        rows = [dict(row) for row in session.execute(_HALVES, {"since": since, "fewest": FEWEST}).mappings()]
        session.execute(delete(FixTime))
        if rows:
            session.execute(insert(FixTime), rows)
    return 0


# the shortest time within which at least half of them were fixed, in words that both databases know
_HALVES = text(
    f"""
    WITH fixed AS (
        SELECT category_id, ward_id, resolved_at - filed_at AS took FROM report
        WHERE outcome = 'fixed' AND status IN ('resolved', 'closed') AND resolved_at >= :since
    ), counted AS (
        SELECT category_id, ward_id, took FROM fixed
        UNION ALL SELECT category_id, {ALL}, took FROM fixed
    ), ranked AS (
        SELECT category_id, ward_id, took, count(*) OVER (PARTITION BY category_id, ward_id) AS n,
            row_number() OVER (PARTITION BY category_id, ward_id ORDER BY took) AS place
        FROM counted
    )
    SELECT category_id, ward_id, n, min(took) AS half_s FROM ranked
    WHERE n >= :fewest AND 2 * place >= n GROUP BY category_id, ward_id, n"""  # nosec B608 - a number of ours
)
