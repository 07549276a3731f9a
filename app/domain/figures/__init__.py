"""Counters, roll-ups and day figures: changed by `apply` alone, in the report's own transaction; each is a sum over the
rows, so `verify` can prove it."""

from app.domain.figures.recount import Difference, rebuild, verify
from app.domain.figures.standing import Standing, standing
from app.domain.figures.totals import (
    ALL,
    BY_WARD,
    DAY_COLUMNS,
    LEVELS,
    MAP_COLUMNS,
    MONTH_LEVELS,
    POINTLESS,
    WARD_LEVEL,
    Totals,
    apply,
    month_of,
)

__all__ = [
    "ALL",
    "BY_WARD",
    "DAY_COLUMNS",
    "LEVELS",
    "MAP_COLUMNS",
    "MONTH_LEVELS",
    "POINTLESS",
    "WARD_LEVEL",
    "Difference",
    "Standing",
    "Totals",
    "apply",
    "month_of",
    "rebuild",
    "standing",
    "verify",
]
