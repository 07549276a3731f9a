"""Drawn once: a list shows the same few symbols, badges and marks a hundred times, and every page the same foot."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Flask, request
from jinja2.runtime import Macro
from markupsafe import Markup

from app.web import frugal, language

DRAWN = "hoiam.drawn"


def once(draw: Callable[..., Markup], /, *said: Hashable, **named: Hashable) -> Markup:
    """What a macro or a function draws of these words on this page; it must depend on nothing else that changes."""
    drawn: dict[Any, Markup] = request.environ.setdefault(DRAWN, {})
    key = draw, said, *named.items()
    if key not in drawn:
        drawn[key] = draw(*said, **named)
    return drawn[key]


def forever(draw: Macro, /, *said: Hashable) -> Markup:
    """What a macro draws of these words, once for all pages of this process, in each language, usual or frugal.

    It must depend on nothing else, and no other macro drawn so has its name.
    """
    return _kept(_Drawing(draw.name, said, language.chosen(), frugal.is_on(), draw))


@dataclass(frozen=True, slots=True)
class _Drawing:
    name: str
    said: tuple[Hashable, ...]
    language: str
    is_frugal: bool
    draw: Macro = field(compare=False)


@lru_cache(maxsize=500)
def _kept(drawing: _Drawing) -> Markup:
    return Markup(drawing.draw(*drawing.said))  # nosec B704 - what a macro draws is escaped already


def init_app(app: Flask) -> None:
    app.jinja_env.globals["once"] = once
    app.jinja_env.globals["forever"] = forever
