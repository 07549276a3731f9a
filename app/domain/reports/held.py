"""The time to edit: a fresh report is its reporter's alone. They change it, send it or take it back; then it goes out.

How long it is, the city says. What is urgent goes out at once, and so does what a clerk enters for somebody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.city import store
from app.domain.city.model import City
from app.models import Report
from app.models.choices import Channel, Severity, Status


def is_held(city: City, severity: Severity, channel: Channel) -> bool:
    """Has its reporter time to edit a report that is filed now?"""
    return city.settings.edit_window_minutes > 0 and severity is not Severity.URGENT and channel is Channel.WEB


def until(report: Report) -> datetime | None:
    """When the time to edit ends; None for a report that has gone out."""
    if report.status is not Status.HELD:
        return None
    return report.filed_at + timedelta(minutes=store.current().settings.edit_window_minutes)


def can_edit(report: Report, at: datetime) -> bool:
    """To the very moment, also where the worker that sends it out is late."""
    end = until(report)
    return end is not None and at < end
