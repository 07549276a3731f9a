"""Sign up, sign in, sign out, and the links of our letters. No answer tells who has an account."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.accounts import demo, joining, links
from app.domain.accounts.links import Purpose
from app.domain.errors import Invalid
from app.extensions import limiter
from app.forms.account import AddressForm, InvitedForm, NewPasswordForm, PressForm, ProveForm, SignInForm, SignUpForm
from app.forms.refusals import refuse
from app.models import Person
from app.routes.account import bp
from app.routes.account.parts import (
    FEW_LETTERS,
    FEW_TRIES,
    MANY_LETTERS,
    MANY_TRIES,
    address,
    address_and_connection,
    is_refused,
    page,
)
from app.web import language, sessions
from app.web.access import open_to_all
from app.web.caching import back_to


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FEW_TRIES, key_func=address_and_connection, methods=["POST"], deduct_when=is_refused)
@limiter.limit(MANY_TRIES, methods=["POST"], deduct_when=is_refused)
def sign_in() -> ResponseReturnValue:
    """By e-mail and password; then on to where somebody wanted to go, if that is a page of ours."""
    form = SignInForm(data={"next": request.args.get("next", "")})
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_onward(form.next.data, current_user), 303)
    status = 200
    if form.validate_on_submit():
        person = joining.sign_in(form.email.data or "", form.password.data or "")
        if person is not None:
            sessions.begin(person)
            return redirect(_onward(form.next.data, person), 303)
        form.password.errors = [_("This address and password do not belong together. Check both, or choose a new one.")]
    if form.is_submitted():
        status = 422
    return page("account/sign_in.html", form=form, demo=demo.accounts(), status=status)


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    if PressForm().validate_on_submit():
        sessions.end()
        flash(_("You are signed out."), "done")
    return back_to("public.front")


@bp.route("/sign-up", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FEW_LETTERS, key_func=address, methods=["POST"])
@limiter.limit(MANY_LETTERS, methods=["POST"])
def sign_up() -> ResponseReturnValue:
    """The answer is the same whether the address is known or not; only its mailbox learns the difference."""
    form = SignUpForm()
    if form.validate_on_submit():
        try:
            joining.sign_up(
                form.email.data or "", form.password.data or "", name=form.name.data or "", language=language.chosen()
            )
        except Invalid as error:
            refuse(form, error)
        else:
            return page("account/letter_sent.html", email=form.email.data, what="sign_up")
    return page("account/sign_up.html", form=form, status=422 if form.is_submitted() else 200)


@bp.route("/sign-up/confirm/<token>", methods=["GET", "POST"])
@open_to_all
@limiter.limit(MANY_TRIES, methods=["POST"], deduct_when=is_refused)
def confirm(token: str) -> ResponseReturnValue:
    """The link of a sign-up: with the password chosen then the address is confirmed, and one is signed in."""
    opened = links.opened(Purpose.CONFIRM, token)
    form = ProveForm()
    if form.validate_on_submit():
        try:
            person = joining.confirm(token, form.password.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.begin(person)
            flash(_("Welcome. Your address is confirmed and you are signed in."), "done")
            return redirect(_onward(None, person), 303)
    return page("account/confirm.html", form=form, email=opened.email, status=422 if form.is_submitted() else 200)


@bp.route("/reset", methods=["GET", "POST"])
@open_to_all
@limiter.limit(FEW_LETTERS, key_func=address, methods=["POST"])
@limiter.limit(MANY_LETTERS, methods=["POST"])
def ask_reset() -> ResponseReturnValue:
    """Ask for a link to choose a new password."""
    form = AddressForm(data={"email": request.args.get("email", "")})
    if form.validate_on_submit():
        joining.ask_reset(form.email.data or "")
        return page("account/letter_sent.html", email=form.email.data, what="reset")
    return page("account/ask_reset.html", form=form, status=422 if form.is_submitted() else 200)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@open_to_all
def reset(token: str) -> ResponseReturnValue:
    """The mailed link: a new password, and every older session ends."""
    opened = links.opened(Purpose.RESET, token)
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            person = joining.set_password(Purpose.RESET, token, form.password.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.begin(person)
            flash(_("Your new password holds. You are signed in here, and signed out everywhere else."), "done")
            return redirect(_onward(None, person), 303)
    return page("account/new_password.html", form=form, email=opened.email, status=422 if form.is_submitted() else 200)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@open_to_all
def invitation(token: str) -> ResponseReturnValue:
    """The link of an invitation: a first password."""
    opened = links.opened(Purpose.INVITE, token)
    form = InvitedForm(data={"name": opened.person.name})
    if form.validate_on_submit():
        try:
            person = joining.set_password(Purpose.INVITE, token, form.password.data or "", name=form.name.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.begin(person)
            flash(_("Welcome. Your account is ready."), "done")
            return redirect(_onward(None, person), 303)
    return page("account/invitation.html", form=form, email=opened.email, status=422 if form.is_submitted() else 200)


def _onward(wanted: str | None, person: Person) -> str:
    """Where somebody wanted to go; else the desk for staff and their own reports for everybody else."""
    is_staff = any(membership.ended_at is None for membership in person.memberships)
    return sessions.own_path(wanted) or url_for("desk.queue" if is_staff else "account.home")
