"""Drawn once a page: a list shows the same few symbols, badges and marks a hundred times."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask, request
from markupsafe import Markup

DRAWN = "hoiam.drawn"


def once(draw: Callable[..., Markup], /, *said: Hashable, **named: Hashable) -> Markup:
    """What a macro or a function draws of these words on this page; it must depend on nothing else that changes."""
    drawn: dict[Any, Markup] = request.environ.setdefault(DRAWN, {})
    key = draw, said, *named.items()
    if key not in drawn:
        drawn[key] = draw(*said, **named)
    return drawn[key]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["once"] = once
