"""How this works, what happens to personal data, and how accessible it is."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.routes.public import bp
from app.web.access import open_to_all
from app.web.caching import cacheable


@bp.get("/about")
@open_to_all
def about() -> ResponseReturnValue:
    return cacheable(render_template("public/about.html", cacheable=True))


@bp.get("/privacy")
@open_to_all
def privacy() -> ResponseReturnValue:
    return cacheable(render_template("public/privacy.html", cacheable=True))


@bp.get("/accessibility")
@open_to_all
def accessibility() -> ResponseReturnValue:
    return cacheable(render_template("public/accessibility.html", cacheable=True))
