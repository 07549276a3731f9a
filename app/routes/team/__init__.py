"""A unit's people and ready answers: a lead keeps her own unit's, an administrator everybody's."""

from __future__ import annotations

from flask import Blueprint

from app.models.choices import Role
from app.web.access import open_to

bp = Blueprint("team", __name__, url_prefix="/desk/team")
open_to_leads = open_to(Role.LEAD, Role.ADMIN)

from app.routes.team import answers, people  # noqa: E402, F401  # views hang themselves on the blueprint
