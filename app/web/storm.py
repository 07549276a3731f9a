"""Storm mode as front page and form show it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain import storms
from app.domain.city import store
from app.domain.city.model import Category
from app.models import Localized


@dataclass(frozen=True, slots=True)
class StormNow:
    """Where it holds (nothing: everywhere), and what comes first."""

    wards: list[Localized]
    categories: list[Category]


def now_on() -> StormNow | None:
    """None in calm weather, without a query."""
    running = storms.current()
    if not running:
        return None
    wards = store.current().wards
    codes = [] if any(not one.wards for one in running) else sorted({code for one in running for code in one.wards})
    return StormNow([wards[code].name for code in codes if code in wards], storms.urgent_categories())
