"""Following a report without an account: the page behind a secret link, an address confirmed by mail, and an end."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import public_view, qr
from app.domain.errors import Gone, Stale
from app.domain.reports import afterwards, guests
from app.extensions import csrf, limiter, unit_of_work
from app.forms.report import FollowForm, PressForm, StillForm
from app.models import Report
from app.models.choices import StillThere
from app.routes.report.limits import BY_CONTACT, contact_of_form, has_no_contact_in_form
from app.web import cards, language, one_press
from app.web.access import open_to_all
from app.web.addresses import outside
from app.web.caching import back_to

bp = Blueprint("guests", __name__)
TRIES = "30 per hour"


@bp.route("/r/<code>/with/<secret>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(BY_CONTACT, key_func=contact_of_form, exempt_when=has_no_contact_in_form, methods=["POST"])
def page(code: str, secret: str) -> ResponseReturnValue:
    """For whoever said "the same problem": where it stands, the link to keep, and an address to hear of it."""
    report = guests.by_secret(code, secret)
    form = FollowForm(is_needed=True)
    if form.validate_on_submit():
        ask(report, form)
        return redirect(url_for("guests.page", code=code, secret=secret), 303)
    own = outside("guests.page", code=code, secret=secret)
    html = render_template(
        "own/joined.html",
        report=report,
        card=cards.public_card(public_view.several([report])[0]),
        form=form,
        own=own,
        own_qr=qr.svg(own, _("QR code of your own link")),
        secret=secret,
    )
    response = make_response(html, 422 if form.is_submitted() else 200)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.route("/r/<code>/follow/confirm/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def confirm(code: str, token: str) -> ResponseReturnValue:
    """The mailed link: one button, because mail scanners open links too."""
    try:
        report = guests.asked(code, token)
    except Gone:
        return _expired(code, token)
    if PressForm().validate_on_submit():
        with unit_of_work():
            guests.confirm(code, token)
        flash(_("You follow this report now. Every letter tells how to stop."), "done")
        return back_to("public.report", code=code)
    return _press(report, "confirm", token)


@bp.route("/r/<code>/follow/stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def stop(code: str, token: str) -> ResponseReturnValue:
    """The link at the foot of a letter: no more of them. A mail reader presses it by itself (RFC 8058), and brings no
    token of a form; the token of the address is enough to end letters, and for nothing else."""
    if request.method == "GET":
        return _press(guests.stopping(code, token), "stop", token)
    by_mail_reader = one_press.is_by_mail_reader()
    with unit_of_work():
        guests.stop(code, token)
    if by_mail_reader:
        return Response(_("You get no more letters about this report."), mimetype="text/plain")
    flash(_("You get no more letters about this report."), "done")
    return back_to("public.front")


@bp.route("/r/<code>/still/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def still(code: str, token: str) -> ResponseReturnValue:
    """Is it really gone? The letter's link opens a button, because mail scanners open links too."""
    try:
        report, said = afterwards.asked(code, token)
        form = StillForm()
        if form.validate_on_submit():
            with unit_of_work():
                afterwards.answer(code, token, StillThere(form.said.data or ""))
            flash(_("Thank you. You can change your answer by the same link."), "done")
            return back_to("public.report", code=code)
    except Stale as error:
        flash(str(error.message), "warn")
        return back_to("public.report", code=code)
    pressed = request.args.get("said", "")
    first = StillThere(pressed) if pressed in set(StillThere) else None
    html = render_template(
        "own/still.html", report=report, token=token, form=form, said=said, first=first, answers=StillThere
    )
    response = make_response(html, 422 if form.is_submitted() else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def ask(report: Report, form: FollowForm) -> None:
    """Send the link that confirms; the answer is the same whoever has this address."""
    with unit_of_work():
        guests.ask(report, form.email.data or "", language=language.chosen())
    flash(_("A message is on its way. Press its link, and you hear how it goes on."), "done")


def _expired(code: str, token: str) -> ResponseReturnValue:
    """The link is too old: the form that asks for another, with the address it was sent to."""
    report, email = guests.asked_once(code, token)
    form = FollowForm(formdata=None, is_needed=True, data={"email": email})
    response = make_response(render_template("own/follow_expired.html", report=report, form=form), 410)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _press(report: Report, what: str, token: str) -> str:
    return render_template(
        "own/follow_press.html", report=report, what=what, token=token, press=PressForm(formdata=None)
    )
