"""Static files under addresses that name their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

from app.config import ROOT
from app.web import language

STATIC = ROOT / "static"


@lru_cache(maxsize=512)
def _digest(path: Path, changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, e.g. `asset("css/app.css")` → `/static/css/app.css?v=1f…`."""
    path = STATIC / name
    return f"{language.root()}/static/{name}?v={_digest(path, path.stat().st_mtime_ns)}"


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def keep(response: Response) -> Response:
        if request.path.startswith("/static/"):
            kept = "public, max-age=31536000, immutable" if request.args.get("v") else "public, max-age=3600"
            response.headers["Cache-Control"] = kept
        return response
