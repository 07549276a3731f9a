"""What I may change: name, language, address, password, where I am signed in, whether the account stays."""

from __future__ import annotations

from flask import flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.accounts import changes, find, leaving, links
from app.domain.accounts.links import Purpose
from app.domain.errors import Invalid
from app.extensions import limiter, unit_of_work
from app.forms.account import ChangePasswordForm, EraseAccountForm, NewEmailForm, PressForm, ProfileForm, ProveForm
from app.forms.refusals import refuse
from app.routes.account import bp
from app.routes.account.parts import FEW_LETTERS, FEW_TRIES, is_refused, page
from app.web import links as links_of_browser
from app.web import sessions
from app.web.access import open_to_all, open_to_residents
from app.web.actors import actor
from app.web.caching import back_to


def _me() -> int:
    return actor().person_id or 0


def _my_key() -> str:
    return f"person|{_me()}"


@bp.route("/account/settings", methods=["GET", "POST"])
@open_to_residents
def settings() -> ResponseReturnValue:
    """Name and language, and the ways to everything else."""
    form = ProfileForm(data={"name": current_user.name, "language": current_user.language})
    if form.validate_on_submit():
        with unit_of_work():
            changes.set_profile(_me(), name=form.name.data or "", language=form.language.data)
        flash(_("Your settings are kept."), "done")
        return redirect(url_for(".settings"), 303)
    return page("account/settings.html", form=form, here="settings", status=422 if form.is_submitted() else 200)


@bp.route("/account/password", methods=["GET", "POST"])
@open_to_residents
@limiter.limit(FEW_TRIES, key_func=_my_key, methods=["POST"], deduct_when=is_refused)
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        try:
            person = changes.change_password(_me(), old=form.old.data or "", new=form.new.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.begin(person)
            flash(_("Your new password holds. You are signed in here, and signed out everywhere else."), "done")
            return redirect(url_for(".settings"), 303)
    return page("account/change_password.html", form=form, status=422 if form.is_submitted() else 200)


@bp.route("/account/email", methods=["GET", "POST"])
@open_to_residents
@limiter.limit(FEW_TRIES, key_func=_my_key, methods=["POST"], deduct_when=is_refused)
@limiter.limit(FEW_LETTERS, key_func=_my_key, methods=["POST"])
def change_email() -> ResponseReturnValue:
    """The new address holds once the link sent there is used."""
    form = NewEmailForm()
    if form.validate_on_submit():
        try:
            changes.ask_new_email(_me(), form.email.data or "", password=form.password.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            return page("account/letter_sent.html", email=form.email.data, what="email")
    return page("account/change_email.html", form=form, status=422 if form.is_submitted() else 200)


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@open_to_all
def use_email(token: str) -> ResponseReturnValue:
    """The link sent to a new address: one button, because mail scanners open links too."""
    opened = links.opened(Purpose.EMAIL, token)
    mine = opened.person.id == _me()  # asked before the change, which ends every session of theirs
    form = PressForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                changes.use_new_email(token)
        except Invalid as error:
            refuse(form, error)
        else:
            if mine:
                sessions.begin(find.get(opened.person.id))
            flash(_("Your new address holds from now on."), "done")
            return redirect(url_for(".settings" if mine else ".sign_in"), 303)
    return page("account/use_email.html", form=form, email=opened.email, status=422 if form.is_submitted() else 200)


@bp.post("/account/sign-out-everywhere")
@open_to_residents
def sign_out_everywhere() -> ResponseReturnValue:
    if PressForm().validate_on_submit():
        with unit_of_work():
            changes.sign_out_everywhere(_me())
        sessions.end()
        flash(_("You are signed out on every device."), "done")
        return redirect(url_for(".sign_in"), 303)
    return redirect(url_for(".settings"), 303)


@bp.get("/account/data.zip")
@open_to_residents
@limiter.limit(FEW_TRIES, key_func=_my_key)
def take_along() -> ResponseReturnValue:
    """Everything that is kept of me, in one archive."""
    answer = send_file(leaving.archive(_me()), "application/zip", as_attachment=True, download_name="hoi-am.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.route("/account/erase", methods=["GET", "POST"])
@open_to_residents
@limiter.limit(FEW_TRIES, key_func=_my_key, methods=["POST"], deduct_when=is_refused)
def erase() -> ResponseReturnValue:
    """Erase the account and myself from every report, after the password. The cases stay."""
    form = EraseAccountForm()
    if form.validate_on_submit():
        try:
            leaving.erase(_me(), password=form.password.data or "", content_too=bool(form.content.data))
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.end()
            flash(_("Your account and your data are erased. The city goes on with your cases without you."), "done")
            return links_of_browser.forget(back_to("public.front"))
    return page("account/erase.html", form=form, status=422 if form.is_submitted() else 200)


@bp.route("/account/close", methods=["GET", "POST"])
@open_to_residents
@limiter.limit(FEW_TRIES, key_func=_my_key, methods=["POST"], deduct_when=is_refused)
def close() -> ResponseReturnValue:
    """Close the account, after the password. The reports stay."""
    form = ProveForm()
    if request.method == "POST" and form.validate_on_submit():
        try:
            changes.close(_me(), password=form.password.data or "")
        except Invalid as error:
            refuse(form, error)
        else:
            sessions.end()
            flash(_("Your account is closed. The links of your reports still work."), "done")
            return back_to("public.front")
    return page("account/close.html", form=form, status=422 if form.is_submitted() else 200)
