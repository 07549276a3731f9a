"""The desk: the queue, one report on one screen, and the steps staff take."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("desk", __name__)

from app.routes.desk import many, queue, report, steps  # noqa: E402, F401  # views register on the blueprint above
