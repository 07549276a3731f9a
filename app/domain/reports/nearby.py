"""Similar reports around a place, as strips for the form and the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union_all

from app.domain import geo, public_view
from app.domain.city import store
from app.domain.folding import fold
from app.domain.permissions import Actor, handled_by
from app.domain.public_view import PublicView
from app.extensions import db
from app.models import Report, now
from app.models.choices import DONE
from app.models.report import is_open, is_public, lies_in

DONE_DAYS = 14
SHOWN = 5
LOOKED_AT = 200  # around a place, the newest of them
COMPARED = 20  # the nearest, by their words


@dataclass(frozen=True, slots=True)
class Near:
    report: Report
    distance_m: int


def similar(category: str, lat: float, lng: float, *, also_done: bool = False, limit: int = SHOWN) -> list[Near]:
    """Public reports of this category around a place, nearest first: open ones, perhaps those done within two weeks.

    Distances are of the public points, rounded to 10 m, so that they narrow no position.
    """
    kind = store.current().categories.get(category)
    if kind is None:
        return []  # the category has left the city: nobody files in it any more
    of_kind = (
        Report.category_id == kind.id,
        is_public(),
        lies_in("public_cell", geo.covering(lat, lng, kind.similar_m + 20)),
    )
    heaps: list[tuple[ColumnElement[bool], ...]] = [(is_open(),)]
    if also_done:
        heaps.append((Report.status.in_(DONE), Report.resolved_at >= now() - timedelta(days=DONE_DAYS)))
    points = select(Report.id, Report.public_lat.label("lat"), Report.public_lng.label("lng"))
    newest = [points.where(*of_kind, *heap).order_by(Report.id.desc()).limit(LOOKED_AT) for heap in heaps]
    near = _nearest(newest, (lat, lng), kind.similar_m, limit)
    return [
        Near(report, geo.rounded_distance(geo.distance_m((lat, lng), (report.public_lat or 0, report.public_lng or 0))))
        for report in near
    ]


def perhaps_the_same(category: str, lat: float, lng: float, words: str) -> list[tuple[PublicView, int]]:
    """What somebody who files may mean, the likeliest first, with metres: near by, open or done lately, and told in
    like words. Four queries, whatever lies there; only words that are public are compared."""
    kind = store.current().categories.get(category)
    near = similar(category, lat, lng, also_done=True, limit=COMPARED)
    if kind is None or not near:
        return []
    views = public_view.several([one.report for one in near])
    found = [(view, one.distance_m) for view, one in zip(views, near, strict=True)]
    return sorted(found, key=lambda one: one[1] / kind.similar_m - likeness(words, one[0].words))[:SHOWN]


def likeness(one: str, other: str) -> float:
    """How much two texts share of their words, from 0 to 1, whatever marks were typed."""
    ones, others = set(fold(one).split()), set(fold(other).split())
    return 2 * len(ones & others) / (len(ones) + len(others)) if ones and others else 0.0


def known_to(seen_by: Actor) -> ColumnElement[bool]:
    """What a desk may be told lies at a place: what it handles, and of other desks what is public at its true place."""
    is_exact = and_(Report.public_lat == Report.lat, Report.public_lng == Report.lng)
    return or_(handled_by(seen_by), and_(is_public(), is_exact))


def around(report: Report, *, seen_by: Actor, radius_m: int = 100, limit: int = SHOWN) -> list[Near]:
    """For the desk: the same category around a report, true distances, twelve weeks back."""
    since = now() - timedelta(weeks=12)
    newest = (
        select(Report.id, Report.lat, Report.lng)
        .where(
            Report.category_id == report.category_id,
            lies_in("cell", geo.covering(report.lat, report.lng, radius_m)),
            Report.id != report.id,
            Report.filed_at >= since,
            known_to(seen_by),
        )
        .order_by(Report.id.desc())
        .limit(LOOKED_AT)
    )
    here = (report.lat, report.lng)
    near = _nearest([newest], here, radius_m, limit)
    return [Near(one, round(geo.distance_m(here, (one.lat, one.lng)))) for one in near]


def _nearest(newest: Sequence[Select[Any, Any, Any]], here: geo.Point, radius_m: float, limit: int) -> list[Report]:
    """Of the newest reports around here, each an id and its point, the nearest ones in full: two queries."""
    points = union_all(*(select(part.subquery()) for part in newest))
    near = sorted((geo.distance_m(here, (one.lat, one.lng)), one.id) for one in db.session.execute(points))
    ids = [id for distance, id in near if distance <= radius_m][:limit]
    found = (
        {report.id: report for report in db.session.scalars(select(Report).where(Report.id.in_(ids)))} if ids else {}
    )
    return [found[id] for id in ids]
