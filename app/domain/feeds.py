"""What a feed tells: the newest public reports of a place, a unit or a category, and when each changed in public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, union_all

from app.domain import geo, public_list, public_view, reports
from app.domain.errors import Invalid
from app.domain.permissions import ANONYMOUS
from app.domain.public_filters import SHOWN, Filters
from app.domain.public_view import PublicView
from app.extensions import db
from app.models import Event, Photo, Report, Words, now

MOST = 50
EVERYTHING = frozenset(SHOWN)


@dataclass(frozen=True, slots=True)
class Entry:
    """A report as a feed tells it. `updated_at`: its last change that the public was shown."""

    view: PublicView
    updated_at: datetime


def newest(*, ward: str = "", category: str = "", unit_id: int | None = None) -> list[Entry]:
    """The newest public reports, whatever became of them. Four queries."""
    filters = Filters(classes=EVERYTHING, ward=ward, categories=(category,) if category else ())
    return _entries(public_list.page(filters, unit_id=unit_id, limit=MOST).views)


def around(lat: float, lng: float, radius_m: int) -> list[Entry]:
    """The newest public reports of a circle. Measured from public points alone, so that no circle tells more."""
    if radius_m not in geo.CIRCLES_M:
        sizes = ", ".join(str(one) for one in geo.CIRCLES_M)
        raise Invalid(_l("A circle has one of these radii, in metres: %(sizes)s.", sizes=sizes), field="radius")
    views = public_list.lately_within(lat, lng, radius_m, Filters(classes=EVERYTHING))
    inside = [view for view in views if view.point and _metres(view.point, (lat, lng)) <= radius_m]
    return _entries(inside[:MOST])


def of_report(code: str) -> PublicView:
    """A report with its timeline. Raises like `reports.get`."""
    return public_view.whole(reports.get(code, seen_by=ANONYMOUS))


def _metres(one: geo.Point, other: geo.Point) -> int:
    return geo.rounded_distance(geo.distance_m(one, other))


def _entries(views: Sequence[PublicView]) -> list[Entry]:
    changed = _changed([view.code for view in views])
    return [Entry(view, max(changed.get(view.code, view.filed_at), view.filed_at)) for view in views]


def _changed(codes: Sequence[str]) -> dict[str, datetime]:
    """When the public was last shown something new of each: an event, words, a photo. One query."""
    if not codes:
        return {}
    at = now()
    ids = select(Report.id).where(Report.code.in_(codes))
    told = union_all(
        select(Event.report_id, Event.public_at.label("shown_at")).where(
            Event.report_id.in_(ids), Event.public_at <= at, Event.undone_at.is_(None)
        ),
        select(Words.report_id, Words.public_at).where(
            Words.report_id.in_(ids), Words.public_at <= at, Words.public_text.is_not(None)
        ),
        select(Photo.report_id, Photo.published_at).where(Photo.report_id.in_(ids), Photo.published_at <= at),
    ).subquery()
    last = (
        select(Report.code, func.max(told.c.shown_at)).join(told, told.c.report_id == Report.id).group_by(Report.code)
    )
    return {row[0]: row[1] for row in db.session.execute(last)}
