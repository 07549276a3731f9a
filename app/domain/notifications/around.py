"""Which alerts ask for a report that has just become public. Found by its public point, never by the true one."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from app.domain import geo
from app.domain.city import store
from app.extensions import db
from app.models import Alert, AlertCell, AlertHit, Event, Report, now
from app.models.choices import EventKind, Publication

CELL_ZOOM = 13  # of the cells that circles are found by
SHOWS = frozenset({EventKind.ROUTED, EventKind.RELEASED, EventKind.PUBLISHED})  # after these it may be public


def match(event: Event, report: Report, *, but: Collection[int]) -> int:
    """Keep a hit for every alert that asks for this report and has none yet; answers how many are new.

    `but` are ids of people who know of it already. Inside the unit of work that announces the event.
    """
    if event.kind not in SHOWS or report.publication is Publication.NONE:
        return 0
    known = set(db.session.scalars(select(AlertHit.alert_id).where(AlertHit.report_id == report.id)))
    category = store.current().category_of(report.category_id).code
    found = [
        alert
        for alert in _around(report)
        if alert.id not in known
        and alert.person_id not in but
        and (not alert.categories or category in alert.categories)
        and (alert.ward_id is not None or _is_within(alert, report))
    ]
    db.session.add_all(AlertHit(alert_id=alert.id, report_id=report.id, found_at=now()) for alert in found)
    db.session.flush()
    return len(found)


def _around(report: Report) -> list[Alert]:
    """Those of its ward, and those whose circles touch its cell; of what was filed before an alert nothing is told."""
    near = or_(Alert.ward_id == report.ward_id)
    if report.public_cell is not None:
        cell = report.public_cell >> 2 * (geo.CELL_ZOOM - CELL_ZOOM)
        near = or_(near, Alert.id.in_(select(AlertCell.alert_id).where(AlertCell.cell == cell)))
    running = (Alert.ended_at.is_(None), Alert.created_at <= report.filed_at)
    return list(db.session.scalars(select(Alert).where(near, *running)))


def _is_within(alert: Alert, report: Report) -> bool:
    if alert.lat is None or alert.lng is None or report.public_lat is None or report.public_lng is None:
        return False
    distance = geo.distance_m((alert.lat, alert.lng), (report.public_lat, report.public_lng))
    return distance <= (alert.radius_m or 0)
