"""The program as it is served, with two headers more: how many statements an answer took, and how long they ran.

Beside it, under /floor, the least that any answer of this server costs: an empty page of Flask, one `SELECT 1`, and the
bare statements of the answer before, asked again on one connection without anything of ours around them.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask
from sqlalchemy import event, text
from waitress import serve

from app import create_app
from app.extensions import db

UNCOUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
Start = Callable[..., Any]


class Counting:
    """Counts for one client at a time: the bench asks one thing after the other."""

    def __init__(self, app: Flask) -> None:
        self.app, self.count, self.seconds = app, 0, 0.0
        self.asked: list[tuple[str, Any]] = []
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._before)
            event.listen(db.engine, "after_cursor_execute", self._after)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        self.count, self.seconds, self.asked = 0, 0.0, []

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            mine = [("X-Bench-Queries", str(self.count)), ("X-Bench-Sql-Ms", f"{self.seconds * 1000:.3f}")]
            return start(status, headers + mine, *rest)

        return self.app(environ, started)

    def _before(self, _connection: Any, cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not UNCOUNTED.match(statement):
            self.count += 1
            self.asked.append((statement, values))
        self._started = time.perf_counter()

    def replayed_ms(self, times: int) -> float | None:
        """The median of the last answer's statements on one bare connection; None where they write."""
        asked = self.asked
        if any(not READS.match(statement) for statement, _values in asked):
            return None
        with self.app.app_context():
            connection: Any = db.engine.raw_connection()
            try:
                cursor = connection.cursor()
                return median(_ms(cursor, asked) for _ in range(times))
            finally:
                connection.close()

    def _after(self, *_rest: Any) -> None:
        self.seconds += time.perf_counter() - self._started


def _ms(cursor: Any, asked: list[tuple[str, Any]]) -> float:
    began = time.perf_counter()
    for statement, values in asked:
        cursor.execute(statement, values)
        cursor.fetchall()
    return (time.perf_counter() - began) * 1000


def floor(app: Flask, counting: Counting) -> Flask:
    """Routes without anything of ours around them."""
    bare = Flask("floor")

    @bare.get("/floor/flask")
    def empty() -> str:
        return "ok"

    @bare.get("/floor/sql")
    def one() -> str:
        with app.app_context():
            return str(db.session.execute(text("SELECT 1")).scalar())

    @bare.get("/floor/replay")
    def replay() -> dict[str, float | None]:
        return {"ms": counting.replayed_ms(7)}

    return bare


def main(port: int) -> None:
    app = create_app()
    counting = Counting(app)
    bare = floor(app, counting)

    def door(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        chosen: Any = bare if environ["PATH_INFO"].startswith("/floor/") else counting
        answer: Iterable[bytes] = chosen(environ, start)
        return answer

    serve(door, host="127.0.0.1", port=port, threads=4, ident=None, _quiet=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
