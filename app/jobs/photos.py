"""Photos that wait to be developed, files that nobody names any more, originals whose time is over."""

from __future__ import annotations

from datetime import timedelta

from app.domain.media import store as photos
from app.domain.media.sweep import forget_originals, sweep_orphans

ORIGINALS_KEPT = timedelta(days=90)  # the privacy page says so


def develop(limit: int = 4) -> int:
    """Develop some waiting photos; answers how many were worked on."""
    return photos.finish_pending(limit)


def sweep() -> int:
    """Delete files that no row names, and photos as they were before they were covered; answers how many."""
    return sweep_orphans() + forget_originals(ORIGINALS_KEPT)
