"""How this works, what happens to personal data, and how accessible it is; what programs ask every site for."""

from __future__ import annotations

from flask import Response, redirect, render_template
from flask.typing import ResponseReturnValue

from app.routes.public import bp
from app.web.access import open_to_all
from app.web.assets import asset
from app.web.caching import HOUR, cacheable

ROBOTS = """\
User-agent: *
Disallow: /r/*/
Disallow: /en/r/*/
Disallow: /report/
Disallow: /en/report/
Disallow: /desk
Disallow: /en/desk
Disallow: /admin
Disallow: /en/admin
Disallow: /account
Disallow: /en/account
Disallow: /api/
Disallow: /tiles/
"""


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


@bp.get("/robots.txt")
@open_to_all
def robots() -> ResponseReturnValue:
    """Public reports may be found; what belongs to one person, and what is made for machines, need not be read."""
    return cacheable(Response(ROBOTS, mimetype="text/plain"), HOUR)


@bp.get("/favicon.ico")
@open_to_all
def favicon() -> ResponseReturnValue:
    """Asked for by browsers that do not read the page's own link to its mark."""
    return redirect(asset("icons/mark.svg"), 302)
