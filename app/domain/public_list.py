"""The public reports as a list: newest first, around a place, and the answers with a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, or_, select

from app.domain import codes, geo, public_view, remembered
from app.domain.city import store
from app.domain.composed import composed
from app.domain.public_filters import Filters, conditions, newest, values_of_newest
from app.domain.public_view import PublicView
from app.extensions import db
from app.models import Photo, Report, now
from app.models.choices import DONE, Outcome, PhotoKind, PhotoState, Precision, Publication
from app.models.report import is_public, lies_in

PAGE = 20
RADII_M = (300, 1200, 5000)  # how far "near me" looks, one after the other, until it has enough
ENOUGH = 10
_LOOKED_AT = 400
_VIEWED = 60
_ANSWERS_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. `older` is the code to go on before; None at the end."""

    views: tuple[PublicView, ...]
    older: str | None


@dataclass(frozen=True, slots=True)
class Near:
    view: PublicView
    distance_m: int


def page(filters: Filters, *, before: str = "", unit_id: int | None = None, limit: int = PAGE) -> Page:
    """The newest public reports, those before the report with the code `before` where one is given.

    Keyset by id: flat at any depth. An unknown code raises `codes.InvalidCode`.
    """
    first = codes.id_of(before, remembered.code_key()) if before else None
    values = values_of_newest(filters, first) | ({} if unit_id is None else {"unit_id": unit_id})

    def compose() -> Select[Report]:
        of_unit = () if unit_id is None else (Report.unit_id == bindparam("unit_id", unit_id),)
        return newest(select(Report), filters, *of_unit, limit=limit + 1, before=first)

    rows = list(db.session.scalars(composed(("list", filters.shape, limit), values, compose), values))
    shown = rows[:limit]
    older = shown[-1].code if len(rows) > limit else None
    views = (view for view in public_view.several(shown) if _fits(view, filters))
    return Page(tuple(views), older)


def _fits(view: PublicView, filters: Filters) -> bool:
    """Is it what was asked for? A report whose step is not shown yet may be on its way from one list to another."""
    return (
        view.status_class in filters.classes
        and (not filters.categories or view.category.code in filters.categories)
        and filters.ward in ("", view.ward.code)
    )


def near(lat: float, lng: float, filters: Filters, limit: int = PAGE) -> list[Near]:
    """Public reports around a place, nearest first, by their public points and to the nearest 10 m."""
    found: list[tuple[int, Report]] = []
    for radius in RADII_M:
        found = _within(lat, lng, radius, filters)
        if len(found) >= ENOUGH:
            break
    shown = found[:limit]
    views = public_view.several([report for _distance, report in shown])
    pairs = zip(views, shown, strict=True)
    return [Near(view, distance) for view, (distance, _report) in pairs if _fits(view, filters)]


def lately_within(lat: float, lng: float, radius: int, filters: Filters) -> list[PublicView]:
    """Public reports in a circle around a place, newest first, by their public points."""
    rows = [report for _distance, report in _measured(lat, lng, radius, filters)]
    return [view for view in public_view.several(rows[:_VIEWED]) if _fits(view, filters)]


def _within(lat: float, lng: float, radius: int, filters: Filters) -> list[tuple[int, Report]]:
    return sorted(_measured(lat, lng, radius, filters), key=lambda one: (one[0], -one[1].id))


def _measured(lat: float, lng: float, radius: int, filters: Filters) -> list[tuple[int, Report]]:
    """Rows of the circle with their distance, the newest first."""
    around = lies_in("public_cell", geo.covering(lat, lng, radius))
    statement = select(Report).where(around, *conditions(filters)).order_by(Report.id.desc()).limit(_LOOKED_AT)
    measured = ((_distance(lat, lng, report), report) for report in db.session.scalars(statement))
    return [one for one in measured if one[0] <= radius]


def _distance(lat: float, lng: float, report: Report) -> int:
    point = (report.public_lat or 0.0, report.public_lng or 0.0)
    return geo.rounded_distance(geo.distance_m((lat, lng), point))


def latest_answers(limit: int = 3) -> list[PublicView]:
    """What was fixed and shown with a photo, newest first. Three more queries than the photos themselves."""
    newest = (
        select(Photo.report_id)
        .where(
            Photo.kind == PhotoKind.AFTER,
            Photo.state == PhotoState.READY,
            Photo.published_at <= now(),
            Photo.report_id.is_not(None),
        )
        .order_by(Photo.id.desc())
        .limit(_ANSWERS_LOOKED_AT)
    )
    ids = list(dict.fromkeys(db.session.scalars(newest)))
    if not ids:
        return []
    fixed = select(Report).where(
        Report.id.in_(ids),
        is_public(),
        Report.status.in_(DONE),
        Report.outcome == Outcome.FIXED,
        Report.publication == Publication.FULL,
    )
    by_id = {report.id: report for report in db.session.scalars(fixed)}
    views = public_view.several([by_id[id] for id in ids if id in by_id][: 4 * limit])
    return [view for view in views if view.photos and view.after][:limit]


def relatives(report: Report) -> list[PublicView]:
    """The same problem before and after this report, and what it was split from or into; public ones, oldest first."""
    is_exact = store.current().category_of(report.category_id).precision is Precision.EXACT
    family = [Report.split_from_id == report.id]
    parents = [report.split_from_id] if report.split_from_id is not None else []
    if is_exact:  # a recurrence is found by the true points, so it would narrow a coarser one
        family.append(Report.recurs_of_id == report.id)
        parents += [report.recurs_of_id] if report.recurs_of_id is not None else []
    if parents:
        family.append(Report.id.in_(parents))
    statement = select(Report).where(or_(*family), Report.id != report.id, is_public()).order_by(Report.id).limit(8)
    return plain_views(list(db.session.scalars(statement)))


def plain_views(reports: Sequence[Report]) -> list[PublicView]:
    """Views without words and photos: no further query."""
    return [PublicView.of(report) for report in reports]
