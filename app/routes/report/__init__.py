"""A resident files a report: photos, the place, what it is, and one summary before it is sent."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("report", __name__)

from app.routes.report import api, place, preview, send, start, what  # noqa: E402  the views need the blueprint

__all__ = ["api", "bp", "place", "preview", "send", "start", "what"]
