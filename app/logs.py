"""Log lines: one fact each, with the ids it is about, never a person's data.

`2025-11-25T02:00:00Z info app.jobs.deliver: sent delivery=12`
"""

from __future__ import annotations

import logging
import re
import sys
import time

# PostgreSQL names the values it refused: "DETAIL:  Key (email)=(…) already exists."
DETAIL = re.compile(r"^(DETAIL|CONTEXT|PARAMETERS): .*\n?", re.MULTILINE)
KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}


class Line(logging.Formatter):
    """Level, place and fact, then what was given as `extra=`, as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        ids = "".join(f" {name}={value}" for name, value in record.__dict__.items() if name not in KNOWN)
        line = f"{at} {record.levelname.lower()} {record.name}: {record.getMessage()}{ids}"
        return f"{line}\n{DETAIL.sub('', self.formatException(record.exc_info))}" if record.exc_info else line


def configure(level: str) -> None:
    """Log to the standard error output, at this level and above; libraries speak only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(level.upper())
