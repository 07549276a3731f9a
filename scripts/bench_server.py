"""The program as it is served, with three headers more: how many statements an answer took, and how long they ran.

Beside it, under /floor, the least that any answer of this server costs: an empty page of Flask, and one `SELECT 1`.
"""

import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from flask import Flask
from sqlalchemy import event, text
from waitress import serve

from app import create_app
from app.extensions import db

UNCOUNTED = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|PRAGMA|SAVEPOINT|RELEASE|SET)\b", re.IGNORECASE)
Start = Callable[..., Any]


class Counting:
    """Counts for one client at a time: the bench asks one thing after the other."""

    def __init__(self, app: Flask) -> None:
        self.app, self.count, self.seconds = app, 0, 0.0
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._before)
            event.listen(db.engine, "after_cursor_execute", self._after)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        self.count, self.seconds = 0, 0.0

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            mine = [("X-Bench-Queries", str(self.count)), ("X-Bench-Sql-Ms", f"{self.seconds * 1000:.3f}")]
            return start(status, headers + mine, *rest)

        return self.app(environ, started)

    def _before(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        self.count += not UNCOUNTED.match(statement)
        self._started = time.perf_counter()

    def _after(self, *_rest: Any) -> None:
        self.seconds += time.perf_counter() - self._started


def floor(app: Flask) -> Flask:
    """Two routes without anything of ours around them."""
    bare = Flask("floor")

    @bare.get("/floor/flask")
    def empty() -> str:
        return "ok"

    @bare.get("/floor/sql")
    def one() -> str:
        with app.app_context():
            return str(db.session.execute(text("SELECT 1")).scalar())

    return bare


def main(port: int) -> None:
    app = create_app()
    counting, bare = Counting(app), floor(app)

    def door(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        chosen: Any = bare if environ["PATH_INFO"].startswith("/floor/") else counting
        answer: Iterable[bytes] = chosen(environ, start)
        return answer

    serve(door, host="127.0.0.1", port=port, threads=4, ident=None, _quiet=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
