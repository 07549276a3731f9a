"""Who will see what of a report: made by the code that files it and by the view of everybody, so that it cannot lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain import public_view
from app.domain.city import store
from app.domain.city.model import City
from app.domain.public_view import PublicView
from app.domain.reports import editing, filing
from app.domain.reports.filing import Filing
from app.models import Report
from app.models.choices import Publication, Status


@dataclass(frozen=True, slots=True)
class Preview:
    """`public` is None where everybody sees nothing. `said` is what the unit reads, whole."""

    city: City
    report: Report
    public: PublicView | None
    said: Filing


def of_filing(said: Filing, at: datetime, *, photo_count: int) -> Preview:
    """What everybody and the unit see once it has gone out, before anything is sent.

    Raises Invalid for what could not be filed.
    """
    filing.check(said, has_photo=photo_count > 0)
    planned = filing.plan(said, at)
    report = filing.sketch(said, planned, at, status=Status.NEW, photo_count=photo_count)
    public = None
    if report.publication is not Publication.NONE:
        words = [filing.words_of(report, kind, text, said) for kind, text in filing.spoken(said).items()]
        public = PublicView.of(report, words=words)
    return Preview(planned.city, report, public, said)


def of_report(report: Report) -> Preview:
    """As it stands; where nobody else sees it yet, as it will once its time to edit is over."""
    said = editing.as_filed(report)
    if report.status is Status.HELD:
        seen = of_filing(said, report.filed_at, photo_count=report.photo_count)
        return Preview(seen.city, report, seen.public, said)
    public = public_view.whole(report) if report.publication is not Publication.NONE else None
    return Preview(store.current(), report, public, said)
