"""How the city stands at this moment, as numbers for whoever watches its server: what is open, late, and waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from app.domain import heartbeat
from app.extensions import db
from app.models import Delivery, Event, Photo, Report, UnitCount, now
from app.models.choices import OPEN, Status
from app.models.report import is_open, needs_routing_check

NEVER = -1.0  # seconds, where nothing was ever heard


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    value: float


def gauges() -> list[Gauge]:
    """Eight queries, each over what waits alone, however many reports stand."""
    at = now()
    late = select(func.count(Report.id)).where(is_open(), Report.due_at < at, Report.status != Status.WAITING)
    unrouted = select(func.count(Report.id)).where(is_open(), needs_routing_check())
    waits: ColumnElement[bool] = literal_column("delivery.state IN ('waiting', 'claimed')")
    letters = select(func.count(Delivery.id), func.min(Delivery.not_before)).where(waits, Delivery.not_before <= at)
    events = select(func.count(Event.id), func.min(Event.at)).where(Event.announced_at.is_(None))
    # literals, as in the conditions of their partial indexes
    raw_photos: ColumnElement[bool] = literal_column("photo.state = 'raw'")
    photos = select(func.count(Photo.id), func.min(Photo.created_at)).where(raw_photos)
    due, oldest_letter = _pair(letters)
    unannounced, oldest_event = _pair(events)
    raw, oldest_photo = _pair(photos)
    beat = heartbeat.last_beat()
    return [
        Gauge(
            "reports_open", "Open reports.", _number(select(func.sum(UnitCount.n)).where(UnitCount.status.in_(OPEN)))
        ),
        Gauge("reports_overdue", "Open reports whose running promise has passed.", _number(late)),
        Gauge("reports_unrouted", "Open reports whose unit a person should confirm.", _number(unrouted)),
        Gauge("events_unannounced", "Events whose letters are not made yet.", unannounced),
        Gauge("oldest_unannounced_seconds", "Age of the oldest of them.", _age(oldest_event, at)),
        Gauge("deliveries_due", "Letters that are due and not out.", due),
        Gauge("oldest_undelivered_seconds", "How long the oldest of them is due.", _age(oldest_letter, at)),
        Gauge("deliveries_failed", "Letters that were given up.", _number(_failed())),
        Gauge("photos_waiting", "Photos that are not developed yet.", raw),
        Gauge("oldest_photo_seconds", "Age of the oldest of them.", _age(oldest_photo, at)),
        Gauge("worker_silence_seconds", "Since the worker's last sign of life.", _age(beat, at, NEVER)),
    ]


def _failed() -> Select[int]:
    return select(func.count(Delivery.id)).where(literal_column("delivery.state = 'failed'"))


def _number(statement: Select[int]) -> float:
    return float(db.session.scalar(statement) or 0)


def _pair(statement: Select[int, datetime | None]) -> tuple[float, datetime | None]:
    count, oldest = db.session.execute(statement).one()
    return float(count), oldest


def _age(since: datetime | None, at: datetime, nothing: float = 0.0) -> float:
    return nothing if since is None else max(0.0, (at - since).total_seconds())
