"""Log lines: one fact each, with the ids it is about, never a person's data.

`2025-11-25T02:00:00Z info app.jobs.deliver: sent delivery=12`, or the same as one JSON object a line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import Any

from flask import g, has_app_context

# PostgreSQL names the values it refused: "DETAIL:  Key (email)=(…) already exists."
DETAIL = re.compile(r"^(DETAIL|CONTEXT|PARAMETERS): .*\n?", re.MULTILINE)
KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class Line(logging.Formatter):
    """Level, place and fact, then what was given as `extra=`, as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        ids = "".join(f" {name}={value}" for name, value in ids_of(record).items())
        line = f"{_at(record)} {record.levelname.lower()} {record.name}: {record.getMessage()}{ids}"
        return f"{line}\n{self.trace(record)}" if record.exc_info else line

    def trace(self, record: logging.LogRecord) -> str:
        """How it came to the error, without the values a database names."""
        assert record.exc_info is not None  # asked only where there is one
        return DETAIL.sub("", self.formatException(record.exc_info))


class Object(Line):
    """The same as one JSON object a line, for whatever collects logs."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **ids_of(record),
        }
        if record.exc_info:
            said["trace"] = self.trace(record)
        return json.dumps(said, ensure_ascii=False, default=str)


def ids_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line is about: what was given as `extra=`, and the number of the request it belongs to."""
    ids = {name: value for name, value in record.__dict__.items() if name not in KNOWN}
    if has_app_context() and "request_number" in g:
        ids.setdefault("request", g.request_number)
    return ids


def _at(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def configure(level: str, form: str = "text") -> None:
    """Log to the standard error output, at this level and above; libraries speak only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Object() if form == "json" else Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(level.upper())
