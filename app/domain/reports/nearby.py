"""Similar reports around a place, as strips for the form and the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from app.domain import geo
from app.domain.city import store
from app.domain.permissions import Actor, handled_by
from app.extensions import db
from app.models import Report, now
from app.models.choices import DONE, OPEN
from app.models.report import is_public, lies_in

DONE_DAYS = 14
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Near:
    report: Report
    distance_m: int


def similar(category: str, lat: float, lng: float, *, also_done: bool = False, limit: int = SHOWN) -> list[Near]:
    """Public reports of this category around a place, nearest first: open ones, perhaps those done within two weeks.

    Distances are of the public points, rounded to 10 m, so that they narrow no position.
    """
    city = store.current()
    kind = city.categories.get(category)
    if kind is None:
        return []  # the category has left the city: nobody files in it any more
    statuses: ColumnElement[bool] = Report.status.in_(OPEN)
    if also_done:
        done_since = now() - timedelta(days=DONE_DAYS)
        statuses = or_(statuses, Report.status.in_(DONE) & (Report.resolved_at >= done_since))
    statement = (
        select(Report)
        .where(
            Report.category_id == kind.id,
            is_public(),
            lies_in("public_cell", geo.covering(lat, lng, kind.similar_m + 20)),
            statuses,
        )
        .order_by(Report.id.desc())
        .limit(200)
    )
    near = [
        Near(report, geo.rounded_distance(geo.distance_m((lat, lng), (report.public_lat or 0, report.public_lng or 0))))
        for report in db.session.scalars(statement)
    ]
    return sorted((one for one in near if one.distance_m <= kind.similar_m), key=lambda one: one.distance_m)[:limit]


def known_to(seen_by: Actor) -> ColumnElement[bool]:
    """What a desk may be told lies at a place: what it handles, and of other desks what is public at its true place."""
    is_exact = and_(Report.public_lat == Report.lat, Report.public_lng == Report.lng)
    return or_(handled_by(seen_by), and_(is_public(), is_exact))


def around(report: Report, *, seen_by: Actor, radius_m: int = 100, limit: int = SHOWN) -> list[Near]:
    """For the desk: the same category around a report, true distances, twelve weeks back."""
    since = now() - timedelta(weeks=12)
    statement = (
        select(Report)
        .where(
            Report.category_id == report.category_id,
            lies_in("cell", geo.covering(report.lat, report.lng, radius_m)),
            Report.id != report.id,
            Report.filed_at >= since,
            known_to(seen_by),
        )
        .order_by(Report.id.desc())
        .limit(100)
    )
    here = (report.lat, report.lng)
    near = [Near(one, round(geo.distance_m(here, (one.lat, one.lng)))) for one in db.session.scalars(statement)]
    return sorted((one for one in near if one.distance_m <= radius_m), key=lambda one: one.distance_m)[:limit]
