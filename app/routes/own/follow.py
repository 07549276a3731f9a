"""Having the same problem, and following, with or without an account."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import public_view
from app.domain.errors import Invalid
from app.domain.reports import following, get
from app.domain.reports import guests as guest_links
from app.extensions import limiter, unit_of_work
from app.forms.report import FollowForm, PressForm
from app.models import Report
from app.routes import guests
from app.routes.own import bp
from app.routes.own.parts import TRIES
from app.routes.report import limits
from app.web import cards, links
from app.web.access import open_to_all, open_to_residents
from app.web.actors import actor
from app.web.caching import back_to


@bp.route("/r/<code>/join", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(limits.BY_CONTACT, key_func=limits.contact_of_form, exempt_when=limits.has_no_contact_in_form)
def join(code: str) -> ResponseReturnValue:
    """ "The same problem": counts once a person or browser. An account follows from now on; a guest chooses how."""
    report = get(code, seen_by=actor())
    form = FollowForm()
    if not links.browser_hash() or not form.validate_on_submit():
        return links.mark_browser(_follow_page(report, form, "join"))
    try:
        with unit_of_work():
            counted = following.join(code, by=actor(), browser_hash=links.browser_hash())
    except Invalid as error:
        flash(str(error.message), "warn")
        return back_to("public.report", code=report.code)
    flash(_("Thank you. You are counted as affected.") if counted else _("You were counted already."), "done")
    if actor().person_id is not None:
        return back_to("public.report", code=report.code)
    report = get(code, seen_by=actor())
    if form.email.data:
        guests.ask(report, form)
    return redirect(
        url_for("guests.page", code=report.code, secret=guest_links.secret_of(report, links.browser_hash())), 303
    )


@bp.route("/r/<code>/follow", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(limits.BY_CONTACT, key_func=limits.contact_of_form, exempt_when=limits.has_no_contact_in_form)
def follow(code: str) -> ResponseReturnValue:
    """Hear of every answer: an account at once, a guest once the link in our message was pressed."""
    report = get(code, seen_by=actor())
    is_guest = actor().person_id is None
    form = FollowForm(is_needed=is_guest)
    if not form.validate_on_submit():
        return _follow_page(report, form, "follow")
    if is_guest:
        guests.ask(report, form)
    else:
        with unit_of_work():
            following.follow(code, by=actor())
        flash(_("You follow this report now."), "done")
    return back_to("public.report", code=report.code)


def _follow_page(report: Report, form: FollowForm, what: str) -> Response:
    html = render_template(
        "own/join.html",
        report=report,
        card=cards.public_card(public_view.several([report])[0]),
        form=form,
        what=what,
        is_guest=actor().person_id is None,
    )
    return make_response(html, 422 if form.errors else 200)


@bp.post("/r/<code>/unfollow")
@open_to_residents
def unfollow(code: str) -> ResponseReturnValue:
    report = get(code, seen_by=actor())
    if PressForm().validate_on_submit():
        with unit_of_work():
            following.unfollow(code, by=actor())
        flash(_("You no longer follow this report."), "done")
    return back_to("public.report", code=report.code)
