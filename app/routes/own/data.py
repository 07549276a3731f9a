"""What we keep of whoever filed a report: to look at, to take along, to erase."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain.city import store
from app.domain.errors import Forbidden
from app.domain.reports import by_secret, erasing, exporting, following
from app.extensions import limiter, unit_of_work
from app.forms.report import EraseForm, PressForm
from app.models import Report
from app.routes.own import bp
from app.routes.own.parts import TRIES, back
from app.web import labels, links
from app.web.access import open_to_all
from app.web.caching import back_to


@bp.get("/r/<code>/mine/<secret>/data")
@open_to_all
def data(code: str, secret: str) -> ResponseReturnValue:
    """What is kept, for what purpose, who looked at it, and the ways to take it along or to erase it."""
    report, _link = by_secret(code, secret)
    return _page(report, secret, EraseForm(formdata=None))


@bp.get("/r/<code>/mine/<secret>/data.zip")
@open_to_all
@limiter.limit(TRIES)
def take_along(code: str, secret: str) -> ResponseReturnValue:
    """Everything in one archive."""
    report, _link = by_secret(code, secret)
    name = f"hoi-am-{report.code}.zip"
    answer = send_file(exporting.archive([report]), "application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post("/r/<code>/mine/<secret>/data/<purpose>/back")
@open_to_all
@limiter.limit(TRIES)
def take_back(code: str, secret: str, purpose: str) -> ResponseReturnValue:
    """A consent ends; what it allowed ends with it."""
    _report, link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        with unit_of_work():
            following.withdraw_consent(code, purpose, by=link)
        flash(_("Taken back. What you agreed to no longer holds."), "done")
    return make_response(redirect(url_for("own.data", code=code, secret=secret), 303))


@bp.post("/r/<code>/mine/<secret>/erase")
@open_to_all
@limiter.limit(TRIES)
def erase(code: str, secret: str) -> ResponseReturnValue:
    """Erase for good, once it is said twice. The report goes on without its reporter."""
    report, link = by_secret(code, secret)
    form = EraseForm()
    if not form.validate_on_submit():
        return _page(report, secret, form, 422)
    try:
        with unit_of_work():
            erased = erasing.erase(code, by=link, content_too=bool(form.content.data))
    except Forbidden as error:
        flash(str(error.message), "warn")
        return back(code, secret)
    erasing.clear_away(erased)
    flash(_("Your data are erased. The city goes on with the case without you."), "done")
    return links.drop(back_to("public.front"), code)


def _page(report: Report, secret: str, form: EraseForm, status: int = 200) -> Response:
    page = render_template(
        "own/data.html",
        report=report,
        secret=secret,
        kept=exporting.of_reporter(report),
        purposes=labels.PURPOSES,
        units={unit.code: unit.name for unit in store.current().units.values()},
        form=form,
        press=PressForm(formdata=None),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
