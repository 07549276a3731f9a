"""The step that the page of a report offers: which one, its form, ready answers, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request
from flask_babel import gettext as _

from app.domain import replies
from app.domain.city import store
from app.domain.dossier import Dossier
from app.domain.workflow import Move, desk_moves
from app.forms.desk import StepForm
from app.models import Report
from app.models.choices import Role, Status
from app.routes.desk import choices
from app.web import uploads
from app.web.actors import actor
from app.web.addresses import outside

USUAL = {
    Status.NEW: ("receive",),
    Status.RECEIVED: ("start",),
    Status.IN_PROGRESS: ("resolve",),
    Status.WAITING: ("resume",),
    Status.PLANNED: ("begin_planned",),
    Status.DECLINED: ("grant_appeal",),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be done next. Without a `move` nothing may; `form` is that move's."""

    move: Move | None = None
    form: StepForm | None = None
    others: list[Move] = field(default_factory=list)
    ready: list[replies.Reply] = field(default_factory=list)
    picked: list[uploads.Picked] = field(default_factory=list)
    hint: str = ""
    lost: str = ""  # words written for a step that can no longer be taken


def offer(dossier: Dossier, refused: StepForm | None = None) -> Offer:
    """The step named by the refused form or the address, else the one that usually comes next."""
    report = dossier.report
    offered = desk_moves(report, actor())
    wanted = (refused.move.data if refused is not None else request.args.get("move")) or ""
    move = _chosen(offered, report, wanted)
    lost = request.form.get("words", "") if refused is not None and (move is None or wanted != move.code) else ""
    if move is None:
        return Offer(lost=lost)
    form = refused if refused is not None and wanted == move.code else _blank(move)
    form.version.data = str(report.version)  # a second press is made in sight of how the report stands now
    choices.offer(form, dossier)
    return Offer(
        move=move,
        form=form,
        others=[one for one in offered.values() if one is not move],
        ready=_ready(move, report, form),
        picked=uploads.waits(purpose(report.code, move)),
        hint=_hints().get(move.code, ""),
        lost=lost,
    )


def purpose(code: str, move: Move) -> str:
    """Under which name photos wait for this step."""
    return f"{code} {move.code}"


def _blank(move: Move) -> StepForm:
    form = StepForm(formdata=None)
    form.keep(move)
    form.move.data = move.code
    return form


def _chosen(offered: dict[str, Move], report: Report, wanted: str) -> Move | None:
    """The asked step; else the usual next one, which for a report of unclear routing is to pass it on."""
    likely = [wanted]
    if report.needs_routing_check and actor().has(Role.DISPATCHER):
        likely.append("transfer")
    likely += [*USUAL.get(report.status, ()), "note"]
    return next((offered[code] for code in likely if code in offered), None)


def _ready(move: Move, report: Report, form: StepForm) -> list[replies.Reply]:
    """Ready answers for this step; the one named in the address stands in the field already."""
    if move.words is None:
        return []
    link = outside("public.report", code=report.code)
    found = replies.for_step(report, move.code, link=link)
    if not form.is_submitted():
        form.words.data = replies.text_of(found, request.args.get("template", ""))
    return found


def _hints() -> dict[str, str]:
    """What a step means, said beside its form."""
    days = store.current().settings.question_days
    return {
        "resolve": _("Everybody reads this answer. Say what was done, when, and by whom."),
        "ask": _("The clock waits at most %(n)s working days for the reporter.", n=days),
        "pause": _("The clock stands still; everybody reads the reason and until when."),
        "plan": _("Everybody reads the day; the first promise stays shown."),
        "ask_extension": _("Once, and the lead of the unit approves it."),
        "decline": _("The reporter may ask once for another look; somebody else decides then."),
        "transfer": _(
            "The reporter's date stays. A third transfer, or one back to a former unit, goes to the dispatcher."
        ),
        "return": _("For what belongs to another unit and you cannot say to which."),
        "split": _(
            "A new report at the same place, with the same words, goes to the unit in charge of the second problem. "
            "Photos stay here."
        ),
        "note": _("Only staff read it."),
        "report_abuse": _("Only the dispatcher is told, and decides. The report stays as it is."),
        "contact_tried": _("Only staff read it. Say when and how you tried."),
        "reclassify": _("Everybody sees the change, and the reason."),
        "move_pin": _("Everybody sees the correction and its reason. Unit and date stay until somebody transfers it."),
        "visit": _("Everybody reads what was found."),
    }
