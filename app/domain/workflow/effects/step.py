"""What an effect may look at, and the days and moments that several of them say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app.domain.city.model import City
from app.domain.errors import Invalid
from app.domain.events import Recording
from app.domain.permissions import Actor
from app.domain.workflow.details import Details
from app.models import Report


@dataclass(frozen=True)
class Step:
    """Everything an effect may look at."""

    city: City
    report: Report
    details: Details
    entry: Recording
    by: Actor

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.city.timezone)).date()


def day_within(step: Step, on: date | None, *, field: str, days: int) -> date:
    """A day from today on, not further than `days` ahead."""
    if on is None:
        raise Invalid(_l("Choose a day."), field=field)
    if on < step.today:
        raise Invalid(_l("Choose today or a later day."), field=field)
    if on > step.today + timedelta(days=days):
        raise Invalid(_l("That day is too far ahead."), field=field)
    return on


def past_day(step: Step, on: date) -> None:
    if on > step.today:
        raise Invalid(_l("A visit cannot lie in the future."), field="visit_on")
    if on < step.today - timedelta(days=366):
        raise Invalid(_l("That visit is more than a year ago."), field="visit_on")


def old_and_new(old: datetime, new: datetime) -> dict[str, int]:
    return {"due_was": int(old.timestamp()), "due": int(new.timestamp())}
