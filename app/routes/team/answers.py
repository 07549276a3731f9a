"""A unit's own ready answers, and those of the city beside them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import unit_replies
from app.domain.accounts import team
from app.domain.city import store
from app.domain.workflow.moves import MOVES
from app.extensions import unit_of_work
from app.forms.account import PressForm
from app.forms.team import TemplateForm
from app.routes.account.parts import page
from app.routes.team import bp, open_to_leads
from app.routes.team.places import code_of, frame
from app.web.actors import actor


@bp.get("/<code>/answers")
@open_to_leads
def answers(code: str) -> ResponseReturnValue:
    """The unit's own, to be changed; the city's, to be read."""
    unit = team.unit_called(code)
    return page(
        "team/answers.html",
        **frame(unit),
        own=unit_replies.own(unit.id, by=actor()),
        shared=list(store.current().templates.values()),
        labels={move.code: move.label for move in MOVES},
    )


@bp.route("/<code>/answers/new", methods=["GET", "POST"])
@open_to_leads
def new_answer(code: str) -> ResponseReturnValue:
    """Write one more."""
    unit = team.unit_called(code)
    team.must_manage(actor(), unit.id)
    form = TemplateForm()
    if form.validate_on_submit():
        with unit_of_work():
            unit_replies.add(unit.id, form.title, form.text, list(form.for_moves.data or ()), by=actor())
        flash(_("The ready answer is kept."), "done")
        return redirect(url_for(".answers", code=code), 303)
    return _form_page(form, unit.id, None)


@bp.route("/answers/<id:template_id>", methods=["GET", "POST"])
@open_to_leads
def answer(template_id: int) -> ResponseReturnValue:
    """Mend a ready answer; what was sent keeps its words."""
    template = unit_replies.get(template_id, by=actor())
    unit_id = template.unit_id
    form = TemplateForm(template)
    if form.validate_on_submit():
        with unit_of_work():
            unit_replies.edit(template_id, form.title, form.text, list(form.for_moves.data or ()), by=actor())
        flash(_("The ready answer is kept."), "done")
        return redirect(url_for(".answers", code=code_of(unit_id)), 303)
    return _form_page(form, unit_id, template_id)


@bp.post("/answers/<id:template_id>/retire")
@open_to_leads
def retire_answer(template_id: int) -> ResponseReturnValue:
    """Put a ready answer away."""
    code = code_of(unit_replies.get(template_id, by=actor()).unit_id)
    if PressForm().validate_on_submit():
        with unit_of_work():
            unit_replies.retire(template_id, by=actor())
        flash(_("The ready answer is no longer offered."), "done")
    return redirect(url_for(".answers", code=code), 303)


def _form_page(form: TemplateForm, unit_id: int, template_id: int | None) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    return page("team/answer.html", **frame(team.unit_of(unit_id)), form=form, template_id=template_id, status=status)
