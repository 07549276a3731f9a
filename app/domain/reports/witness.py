"""What somebody else than the reporter tells about a report: that it is fixed, or more about the same problem.

Their words and photos are for the unit alone. They are never published, and neither the reporter nor the desk learns
who told them; a claim is shown as a claim, and changes the status of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.domain import events, search
from app.domain.errors import Invalid, Stale
from app.domain.permissions import ANONYMOUS
from app.domain.reports.find import get_for_change
from app.domain.reports.following import MAX_WORDS
from app.extensions import db
from app.models import Photo, Report
from app.models.choices import EventKind, StatusClass, WordsKind


def claim_fixed(code: str, text: str, *, photo_ids: Sequence[int] = (), language: str = "vi") -> None:
    """Somebody says that it is fixed, inside a unit of work; the unit confirms or refuses it."""
    report = get_for_change(code, by=ANONYMOUS)
    if not report.is_open:
        raise Stale(_l("This report is no longer open."))
    if report.claimed_at is not None:
        raise Stale(_l("Somebody has said so already. The unit has to look first."))
    _tell(report, EventKind.CLAIMED, text, photo_ids, language)


def tell(code: str, text: str, *, photo_ids: Sequence[int] = (), language: str = "vi") -> None:
    """Somebody with the same problem adds words or photos, inside a unit of work."""
    report = get_for_change(code, by=ANONYMOUS)
    if report.status_class not in (StatusClass.OPEN, StatusClass.DONE):
        raise Stale(_l("This report is no longer open."))
    _tell(report, EventKind.TOLD, text, photo_ids, language)


def _tell(report: Report, kind: EventKind, text: str, photo_ids: Sequence[int], language: str) -> None:
    if not text.strip() and not photo_ids:
        raise Invalid(_l("Write a few words, or add a photo."), field="words")
    if len(text) > MAX_WORDS:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_WORDS), field="words")
    is_claim = kind is EventKind.CLAIMED
    with events.recording(report, kind, by=ANONYMOUS, public=is_claim) as entry:
        entry.say(WordsKind.TESTIMONY, text, public=False, language=language)
        report.has_news = True
        if is_claim:
            report.claimed_at = entry.at
    assert entry.event is not None
    if photo_ids:
        db.session.execute(update(Photo).where(Photo.id.in_(photo_ids)).values(event_id=entry.event.id))
    search.refresh(report)
