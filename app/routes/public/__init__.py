"""Pages for everybody: the front, a report, lists, a code looked up, and what this is."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("public", __name__)

from app.routes.public import flag, front, frugal, lists, pages, report  # noqa: E402, F401  # views hang themselves on the blueprint
