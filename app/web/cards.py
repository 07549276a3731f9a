"""What a list shows of a report, as `templates/components/card.html` wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.domain.city import store
from app.domain.public_view import PublicView
from app.models import Report
from app.models.choices import Status
from app.web import filters, language


def public_card(view: PublicView, *, distance_m: int | None = None) -> dict[str, Any]:
    """A card for everybody: photo and words only where public."""
    return {
        "url": url_for("public.report", code=view.code),
        "code": view.code,
        "category": view.category.name.in_(language.chosen()),
        "icon": view.category.icon,
        "ward": view.ward.name.in_(language.chosen()),
        "status": view.status,
        "outcome": view.outcome,
        "waiting": view.waiting_for,
        "severity": view.severity if view.severity == "urgent" else None,
        "age": filters.age(view.filed_at),
        "distance": f"{distance_m} m" if distance_m is not None else None,
        "affected": view.affected,
        "words": view.words,
        "language": view.language,
        "thumb": url_for("photos.photo", name=view.photos[0].name, size="thumb") if view.photos else None,
        "due": None,
        "overdue": filters.overdue_days(view.due_at) if view.is_overdue else 0,
    }


def running(report: Report) -> dict[str, Any]:
    """How the clock of an open report stands, in words, and by how many days it is late."""
    if report.status is Status.WAITING:
        return {"due": _stopped(report), "overdue": 0}
    due_at = report.due_at if report.is_open else None
    return {"due": filters.due(due_at) if due_at else "", "overdue": filters.overdue_days(due_at)}


def _stopped(report: Report) -> str:
    """A paused clock has no due date: what is left of it, and until when it stands still."""
    left = filters.working_time(report.remaining_minutes) if report.remaining_minutes else ""
    until = filters.due(report.due_at) if report.due_at else ""
    if not left:
        return str(_("Stopped until %(moment)s", moment=until))
    return str(_("Stopped until %(moment)s, %(time)s left", moment=until, time=left))


def desk_row(report: Report, *, names: Mapping[int, str], words: str = "") -> dict[str, Any]:
    """A row of the queue. `names` are the assignees' names by id."""
    city, lang = store.current(), language.chosen()
    category = city.category_of(report.category_id)
    return {
        "url": url_for("desk.report", code=report.code),
        "code": report.code,
        "category": category.name.in_(lang),
        "icon": category.icon,
        "ward": city.ward_of(report.ward_id).name.in_(lang),
        "status": report.status,
        "outcome": report.outcome,
        "waiting": report.waiting_for,
        "severity": report.severity,
        "age": filters.age(report.filed_at),
        "affected": report.affected,
        "words": words,
        "language": report.language,
        **running(report),
        "assignee": names.get(report.assignee_id or 0, ""),
        "has_news": report.has_news,
    }
