"""For whoever runs the city: is the process alive, is it fit to serve?"""

from __future__ import annotations

from flask import Response, jsonify
from flask.blueprints import Blueprint
from flask.typing import ResponseReturnValue

from app.domain import health
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
