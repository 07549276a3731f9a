"""Who works here: invite, change what somebody may do, end a role, write the invitation again."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app.domain.accounts import team
from app.domain.city import store
from app.domain.errors import Invalid
from app.extensions import unit_of_work
from app.forms.account import PressForm
from app.forms.refusals import refuse
from app.forms.team import AgainForm, InviteForm, RoleForm
from app.models import Membership
from app.routes.account.parts import page
from app.routes.team import bp, open_to_leads
from app.routes.team.places import code_of, first, frame, unit_or_city
from app.web import language
from app.web.actors import actor


@bp.get("")
@open_to_leads
def people() -> ResponseReturnValue:
    """Who works in a unit, and who did; `?unit=` names another one that is mine to manage."""
    unit = unit_or_city(request.args.get("unit") or first())
    unit_id = unit.id if unit else None
    return page(
        "team/people.html",
        **frame(unit),
        members=team.people_of(unit_id, by=actor()),
        left=team.left(unit_id, by=actor()),
        me=actor().person_id,
    )


@bp.route("/<code>/invite", methods=["GET", "POST"])
@open_to_leads
def invite(code: str) -> ResponseReturnValue:
    """Give somebody a role; whoever is not known here yet gets a letter with a link."""
    unit = unit_or_city(code)
    unit_id = unit.id if unit else None
    form = InviteForm(store.current(), language.chosen(), unit)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                team.invite(
                    form.email.data or "",
                    form.name.data or "",
                    unit_id,
                    form.terms,
                    by=actor(),
                    language=language.chosen(),
                )
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "done")
            return redirect(url_for(".people", unit=code), 303)
    return page("team/invite.html", **frame(unit), form=form, status=_status(form))


@bp.route("/role/<id:membership_id>", methods=["GET", "POST"])
@open_to_leads
def role(membership_id: int) -> ResponseReturnValue:
    """Change what somebody may do here."""
    membership = team.get(membership_id, by=actor())
    form = _role_form(membership)
    code = code_of(membership.unit_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                team.change(membership_id, form.terms, by=actor())
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The role is changed, from the next page on."), "done")
            return redirect(url_for(".people", unit=code), 303)
    return _role_page(membership_id, form, AgainForm.asking(membership.person))


@bp.post("/role/<id:membership_id>/end")
@open_to_leads
def end(membership_id: int) -> ResponseReturnValue:
    """Somebody works here no longer."""
    code = code_of(team.get(membership_id, by=actor()).unit_id)
    if PressForm().validate_on_submit():
        try:
            with unit_of_work():
                person = team.end(membership_id, by=actor()).person
                name = person.name or person.email or _("Without a name")
        except Invalid as error:
            flash(str(error.message), "error")
        else:
            flash(_("%(name)s no longer works here.", name=name), "done")
    return redirect(url_for(".people", unit=code), 303)


@bp.post("/role/<id:membership_id>/invite-again")
@open_to_leads
def invite_again(membership_id: int) -> ResponseReturnValue:
    """A fresh link for somebody who has not used theirs."""
    membership = team.get(membership_id, by=actor())
    again = AgainForm.asking(membership.person)
    if again.validate_on_submit():
        try:
            with unit_of_work():
                email = team.invite_again(membership_id, again.address, by=actor())
        except Invalid as error:
            refuse(again, error)
        else:
            flash(_("The invitation is on its way to %(email)s.", email=email), "done")
            return redirect(url_for(".role", membership_id=membership_id), 303)
    return _role_page(membership_id, _role_form(membership, is_read=False), again)


def _role_form(membership: Membership, *, is_read: bool = True) -> RoleForm:
    """The form as this role stands, or as it was just filled in where `is_read`."""
    unit = team.unit_of(membership.unit_id) if membership.unit_id else None
    return RoleForm(store.current(), language.chosen(), unit, now=team.terms_of(membership), is_read=is_read)


def _role_page(membership_id: int, form: RoleForm, again: AgainForm) -> ResponseReturnValue:
    membership = team.get(membership_id, by=actor())
    unit = team.unit_of(membership.unit_id) if membership.unit_id else None
    return page(
        "team/role.html",
        **frame(unit),
        form=form,
        again=again,
        membership=membership,
        person=membership.person,
        is_me=membership.person_id == actor().person_id,
        may_change=team.may_change(membership, by=actor()),
        status=_status(form),
    )


def _status(form: FlaskForm) -> int:
    return 422 if form.is_submitted() else 200
