"""What is measured of each request, by the template of its route: for Prometheus, and one line in the log."""

from __future__ import annotations

import logging
import time
from functools import cache

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

from app import statements
from app.web import tracing

REGISTRY = CollectorRegistry()
NO_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_SECONDS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_QUERIES = (0, 1, 2, 4, 6, 8, 10, 12, 15, 20, 30)

requests = Counter("hoiam_requests", "Answers.", ("method", "route", "status"), registry=REGISTRY)
seconds = Histogram(
    "hoiam_request_seconds",
    "From the request's arrival to its answer.",
    ("route",),
    registry=REGISTRY,
    buckets=_SECONDS,
)
queries = Histogram(
    "hoiam_request_queries", "Statements one answer took.", ("route",), registry=REGISTRY, buckets=_QUERIES
)

log = logging.getLogger("app.access")


@cache
def _of(method: str, route: str, status: int) -> tuple[Counter, Histogram, Histogram]:
    """The measures of one kind of answer, looked up once."""
    return requests.labels(method, route, status), seconds.labels(route), queries.labels(route)


def init_app(app: Flask) -> None:
    is_told = app.config["HOIAM"].access_log

    @app.before_request
    def arrives() -> None:
        g.arrived = time.perf_counter()
        if is_told:
            tracing.number()  # asked for in time to stand in the answer's header too

    @app.after_request
    def answered(response: Response) -> Response:
        took = time.perf_counter() - g.get("arrived", time.perf_counter())
        asked = statements.tally().count
        route = request.url_rule.rule if request.url_rule else NO_ROUTE
        method = request.method if request.method in METHODS else NO_ROUTE  # whoever asks may make up any word
        count, time_taken, statements_asked = _of(method, route, response.status_code)
        count.inc()
        time_taken.observe(took)
        statements_asked.observe(asked)
        if is_told:
            said: dict[str, object] = {"ms": round(took * 1000, 1), "queries": asked, "request": tracing.number()}
            code = (request.view_args or {}).get("code")
            if code is not None:
                said["report"] = code
            log.info("%s %s %s", request.method, route, response.status_code, extra=said)
        return response
