"""For whoever runs the city: is the process alive, is it fit to serve, and what does it measure?"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Response, abort, current_app, jsonify, request
from flask.blueprints import Blueprint
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from app.config import Config
from app.domain import health
from app.domain.gauges import gauges
from app.web import measures
from app.web.access import open_to_all

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_all
def alive() -> ResponseReturnValue:
    """The process answers. Asks nothing of the database."""
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@bp.get("/readyz")
@open_to_all
def ready() -> ResponseReturnValue:
    """200 when everything that serving needs is there, else 503 with what is missing."""
    found = health.checks()
    answer = jsonify(found)
    answer.status_code = 200 if health.is_ready(found) else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/metrics")
@open_to_all
def metrics() -> ResponseReturnValue:
    """What is measured, as Prometheus reads it: to whoever knows the token; without one, to this machine alone."""
    if not _may_read_metrics():
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Standing())
    text = generate_latest(_of_all_processes()) + generate_latest(registry)
    return Response(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_read_metrics() -> bool:
    config: Config = current_app.config["HOIAM"]
    if config.metrics_token:
        return hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {config.metrics_token}")
    is_passed_on = "X-Forwarded-For" in request.headers or "werkzeug.proxy_fix.orig" in request.environ
    return not is_passed_on and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # nosec B104 - compared


def _of_all_processes() -> CollectorRegistry:
    """The measures of every web process of this machine, where they share a folder; else of this one."""
    config: Config = current_app.config["HOIAM"]
    if not config.metrics_folder:
        return measures.REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, config.metrics_folder)  # type: ignore[no-untyped-call]  # prometheus_client is typed in part
    return registry


class _Standing(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for one in gauges():
            yield GaugeMetricFamily(f"hoiam_{one.name}", one.help, one.value)
