"""The account of a resident or of staff: getting in, what is mine, and what I may change."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("account", __name__)

from app.routes.account import home, joining, over, settings  # noqa: E402, F401  # views hang themselves on the blueprint
