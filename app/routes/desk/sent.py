"""The bar "Sent. Undo": what this browser sent last, for as long as it can be taken back."""

from __future__ import annotations

from typing import Any

from flask import session

from app.extensions import undo_seconds
from app.models import Event, now

_KEY = "desk_sent"


def remember(event: Event, code: str, move: str) -> None:
    session[_KEY] = {
        "event": event.id,
        "code": code,
        "move": move,
        "until": int(event.at.timestamp()) + undo_seconds(),
    }


def forget() -> dict[str, Any] | None:
    said: dict[str, Any] | None = session.pop(_KEY, None)
    return said


def bar() -> dict[str, Any] | None:
    """What may still be taken back, and for how many seconds; None when there is nothing."""
    said = session.get(_KEY)
    if not said:
        return None
    left = said["until"] - int(now().timestamp())
    return {**said, "left": left} if left > 0 else None
