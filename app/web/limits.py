"""Too much in a short time: how long to wait, said plainly."""

from __future__ import annotations

from math import ceil

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from app.extensions import limiter
from app.models import now


def init_app(app: Flask) -> None:
    """Every limit stands at its route, which looks at it itself: no other request is asked which limits it has."""
    limiter.init_app(app)
    asked = app.before_request_funcs.get(None, [])
    if limiter._check_request_limit in asked:  # it is not where limits are switched off
        asked.remove(limiter._check_request_limit)


def wait_s() -> int:
    """Seconds until the limit that was just met lets the next one through; at least one."""
    met = limiter.current_limit
    return max(1, ceil(met.reset_at - now().timestamp())) if met is not None else 60


def how_long(seconds: int) -> str:
    """What happened and when to go on."""
    return f"{_('Too much came from this connection in a short time.')} {when(seconds)}"


def when(seconds: int) -> str:
    """When to try again, in minutes or hours."""
    minutes = max(1, ceil((seconds - 1) / 60))  # the last second is there to be on the safe side
    if minutes < 60:
        return str(ngettext("Try again in %(num)d minute.", "Try again in %(num)d minutes.", minutes))
    return str(ngettext("Try again in %(num)d hour.", "Try again in %(num)d hours.", ceil(minutes / 60)))
