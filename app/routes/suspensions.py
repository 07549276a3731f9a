"""Every time the city has suspended hours, for everybody: where, for what, why, and what became of the reports."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.suspensions import reading
from app.models import now
from app.web.access import open_to_all
from app.web.addresses import asked_number
from app.web.caching import cacheable

bp = Blueprint("suspensions", __name__)


@bp.get("/suspensions")
@open_to_all
def all() -> ResponseReturnValue:
    before = asked_number("before")
    found = reading.page(before)
    page = render_template(
        "suspensions/all.html",
        cacheable=True,
        suspensions=found.suspensions,
        kept=reading.kept(found.suspensions),
        at=now(),
        newest=url_for(".all") if before else None,
        older=url_for(".all", before=found.older) if found.older else None,
    )
    return cacheable(page)
