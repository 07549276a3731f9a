"""Which alerts ask for reports that have just become public. Found by public points, never by the true ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import or_, select

from app.domain import geo
from app.domain.city import store
from app.extensions import db
from app.models import Alert, AlertCell, AlertHit, Event, Report, now
from app.models.choices import EventKind, Publication

CELL_ZOOM = 13  # of the cells that circles are found by
SHOWS = frozenset({EventKind.ROUTED, EventKind.RELEASED, EventKind.PUBLISHED})  # after these it may be public


def match(happened: Iterable[tuple[Event, Report]], *, known_to: Mapping[int, set[int]]) -> int:
    """Keep a hit for every alert that asks for one of these reports and has none of it yet; answers how many are new.

    `known_to`: by report, ids of people who have a part in it anyway. Inside the unit of work that announces the
    events; three queries at most, however many there are.
    """
    shown = {
        report.id: report
        for event, report in happened
        if event.kind in SHOWS and report.publication is not Publication.NONE
    }
    alerts = _around(shown.values()) if shown else []
    if not alerts:
        return 0
    hits = db.session.execute(
        select(AlertHit.alert_id, AlertHit.report_id).where(AlertHit.report_id.in_(sorted(shown)))
    )
    told = {(row.alert_id, row.report_id) for row in hits}
    found = [
        AlertHit(alert_id=alert.id, report_id=report.id, found_at=now())
        for report in shown.values()
        for alert in alerts
        if (alert.id, report.id) not in told and alert.person_id not in known_to[report.id] and _asks(alert, report)
    ]
    db.session.add_all(found)
    db.session.flush()
    return len(found)


def _around(reports: Iterable[Report]) -> Sequence[Alert]:
    """Those of their wards, and those whose circles touch their cells."""
    reports = list(reports)
    cells = {_cell(report.public_cell) for report in reports if report.public_cell is not None}
    touched = select(AlertCell.alert_id).where(AlertCell.cell.in_(sorted(cells)))
    near = or_(Alert.ward_id.in_(sorted({report.ward_id for report in reports})), Alert.id.in_(touched))
    return db.session.scalars(select(Alert).where(near, Alert.ended_at.is_(None))).all()


def _asks(alert: Alert, report: Report) -> bool:
    """Of what was filed before the alert nothing is told."""
    if alert.created_at > report.filed_at:
        return False
    if alert.categories and store.current().category_of(report.category_id).code not in alert.categories:
        return False
    if alert.ward_id is not None:
        return alert.ward_id == report.ward_id
    if alert.lat is None or alert.lng is None or report.public_lat is None or report.public_lng is None:
        return False
    distance = geo.distance_m((alert.lat, alert.lng), (report.public_lat, report.public_lng))
    return distance <= (alert.radius_m or 0)


def _cell(public_cell: int) -> int:
    return public_cell >> 2 * (geo.CELL_ZOOM - CELL_ZOOM)
