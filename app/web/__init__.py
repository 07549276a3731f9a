"""How we answer: language, headers, assets, filters, who may enter."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask, request
from flask_login import current_user
from werkzeug.local import LocalProxy

from app.web import (
    addresses,
    assets,
    caching,
    choices,
    compression,
    filters,
    frugal,
    labels,
    language,
    limits,
    measures,
    nav,
    once,
    security,
    tracing,
)


def later(read: Callable[[], Any]) -> Any:
    """Read once, and only by a page that shows it: the page of an error must need no database."""
    return LocalProxy(cache(read))


def init_app(app: Flask) -> None:
    app.wsgi_app = language.LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    compression.init_app(app)  # first, so that it packs what the others have finished
    language.init_app(app)
    limits.init_app(app)
    app.session_interface = caching.QuietSessions()
    measures.init_app(app)
    addresses.init_app(app)
    assets.init_app(app)
    once.init_app(app)
    choices.init_app(app)
    frugal.init_app(app)
    security.init_app(app)
    tracing.init_app(app)
    labels.init_app(app)
    filters.init_app(app)

    @app.context_processor
    def everywhere() -> dict[str, object]:
        return {
            "lang": language.chosen(),
            "other_language_url": language.other_url(),
            "section": f"{request.script_root}/{request.path.strip('/').partition('/')[0]}",
            "current_user": current_user,
            "city": later(nav.city),
            "desk_nav": cache(nav.desk),  # no proxy: Python takes a failure of its `iter` for "not iterable"
            "is_demo": later(nav.is_demo),
        }
