"""What the city declares: notices, hours that do not count, storms. For dispatchers and administrators."""

from __future__ import annotations

from flask import Blueprint

from app.models.choices import Role
from app.web import later
from app.web.access import open_to
from app.web.actors import actor

bp = Blueprint("declare", __name__, url_prefix="/desk/declare")
open_to_speakers = open_to(Role.DISPATCHER, Role.ADMIN)  # of the city: the domain asks for the right to each thing


@bp.context_processor
def everywhere() -> dict[str, object]:
    """Storm mode is for administrators alone."""
    return {"is_admin": later(lambda: actor().has(Role.ADMIN))}


from app.routes.declare import notices, storms, suspensions  # noqa: E402, F401  # views hang themselves on the blueprint
