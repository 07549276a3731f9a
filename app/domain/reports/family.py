"""Reports that live on in another one: whose people hear what happens there."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CTE, select

from app.models import Report


def merged_into(ids: Iterable[int]) -> CTE:
    """The reports that live on in these, however often they were merged: columns `id`, and `head`, which one."""
    first = select(Report.id, Report.merged_into_id.label("head")).where(Report.merged_into_id.in_(sorted(ids)))
    family = first.cte("family", recursive=True)
    return family.union(select(Report.id, family.c.head).where(Report.merged_into_id == family.c.id))
