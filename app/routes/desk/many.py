"""One step for many reports of the queue, and taking all of it back."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import queue as work
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.workflow import many
from app.domain.workflow.moves import BY_CODE, Move
from app.extensions import undo_seconds
from app.forms.account import PressForm
from app.forms.desk import StepForm
from app.forms.refusals import refuse
from app.models.choices import Role
from app.routes.desk import asking, bp, choices
from app.routes.desk.queue import row
from app.routes.desk.steps import details_of
from app.web import language
from app.web.access import open_to
from app.web.actors import actor

WORKERS = (Role.CLERK, Role.LEAD, Role.DISPATCHER)


@bp.route("/desk/many", methods=["GET", "POST"])
@open_to(*WORKERS)
def many_step() -> ResponseReturnValue:
    """The chosen reports and the form of the step; then what was done, what was refused, and why."""
    move = BY_CODE[_asked_move()]
    form = StepForm()
    form.keep(move)
    form.keep_for_many()
    _offer(form, move)
    status = 200
    if form.validate_on_submit():
        try:
            batch, came = many.take_many(_versions(), move.code, by=actor(), details=details_of(form, [], "vi"))
        except Invalid as error:
            refuse(form, error)
        else:
            return _came(batch, came, move)
    if form.is_submitted():
        status = 422
    codes = request.values.getlist("codes") or [code for code, _version in _versions()]
    reports = work.chosen(codes[: many.MOST], seen_by=actor())
    words = work.openings(reports)
    page = render_template(
        "desk/many.html",
        move=move,
        moves=many.offered(),
        form=form,
        rows=[row(one, {}, words.get(one.id, "")) for one in reports],
        versions=[f"{one.code}-{one.version}" for one in reports],
        back=asking.address(asking.last()),
        undo_seconds=undo_seconds(),
    )
    return page, status


@bp.post("/desk/many/undo")
@open_to(*WORKERS)
def undo_many() -> ResponseReturnValue:
    """Take back a whole press, while its time runs."""
    came = many.undo_many(request.form.get("batch", ""), by=actor()) if PressForm().validate_on_submit() else []
    return render_template(
        "desk/many_came.html", came=came, title=_("Taken back"), batch="", back=asking.address(asking.last())
    )


def _came(batch: str, came: list[many.Came], move: Move) -> str:
    return render_template(
        "desk/many_came.html",
        came=came,
        title=move.label,
        batch=batch if many.is_running(batch, actor()) else "",
        undo_seconds=undo_seconds(),
        back=asking.address(asking.last()),
    )


def _asked_move() -> str:
    move = request.values.get("move", "")
    return move if move in many.FOR_MANY else many.FOR_MANY[0]


def _versions() -> list[tuple[str, int]]:
    """Each report as the page showed it."""
    said = (one.partition("-") for one in request.form.getlist("report")[: many.MOST + 1])
    return [(code, int(version)) for code, _dash, version in said if version.isdecimal() and len(version) < 10]


def _offer(form: StepForm, move: Move) -> None:
    city, lang = store.current(), language.chosen()
    form.move.data = move.code
    if "transfer_reason" in form:
        reasons = ((code, reason.label.in_(lang)) for code, reason in city.transfers.items())
        form.transfer_reason.choices = choices.one_of(_("Choose a reason"), reasons)
    if "transfer_to" in form:
        form.transfer_to.choices = choices.units([])
