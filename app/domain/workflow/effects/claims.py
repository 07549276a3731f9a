"""Somebody says that an open report is fixed: the unit looks, and says whether it is so. The status stays."""

from __future__ import annotations

from app.domain.workflow.effects.step import Step


def decide(step: Step) -> None:
    """Confirmed or refused: the claim is answered, and what it brought has been looked at."""
    step.report.claimed_at = None
    step.report.has_news = False
