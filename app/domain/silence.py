"""How long a unit has said nothing in public about an open report: told on the page, and before that to the unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from app.models import now
from app.models.choices import Status, StatusClass

TOLD_AFTER = timedelta(weeks=4)  # the public reads it
WARNED_AFTER = timedelta(weeks=3)  # the unit does
WEEK = timedelta(weeks=1)


class Spoken(Protocol):
    """A report, or what the public is shown of it."""

    @property
    def status(self) -> Status: ...
    @property
    def status_class(self) -> StatusClass: ...
    @property
    def last_public_word_at(self) -> datetime: ...


def weeks_told(report: Spoken) -> int:
    """Whole weeks without a word that the public is told of; 0 before four of them."""
    return _weeks(report, TOLD_AFTER)


def weeks_warned(report: Spoken) -> int:
    """Whole weeks without a word that the unit is warned of; 0 before three of them."""
    return _weeks(report, WARNED_AFTER)


def _weeks(report: Spoken, least: timedelta) -> int:
    """A report that waits, with a reason and a date that were said, is not passed over in silence."""
    if report.status_class is not StatusClass.OPEN or report.status is Status.WAITING:
        return 0
    quiet = now() - report.last_public_word_at
    return quiet // WEEK if quiet >= least else 0
