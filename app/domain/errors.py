"""A refusal, in words a person can act on. Routes turn each kind into the page it deserves."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something the city will not do. `message` is a (lazy) text for the person who asked."""

    status = 400

    def __init__(self, message: Any, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(Refusal):
    """What was said cannot be taken as it stands; `field` names where."""

    status = 422


class Forbidden(Refusal):
    """Not yours to see or do."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or none that you may know of."""

    status = 404


class Gone(Refusal):
    """It was here: withdrawn, hidden or masked."""

    status = 410


class Moved(Refusal):
    """It lives on elsewhere, for now: a merged report, and a merge can be undone. `code` names where."""

    status = 302

    def __init__(self, message: Any, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Stale(Refusal):
    """Somebody else was faster: the report has moved on since the page was drawn."""

    status = 409
