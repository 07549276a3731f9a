"""The steps staff take, and taking them back."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain import codes, workflow
from app.domain.errors import Forbidden, Gone, Invalid, NotFound, Refusal, Stale
from app.domain.media import store as photos
from app.domain.permissions import Permission, may
from app.domain.reports.find import get_for_change
from app.domain.workflow import Details, Letter, Move
from app.domain.workflow.effects import PHOTO_KINDS
from app.domain.workflow.moves import BY_CODE
from app.extensions import unit_of_work
from app.forms.desk import StepForm, seen_version
from app.forms.refusals import refuse
from app.models import Event
from app.models.choices import EventKind, Outcome, PhotoKind, Severity, WaitingFor
from app.routes.desk import asking, bp, sent
from app.routes.desk.next_step import purpose
from app.routes.desk.queue import STAFF
from app.routes.desk.report import screen
from app.web import uploads
from app.web.access import open_to
from app.web.actors import actor

Choice = TypeVar("Choice", Outcome, WaitingFor, Severity)


@bp.post("/desk/r/<code>")
@open_to(*STAFF)
def step(code: str) -> ResponseReturnValue:
    """Take one step. A refusal shows the page again with everything that was typed."""
    move = BY_CODE.get(request.form.get("move", ""))
    if move is None or move.by_reporter or move.by_system:
        raise NotFound(_l("There is no such step."))
    form = StepForm()
    form.keep(move)
    if request.form.get("find"):  # looking for a unit takes no step
        return screen(code, form=form)
    refused = uploads.hold(purpose(code, move)) if "photos" in form else []
    if not form.validate() or refused:
        if refused:
            form.photos.errors = [*form.photos.errors, *refused]
        return screen(code, form=form, status=422)
    try:
        event, is_ours = _carry_out(code, move, form)
    except Invalid as refusal:
        refuse(form, refusal)
        return screen(code, form=form, status=refusal.status)
    except (Stale, Forbidden, NotFound) as refusal:
        return _moved_on(code, form, refusal)
    uploads.forget()
    if event.batch is not None:
        sent.remember(event, code, move.code)
    if move.code == "split":
        flash(_("The second problem is report %(code)s now.", code=codes.shown(event.data["child"])), "done")
    if move.code == "transfer" and event.kind is EventKind.RETURNED:
        flash(_GUARDED[event.data["guard"]], "warn")
    if not is_ours:  # it went to another unit: its page is theirs now
        return redirect(asking.address(asking.last()))
    return redirect(url_for("desk.report", code=code, _anchor="sent"))  # where it can be taken back, not at the form


@bp.post("/desk/undo")
@open_to(*STAFF)
def undo() -> ResponseReturnValue:
    """Take back what this browser sent last, while its time runs."""
    said = sent.bar()
    if said is None or str(said["event"]) != request.form.get("event"):
        flash(_("The time to take this back has passed."), "warn")
        return redirect(asking.address(asking.last()))
    with unit_of_work():
        workflow.undo(said["event"], by=actor())
    sent.forget()
    flash(_("Taken back. Nobody outside has seen it."), "done")
    if said["move"] == "publish":
        return redirect(url_for("publish.report", code=said["code"]))
    return redirect(url_for("desk.report", code=said["code"], move=said["move"]))


_GUARDED = {
    "former": _l("That unit had this report before, so it went to the dispatcher, who decides."),
    "third": _l("This is the third transfer, so the report went to the dispatcher, who decides."),
}


def _moved_on(code: str, form: StepForm, refusal: Refusal) -> ResponseReturnValue:
    """Somebody was faster. Where the report went elsewhere the typed words are still handed back, and the same is said
    of a report that never was here: nobody learns what lies with others."""
    try:
        return screen(code, form=form, notice=refusal.message, status=refusal.status)
    except (NotFound, Gone):
        words = request.form.get("words", "")
        message = _("This report is not with you, or no longer.")
        return render_template("desk/moved_on.html", message=message, words=words), NotFound.status


def _carry_out(code: str, move: Move, form: StepForm) -> tuple[Event, bool]:
    """The step with its photos in one transaction; and whether this actor still handles the report after it."""
    taken = uploads.taken(purpose(code, move)) if "photos" in form else []
    with unit_of_work():
        report = get_for_change(code, by=actor())
        kind = PHOTO_KINDS.get(move.code, PhotoKind.VISIT)
        added = [photos.add(one, report, kind=kind, place=form.place()).id for one in taken]
        details = details_of(form, added, report.language)
        event = workflow.take(code, move.code, by=actor(), details=details, version=seen_version(form))
        return event, may(actor(), Permission.HANDLE, report)


def details_of(form: StepForm, photo_ids: list[int], language: str) -> Details:
    said = _Said(form)
    assignee = said("assignee") or ""
    return Details(
        words=said("words") or "",
        outcome=_choice(Outcome, said("outcome")),
        waiting_for=_choice(WaitingFor, said("waiting_for")),
        until=said("until"),
        planned_on=said("planned_on"),
        refusal=said("refusal") or "",
        transfer_to=said("transfer_to") or "",
        transfer_reason=said("transfer_reason") or "",
        visit_on=said("visit_on"),
        letter=Letter(said("letter_body") or "", said("letter_number") or "", said("letter_on")),
        photo_ids=photo_ids,
        proof_reason=said("proof_reason") or "",
        assignee_id=int(assignee) if assignee.isdecimal() and len(assignee) < 18 else None,
        category=said("category") or "",
        severity=_choice(Severity, said("severity")),
        merge_into="".join(digit for digit in said("merge_into") or "" if digit.isdecimal()),
        is_sure=bool(said("is_sure")),
        pin=form.point(),
        ward=said("ward") or "",
        language=language,
    )


class _Said:
    """What a field holds; None for a field this move does not ask for."""

    def __init__(self, form: StepForm) -> None:
        self.form = form

    def __call__(self, name: str) -> Any:
        return self.form[name].data if name in self.form else None


def _choice(kind: type[Choice], value: Any) -> Choice | None:
    return kind(value) if value in {one.value for one in kind} else None
