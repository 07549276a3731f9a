"""Photos that wait to be developed, and files that nobody names any more."""

from __future__ import annotations

from app.domain.media import store as photos
from app.domain.media.sweep import sweep_orphans


def develop(limit: int = 4) -> int:
    """Develop some waiting photos; answers how many were worked on."""
    return photos.finish_pending(limit)


def sweep() -> int:
    """Delete files that no row names; answers how many."""
    return sweep_orphans()
