"""Hearing of new reports in a ward or around a place: asked for here, changed and ended by the link in each letter."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import areas
from app.domain.alerts import watching
from app.domain.alerts.watching import RADIUS, Wish
from app.domain.city import store
from app.domain.errors import Invalid
from app.extensions import csrf, limiter, unit_of_work
from app.forms.alerts import AlertForm, data_of
from app.forms.refusals import refuse
from app.forms.report import PressForm
from app.models import Alert
from app.models.choices import Cadence
from app.routes.report.limits import BY_CONTACT, contact_of_form, has_no_contact_in_form
from app.web import language, one_press, places
from app.web.access import open_to_all, open_to_residents
from app.web.actors import actor
from app.web.caching import back_to

bp = Blueprint("alerts", __name__)
TRIES = "30 per hour"


@bp.route("/alerts/new", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(BY_CONTACT, key_func=contact_of_form, exempt_when=has_no_contact_in_form, methods=["POST"])
def new() -> ResponseReturnValue:
    """Where, of what and how often. An account hears from now on, an address once the link in our letter is used."""
    person_id = actor().person_id
    form = AlertForm(store.current(), data=_asked_by_address(), needs_email=person_id is None)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                if person_id is None:
                    watching.ask(form.wish(), form.email.data or "", language=language.chosen())
                else:
                    watching.begin(form.wish(), person_id)
        except Invalid as error:
            refuse(form, error, otherwise="ward")
        else:
            if person_id is None:
                return _page("alerts/sent.html", email=form.email.data)
            flash(_("From now on you hear of new reports there."), "done")
            return redirect(url_for("alerts.mine"), 303)
    return _form_page(form, None, 422 if form.is_submitted() else 200)


@bp.route("/alerts/confirm/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def confirm(token: str) -> ResponseReturnValue:
    """The mailed link: one button, because mail scanners open links too."""
    wish = watching.asked(token)
    if PressForm().validate_on_submit():
        try:
            with unit_of_work():
                begun = watching.token_of(watching.confirm(token))
        except Invalid as error:
            flash(str(error.message), "warn")
            return back_to("public.front")
        flash(_("From now on you hear of new reports there. Every letter tells how to stop."), "done")
        return redirect(url_for("alerts.page", token=begun), 303)
    return _page("alerts/confirm.html", where=_where(wish), wish=wish, press=PressForm(formdata=None), token=token)


@bp.route("/alerts/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def page(token: str) -> ResponseReturnValue:
    """What somebody hears of: to look at, to change."""
    alert = watching.by_token(token)
    form = AlertForm(store.current(), data=data_of(watching.wish_of(alert)), needs_email=False)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                watching.change(watching.by_token(token), form.wish())
        except Invalid as error:
            refuse(form, error, otherwise="ward")
        else:
            flash(_("Your changes are kept."), "done")
            return redirect(url_for("alerts.page", token=token), 303)
    return _form_page(form, alert, 422 if form.is_submitted() else 200)


@bp.route("/alerts/<token>/stop", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def stop(token: str) -> ResponseReturnValue:
    """No more of these letters. A mail reader presses it by itself (RFC 8058), and brings no token of a form."""
    if request.method == "GET":
        return redirect(url_for("alerts.page", token=token, _anchor="end"))
    by_mail_reader = one_press.is_by_mail_reader()
    with unit_of_work():
        watching.end(watching.by_token(token, also_ended=True))
    if by_mail_reader:
        return Response(_("This alert has ended. You get no more of these letters."), mimetype="text/plain")
    flash(_("This alert has ended. You get no more of these letters."), "done")
    return back_to("public.front")


@bp.get("/account/alerts")
@open_to_residents
def mine() -> ResponseReturnValue:
    """The places I want to hear of."""
    rows = [
        {"where": places.of_alert(one, language.chosen()), "alert": one, "token": watching.token_of(one)}
        for one in watching.of_person(actor().person_id or 0)
    ]
    return _page("alerts/mine.html", rows=rows, here="alerts")


def _asked_by_address() -> dict[str, Any]:
    """What a link from a ward's page or the map fills in."""
    at = request.args.get("at", "")
    radius = request.args.get("radius", "")
    return data_of(Wish(Cadence.DAILY, quiet_from=22, quiet_until=7)) | {
        "ward": request.args.get("ward", "")[:20],
        "point": ", ".join(at.split(",")[:2])[:40],
        "radius": radius if radius.isdigit() else str(RADIUS),
    }


def _where(wish: Wish) -> str:
    if wish.ward:
        return store.current().wards[wish.ward].name.in_(language.chosen())
    return places.distance(wish.radius_m, f"{wish.lat:.4f}, {wish.lng:.4f}")


def _form_page(form: AlertForm, alert: Alert | None, status: int) -> Response:
    bounds = store.current().bounds
    return _page(
        "alerts/form.html",
        status=status,
        form=form,
        alert=alert,
        token=watching.token_of(alert) if alert is not None else "",
        bounds=[[bounds.south, bounds.west], [bounds.north, bounds.east]],
        outlines=url_for("map.outlines", v=areas.outlines_version()),
        press=PressForm(formdata=None),
    )


def _page(template: str, *, status: int = 200, **shown: Any) -> Response:
    response = make_response(render_template(template, **shown), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
