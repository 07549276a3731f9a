"""The same choices on many pages, drawn once: a city's wards and categories stand beside every list and every map.

Only what is chosen differs from page to page. A field of the library would build an object for each of 126 wards.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from flask import Flask
from markupsafe import Markup

Pair = tuple[str, str]  # what is sent, what is read

_OPTION = Markup('<option value="{}">{}</option>')
_BOX = Markup(
    '<label class="check"><input type="checkbox" id="{field}-{value}" name="{name}" value="{value}">'
    "<span>{label}</span></label>"
)


def options(choices: Iterable[Pair], chosen: str | None) -> Markup:
    """The options of a `<select>`."""
    return _chosen(_options(_plain(choices)), [chosen or ""], "selected")


def boxes(field: str, name: str, choices: Iterable[Pair], chosen: Iterable[str]) -> Markup:
    """Boxes to tick, of a field with this id and this name."""
    return _chosen(_boxes(field, name, _plain(choices)), chosen, "checked")


def _plain(choices: Iterable[Pair]) -> tuple[Pair, ...]:
    """Labels that wait for a language are read now."""
    return tuple((value, str(label)) for value, label in choices)


def _chosen(drawn: Markup, chosen: Iterable[str], mark: str) -> Markup:
    """No label can look like the attribute that is looked for: its quotes are escaped."""
    for value in chosen:
        attribute = Markup('value="{}"').format(value)
        drawn = drawn.replace(attribute, attribute + f" {mark}", 1)
    return drawn


@lru_cache(maxsize=64)
def _options(choices: tuple[Pair, ...]) -> Markup:
    return Markup("").join(_OPTION.format(value, label) for value, label in choices)


@lru_cache(maxsize=256)
def _boxes(field: str, name: str, choices: tuple[Pair, ...]) -> Markup:
    return Markup("").join(_BOX.format(field=field, name=name, value=value, label=label) for value, label in choices)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["options"] = options
    app.jinja_env.globals["boxes"] = boxes
