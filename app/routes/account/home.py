"""What is mine: the reports I filed, and those I follow."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from app.domain import public_view, settling
from app.domain.accounts import mine
from app.domain.city import store
from app.domain.reports import secret_of
from app.models import Report, now
from app.models.choices import Severity
from app.routes.account import bp
from app.routes.account.parts import page
from app.web import cards, filters, language
from app.web.access import open_to_residents
from app.web.actors import actor
from app.web.addresses import asked_number


@bp.get("/account")
@open_to_residents
def home() -> ResponseReturnValue:
    """The reports I filed, the newest first; each opens my own page of it."""
    found = mine.filed_by(actor().person_id or 0, before=asked_number("before"))
    older = url_for(".home", before=found.older) if found.older else None
    return page(
        "account/home.html",
        cards=[_card(settling.shown(report, now())) for report in found.reports],
        older=older,
        here="home",
    )


@bp.get("/account/following")
@open_to_residents
def following() -> ResponseReturnValue:
    """The reports I follow, as everybody sees them."""
    found = mine.followed_by(actor(), before=asked_number("before"))
    older = url_for(".following", before=found.older) if found.older else None
    shown = [cards.public_card(view) for view in public_view.several(found.reports)]
    return page("account/following.html", cards=shown, older=older, here="following")


def _card(report: Report) -> dict[str, Any]:
    city, lang = store.current(), language.chosen()
    category = city.category_of(report.category_id)
    return {
        "url": url_for("own.page", code=report.code, secret=secret_of(report)),
        "code": report.code,
        "category": category.name.in_(lang),
        "icon": category.icon,
        "ward": city.ward_of(report.ward_id).name.in_(lang),
        "status": report.status,
        "outcome": report.outcome,
        "waiting": report.waiting_for,
        "severity": report.severity if report.severity is Severity.URGENT else None,
        "age": filters.age(report.filed_at),
        "distance": None,
        "affected": report.affected,
        "words": "",
        "thumb": None,
        **cards.running(report),
    }
