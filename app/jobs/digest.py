"""The morning letter to those who work a queue."""

from __future__ import annotations

from app.domain.notifications import digest as letters
from app.extensions import unit_of_work


def digest() -> int:
    """Owe today's letters once the hour has come; answers how many."""
    if not letters.is_due():
        return 0
    with unit_of_work():
        return letters.owe_digests()
