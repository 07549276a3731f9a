"""Little data: a page with a style of its own, the phone's fonts, signs instead of drawings, photos and maps by choice.

Said by a switch that the browser remembers, else by the browser's own `Save-Data`. Such a page is nobody else's: caches
keep the usual one under the same address, and the web server in front passes these by (deploy/nginx/hoiam.conf).
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, has_request_context, request
from markupsafe import Markup, escape

COOKIE = "hoiam_frugal"
YEAR = 365 * 24 * 3600
THE_MAP = "map"  # in the address of a page whose map was asked for: that one comes whole
STAFF = ("/desk", "/admin", "/styleguide")
SIGNS = {  # instead of the drawings that nothing else would say
    "x": "×",
    "check": "✓",
    "circle-check": "✓",
    "search": "→",
    "plus": "+",
    "arrow-left": "←",
    "arrow-right": "→",
    "arrow-up": "↑",
    "arrow-down": "↓",
    "alert-circle": "!",
    "alert-triangle": "!",
    "pin-urgent": "!",
}


def is_wanted() -> bool:
    """Has this person, or their browser, asked for little data?"""
    said = request.cookies.get(COOKIE, "")
    return said == "1" or (said == "" and request.headers.get("Save-Data", "").lower() == "on")


def is_on() -> bool:
    """Is this page one of little data? Asked by each symbol of a page, so answered once."""
    if not has_request_context():
        return False
    if "is_frugal" not in g:
        is_whole = request.path.startswith(STAFF) or request.args.get(THE_MAP) == "1"
        g.is_frugal = not is_whole and is_wanted()
    return bool(g.is_frugal)


def remember(response: Response, wanted: bool) -> Response:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(COOKIE, "1" if wanted else "0", max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def sign(name: str, label: str | None, css: str) -> Markup:
    """What stands where a drawing would."""
    if label:
        return escape(label)
    if name not in SIGNS:
        return Markup("")
    return Markup('<span class="icon {}" aria-hidden="true">{}</span>').format(css, SIGNS[name])


def init_app(app: Flask) -> None:
    app.jinja_env.globals["frugal"] = is_on
