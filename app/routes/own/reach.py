"""How the reporter is reached: the contact is confirmed, mended, written to in their language."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import confirmations
from app.domain.city import store
from app.domain.errors import Gone, Invalid, NotFound
from app.domain.notices import telling
from app.domain.reports import by_secret, following, get_for_change, secret_of
from app.extensions import limiter, unit_of_work
from app.forms.refusals import refuse
from app.forms.report import AddressForm, DigitsForm, LettersForm, PressForm
from app.models import Report
from app.routes.own import bp
from app.routes.own.page import shown
from app.routes.own.parts import LETTERS, TRIES, back
from app.web import links
from app.web.access import open_to_all


@bp.post("/r/<code>/mine/<secret>/code")
@open_to_all
@limiter.limit(TRIES)
def use_code(code: str, secret: str) -> ResponseReturnValue:
    """The six digits of the message, for whom the link cannot be tapped."""
    report, link = by_secret(code, secret)
    form = DigitsForm(prefix="code")
    if not form.validate_on_submit():
        return shown(report, link, secret, digits=form, status=422)
    try:
        with unit_of_work():
            is_right = confirmations.use_code(by_secret(code, secret)[0], form.digits.data or "")
    except Invalid as error:
        is_right, message = False, str(error.message)
    else:
        message = _("These digits are not right. Look at the message once more.")
    if not is_right:
        form.digits.errors = [message]
        return shown(by_secret(code, secret)[0], link, secret, digits=form, status=422)
    flash(_("Thank you, your contact is confirmed."), "done")
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/email")
@open_to_all
@limiter.limit(LETTERS)
def leave_email(code: str, secret: str) -> ResponseReturnValue:
    """An e-mail address where a message can reach the reporter: the first one, or the right one."""
    report, link = by_secret(code, secret)
    form = AddressForm(prefix="reach")
    if not form.validate_on_submit():
        return shown(report, link, secret, reach=form, status=422)
    try:
        with unit_of_work():
            confirmations.ask_at(get_for_change(by_secret(code, secret)[0].code, by=link), form.email.data or "")
    except Invalid as error:
        refuse(form, error, otherwise="email")
        return shown(by_secret(code, secret)[0], link, secret, reach=form, status=422)
    flash(_("A message is on its way to you. Press its link to confirm the address."), "done")
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/language")
@open_to_all
@limiter.limit(TRIES)
def letters(code: str, secret: str) -> ResponseReturnValue:
    """In which language a guest is written to."""
    report, link = by_secret(code, secret)
    form = LettersForm(prefix="letters")
    if not form.validate_on_submit():
        return shown(report, link, secret, letters=form, status=422)
    try:
        with unit_of_work():
            following.set_language(code, form.language.data or "", by=link)
    except Invalid as error:
        refuse(form, error, otherwise="language")
        return shown(by_secret(code, secret)[0], link, secret, letters=form, status=422)
    flash(_("Saved. Our next letter comes in that language."), "done")
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/name/<any(hide, show):what>")
@open_to_all
@limiter.limit(TRIES)
def name(code: str, secret: str, what: str) -> ResponseReturnValue:
    """Who the reporter is, hidden from the unit too, or shown again."""
    report, link = by_secret(code, secret)
    if PressForm().validate_on_submit() and not report.is_nameless:
        with unit_of_work():
            following.hide_name(code, by=link, hidden=what == "hide")
        flash(
            _("Hidden. From now on nobody at the unit sees who you are.")
            if what == "hide"
            else _("Those at the unit who are allowed to may see who you are again; every look is written down."),
            "done",
        )
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/letters")
@open_to_all
@limiter.limit(TRIES)
def hear_again(code: str, secret: str) -> ResponseReturnValue:
    """Whoever had enough of our letters wants them after all."""
    _report, link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        with unit_of_work():
            following.hear_again(code, by=link)
        flash(_("From now on we write to you about this report again."), "done")
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/notice/<any(stop, hear):wish>")
@open_to_all
@limiter.limit(TRIES)
def notice(code: str, secret: str, wish: str) -> ResponseReturnValue:
    """Letters about the notice that this report joined: no more of them, or again."""
    _report, link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        with unit_of_work():
            telling.mute(code, by=link, muted=wish == "stop")
        flash(
            _("Done. We tell you nothing more about this notice.")
            if wish == "stop"
            else _("From now on we tell you about this notice again."),
            "done",
        )
    return back(code, secret)


@bp.post("/r/<code>/mine/<secret>/code/again")
@open_to_all
@limiter.limit(LETTERS)
def code_again(code: str, secret: str) -> ResponseReturnValue:
    """The message never came, or its digits are too old: another one, please."""
    report, _link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        _send_again(report.code)
    return back(code, secret)


@bp.route("/r/<code>/confirm/<token>", methods=["GET", "POST"])
@open_to_all
def confirm(code: str, token: str) -> ResponseReturnValue:
    """The mailed link: one button, because mail scanners open links too. Pressing it twice does no harm."""
    try:
        report = _named(code, confirmations.report_of(token))
    except Gone:
        return _expired(_named(code, confirmations.report_of(token, also_expired=True)), token)
    if PressForm().validate_on_submit():
        with unit_of_work():
            report = confirmations.confirm(token)
            secret = secret_of(report)
        flash(_("Thank you, your contact is confirmed."), "done")
        return links.remember(make_response(back(code, secret)), code, secret)
    city = store.current()
    return render_template(
        "own/confirm.html",
        report=report,
        category=city.category_of(report.category_id),
        ward=city.ward_of(report.ward_id),
        press=PressForm(formdata=None),
    )


@bp.post("/r/<code>/confirm/<token>/again")
@open_to_all
@limiter.limit(LETTERS)
def confirm_again(code: str, token: str) -> ResponseReturnValue:
    """The link has expired: a fresh one goes to the same address, and is shown to nobody here."""
    report = _named(code, confirmations.report_of(token, also_expired=True))
    if PressForm().validate_on_submit():
        _send_again(report.code)
    return redirect(url_for("own.confirm", code=code, token=token), 303)


def _named(code: str, report: Report) -> Report:
    """The report of a token, which the address must name too."""
    if report.code != code:
        raise NotFound(_("This link does not confirm anything. Check that it was copied whole."))
    return report


def _send_again(code: str) -> None:
    """Another message to the typed address, and a word about it; or why not."""
    try:
        with unit_of_work():
            confirmations.ask_again(get_for_change(code, by=None))
    except Invalid as error:
        flash(str(error.message), "warn")
    else:
        flash(_("A new message is on its way, with a new link and new digits. The old digits no longer work."), "done")


def _expired(report: Report, token: str) -> Response:
    page = make_response(render_template("own/expired.html", report=report, token=token, press=PressForm()), 410)
    page.headers["Cache-Control"] = "private, no-store"
    return page
