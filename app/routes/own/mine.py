"""My reports on this phone: what this browser remembers."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain.own_view import remembered_reports
from app.forms.report import PressForm
from app.routes.own import bp
from app.web import cards, links
from app.web.access import open_to_all
from app.web.caching import keep_on_phone


@bp.get("/mine")
@open_to_all
def mine() -> ResponseReturnValue:
    """My reports on this phone: what this browser remembers."""
    page = render_template(
        "own/mine.html",
        rows=[cards.own_card(report) for report in remembered_reports(links.remembered())],
        press=PressForm(formdata=None),
    )
    return keep_on_phone(page)


@bp.post("/mine/forget")
@open_to_all
def forget() -> ResponseReturnValue:
    """This browser forgets its reports; the links still work."""
    if PressForm().validate_on_submit():
        flash(_("This browser no longer remembers your reports. Their links still work."), "done")
        return links.forget(make_response(redirect(url_for("own.mine"), 303)))
    return redirect(url_for("own.mine"), 303)
