"""What is mine: the reports I filed, and those I follow."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from app.domain import public_view, settling
from app.domain.accounts import mine
from app.models import now
from app.routes.account import bp
from app.routes.account.parts import page
from app.web import cards
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
        cards=[cards.own_card(settling.shown(report, now())) for report in found.reports],
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
