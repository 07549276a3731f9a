"""Static files under addresses that name their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from flask import Flask, Response, request
from markupsafe import Markup

from app.adapters import push
from app.config import ROOT
from app.web import frugal, language
from app.web.once import once

STATIC = ROOT / "static"


@lru_cache(maxsize=512)
def _digest(name: str) -> str:
    """Read once: a page names the file of icons a hundred times. Whoever changes a file starts the program anew."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, e.g. `asset("css/app.css")` → `/static/css/app.css?v=1f…`."""
    return f"{language.root()}/static/{name}?v={_digest(name)}"


def icon(name: str, label: str | None = None, css: str = "") -> Markup:
    """A symbol of static/icons.svg; without a label it is decoration and silent.

    Names: static/icons/names.txt, the categories' icons, and our own: mark, pin-open, pin-waiting, pin-done …
    """
    return once(_icon, name, str(label) if label else "", css)


def _icon(name: str, label: str, css: str) -> Markup:
    if frugal.is_on():
        return frugal.sign(name, label or None, css)
    return _drawn(asset("icons.svg"), name, label, css)


@lru_cache(maxsize=2048)
def _drawn(sheet: str, name: str, label: str, css: str) -> Markup:
    """Drawn once for all pages."""
    classes = f"icon {css}" if css else "icon"
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    drawing = Markup('<svg class="{}" {} focusable="false"><use href="{}#i-{}"></use></svg>')
    return drawing.format(classes, said, sheet, name)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["push_key"] = lambda: push.pusher().key

    @app.after_request
    def keep(response: Response) -> Response:
        if request.path.startswith("/static/"):
            kept = "public, max-age=31536000, immutable" if request.args.get("v") else "public, max-age=3600"
            response.headers["Cache-Control"] = kept
        return response
