"""Everything the public page of a report says, gathered once: the view, why this unit, how its promise was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain import clock, expected, public_list, public_view, reports, routing, settling, silence
from app.domain.city import store
from app.domain.clock import Clock
from app.domain.expected import Expected
from app.domain.permissions import ANONYMOUS
from app.domain.public_view import HANDED_OVER, PublicEvent, PublicView
from app.domain.reports import nearby
from app.models import Report, now
from app.models.choices import EventKind, Precision, StatusClass


class Told(Protocol):
    """An event as somebody is told it."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class PublicPage:
    view: PublicView
    why: str  # the sentence of the rule that chose the unit; empty once the report was handed over
    handed_over: PublicEvent | None  # the newest transfer, which says why instead
    clock: Clock  # the promise that runs, or ran
    quiet_weeks: int  # without a word of the unit, from four on
    expected: Expected | None  # how long such reports take, while this one is open
    relatives: tuple[PublicView, ...]
    similar: tuple[tuple[PublicView, int], ...]  # open ones of this category nearby, with metres


def find(code: str, language: str) -> PublicPage:
    """The page of a report as everybody sees it. Raises NotFound, Gone or Moved like `reports.get`."""
    report = settling.shown(reports.get(code, seen_by=ANONYMOUS), now())
    view = public_view.whole(report)
    handed_over = next((event for event in reversed(view.events) if event.kind in HANDED_OVER), None)
    return PublicPage(
        view=view,
        why="" if handed_over or is_elsewhere(view.events) else why(report, language),
        handed_over=handed_over,
        clock=clock.of(store.current(), report, view.events),
        quiet_weeks=silence.weeks_told(view),
        expected=expected.find(report.category_id, report.ward_id) if report.is_open else None,
        relatives=tuple(public_list.relatives(report)),
        similar=tuple(_similar(report, view)),
    )


def is_elsewhere(events: Iterable[Told]) -> bool:
    """Was the pin moved to where the rules would choose another unit? Then they no longer explain this one."""
    return any(event.kind is EventKind.RELOCATED and "proposed" in event.data for event in events)


def why(report: Report, language: str) -> str:
    """Why its rule chose this unit, by the version of the city that decided."""
    is_exact = store.current().category_of(report.category_id).precision is Precision.EXACT
    try:
        city = store.snapshot(report.city_version)
    except store.NoCity:
        city = store.current()
    return routing.explain(
        city,
        report.rule_code,
        unit=store.current().unit_of(report.unit_id).code,
        ward=store.current().ward_of(report.ward_id).code,
        site=report.site_code if report.site_code and is_exact else None,  # a site is a place, and a small one
        language=language,
    )


def _similar(report: Report, view: PublicView) -> list[tuple[PublicView, int]]:
    if view.point is None or view.status_class is StatusClass.GONE:
        return []
    near = nearby.similar(view.category.code, *view.point, also_done=True)
    found = [one for one in near if one.report.id != report.id]
    views = public_list.plain_views([one.report for one in found])
    return [(other, near.distance_m) for other, near in zip(views, found, strict=True)]
