"""What the city declares: notices, hours that do not count, storms. For dispatchers and administrators."""

from __future__ import annotations

from flask import Blueprint

from app.models.choices import Role
from app.web.access import open_to

bp = Blueprint("declare", __name__, url_prefix="/desk/declare")
open_to_speakers = open_to(Role.DISPATCHER, Role.ADMIN)  # of the city: the domain asks for the right to each thing

from app.routes.declare import notices, suspensions  # noqa: E402, F401  # views hang themselves on the blueprint
