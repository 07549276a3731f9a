"""My reports on this phone: what this browser remembers."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import settling
from app.domain.own_view import remembered_reports
from app.domain.reports import by_mail
from app.extensions import limiter, unit_of_work
from app.forms.report import FollowForm, PressForm
from app.models import now
from app.routes.own import bp
from app.web import cards, links
from app.web.access import open_to_all
from app.web.caching import keep_on_phone

FEW, MANY = "5 per 15 minutes", "30 per 15 minutes"


def _address() -> str:
    """Letters to one mailbox, wherever they are asked for."""
    return f"my-reports|{request.form.get('email', '').strip().lower()[:254]}"


@bp.get("/mine")
@open_to_all
def mine() -> ResponseReturnValue:
    """My reports on this phone: what this browser remembers."""
    return keep_on_phone(_mine(FollowForm(formdata=None, is_needed=True), 200))


def _mine(form: FollowForm, status: int) -> Response:
    page = render_template(
        "own/mine.html",
        rows=[cards.own_card(report) for report in remembered_reports(links.remembered())],
        form=form,
        press=PressForm(formdata=None),
    )
    return make_response(page, status)


@bp.post("/mine/by-mail")
@open_to_all
@limiter.limit(FEW, key_func=_address)
@limiter.limit(MANY)
def ask_by_mail() -> ResponseReturnValue:
    """A link to all of them by mail. The answer is the same whoever has filed."""
    form = FollowForm(is_needed=True)
    if not form.validate_on_submit():
        return _mine(form, 422)
    with unit_of_work():
        by_mail.ask(form.email.data or "")
    flash(_("If reports were filed with this address, a letter with a link is on its way."), "done")
    return redirect(url_for("own.mine"), 303)


@bp.get("/mine/by-mail/<token>")
@open_to_all
def opened_by_mail(token: str) -> ResponseReturnValue:
    """My reports of the last twelve months; the link is good for two hours."""
    rows = [cards.own_card(settling.shown(report, now())) for report in by_mail.of_person(by_mail.opened(token))]
    response = make_response(render_template("own/by_mail.html", rows=rows))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.post("/mine/forget")
@open_to_all
def forget() -> ResponseReturnValue:
    """This browser forgets its reports; the links still work."""
    if PressForm().validate_on_submit():
        flash(_("This browser no longer remembers your reports. Their links still work."), "done")
        return links.forget(make_response(redirect(url_for("own.mine"), 303)))
    return redirect(url_for("own.mine"), 303)
