"""What a list shows of a report, as `templates/components/card.html` wants it: for everybody, for its reporter, at the
desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.domain.city import store
from app.domain.city.model import Category, Ward
from app.domain.public_view import PublicView
from app.domain.reports import secret_of
from app.models import Report
from app.models.choices import OPEN, Severity, Status
from app.web import filters, language


def public_card(view: PublicView, *, distance_m: int | None = None) -> dict[str, Any]:
    """A card for everybody: photo and words only where public."""
    return _card(view, view.category, view.ward, url_for("public.report", code=view.code)) | {
        "distance": f"{distance_m} m" if distance_m is not None else None,
        "words": view.words,
        "language": view.language,
        "recurrence": view.recurrence,
        "thumb": url_for("photos.photo", name=view.photos[0].name, size="thumb") if view.photos else None,
        "overdue": filters.overdue_days(view.due_at) if view.is_overdue else 0,
    }


def own_card(report: Report) -> dict[str, Any]:
    """A card for whoever filed it, which opens their own page."""
    is_running = report.status in OPEN and report.status is not Status.WAITING
    own = url_for("own.page", code=report.code, secret=secret_of(report))
    return _of_report(report, own) | _due(report.due_at if is_running else None)


def desk_row(report: Report, *, names: Mapping[int, str], words: str = "") -> dict[str, Any]:
    """A row of the queue. `names` are the assignees' names by id."""
    unit, lang = store.current().unit_of(report.unit_id), language.chosen()
    return (
        _of_report(report, url_for("desk.report", code=report.code))
        | _due(report.due_at)
        | (_stopped(report) if report.status is Status.WAITING else {})
        | {
            "severity": report.severity,
            "address": report.nearest_address,
            "words": words,
            "language": report.language,
            "unit": unit.short.in_(lang) or unit.name.in_(lang),
            "assignee": names.get(report.assignee_id or 0, ""),
        }
    )


def _of_report(report: Report, url: str) -> dict[str, Any]:
    city = store.current()
    return _card(report, city.category_of(report.category_id), city.ward_of(report.ward_id), url)


def _card(report: Report | PublicView, category: Category, ward: Ward, url: str) -> dict[str, Any]:
    """What every list shows; what a card leaves out is empty."""
    lang = language.chosen()
    return {
        "url": url,
        "code": report.code,
        "category": category.name.in_(lang),
        "icon": category.icon,
        "ward": ward.name.in_(lang),
        "status": report.status,
        "outcome": report.outcome,
        "waiting": report.waiting_for,
        "severity": report.severity if report.severity is Severity.URGENT else None,
        "age": filters.age(report.filed_at),
        "affected": report.affected,
        "distance": None,
        "words": "",
        "thumb": None,
        "due": None,
        "overdue": 0,
    }


def _due(at: datetime | None) -> dict[str, Any]:
    return {"due": filters.due(at) if at else "", "overdue": filters.overdue_days(at)}


def _stopped(report: Report) -> dict[str, Any]:
    """A clock that stands still is never overdue: until when, and what is left of it."""
    left = filters.working_time(report.remaining_minutes) if report.remaining_minutes else ""
    return {"overdue": 0, "due_note": _("on hold, %(time)s left", time=left) if left else _("on hold")}
