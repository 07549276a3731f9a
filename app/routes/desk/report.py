"""One report on one screen: what it is, what happened, and the next step beside it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import clock, replies
from app.domain import dossier as dossiers
from app.domain.city import store
from app.domain.dossier import Dossier
from app.domain.permissions import Permission, may
from app.domain.reports import following
from app.domain.workflow import Move, desk_moves
from app.extensions import undo_seconds, unit_of_work
from app.forms.desk import StepForm
from app.models import Report, ReportContact
from app.models.choices import Role, Status, WordsKind
from app.routes.desk import asking, bp, choices, history, sent
from app.routes.desk.queue import STAFF, row
from app.web import language, uploads
from app.web.access import open_to
from app.web.actors import actor
from app.web.addresses import outside
from app.web.labels import ROUTING_DOUBTS

NEXT = {
    Status.NEW: ("receive",),
    Status.RECEIVED: ("start",),
    Status.IN_PROGRESS: ("resolve",),
    Status.WAITING: ("resume",),
    Status.PLANNED: ("begin_planned",),
    Status.DECLINED: ("grant_appeal",),
}


@bp.get("/desk/r/<code>")
@open_to(*STAFF)
def report(code: str) -> ResponseReturnValue:
    """The report, with the form of the step named by `move`, or of the one that usually comes next."""
    return screen(code)


@bp.post("/desk/r/<code>/contact")
@open_to(*STAFF)
def contact(code: str) -> ResponseReturnValue:
    """The reporter's contact data; the look is written down, and the reporter can read who looked."""
    with unit_of_work():
        found = following.look_at_contact(code, by=actor())
        known = _contact(found)
    return screen(code, contact=known)


@bp.post("/desk/r/<code>/seen")
@open_to(*STAFF)
def seen(code: str) -> ResponseReturnValue:
    """What the reporter added was read; the report leaves the heap of news."""
    with unit_of_work():
        dossiers.mark_seen(code, by=actor())
    return screen(code)


def _contact(found: ReportContact | None) -> dict[str, Any]:
    if found is None:
        return {"items": [], "is_confirmed": False}
    items = [(_("Name"), found.name), (_("Telephone"), found.phone), (_("E-mail"), found.email)]
    return {"items": items, "is_confirmed": found.confirmed_at is not None}


def screen(
    code: str,
    *,
    form: StepForm | None = None,
    contact: dict[str, Any] | None = None,
    notice: object = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page. A refused `form` is shown again with everything that was typed; `notice` says what went wrong."""
    who = actor()
    dossier = dossiers.of(code, seen_by=who)
    here = dossier.report
    offered = desk_moves(here, who)
    wanted = form.move.data if form is not None else request.args.get("move", "")
    chosen = _chosen(offered, here, wanted or "")
    if chosen is not None and form is not None and form.move.data == chosen.code:
        form.version.data = str(here.version)  # a second press is made in sight of how the report stands now
    elif chosen is not None:
        form = StepForm(formdata=None)
        form.keep(chosen)
        form.move.data, form.version.data = chosen.code, str(here.version)
    ready: list[replies.Reply] = []
    if chosen is not None and form is not None:
        choices.offer(form, dossier)
        ready = _ready(chosen, here, form)
    lost = request.form.get("words", "") if status >= 400 and (chosen is None or wanted != chosen.code) else ""
    return (
        render_template(
            "desk/report.html",
            **_facts(dossier),
            dossier=dossier,
            report=here,
            form=form if chosen is not None else None,
            move=chosen,
            others=[move for move in offered.values() if move is not chosen],
            ready=ready,
            contact=contact,
            may_see_contact=may(who, Permission.SEE_CONTACT, here),
            may_note=may(who, Permission.NOTE, here),
            may_publish=may(who, Permission.PUBLISH, here) and here.content_due_at is not None,
            is_dispatcher=who.has(Role.DISPATCHER),
            stopped_by=notice,
            hints=hints(),
            undo_seconds=undo_seconds(),
            lost=lost,
            picked=uploads.waits(purpose(code, chosen)) if chosen is not None else [],
            sent=sent.bar(),
            back=asking.address(asking.last()),
        ),
        status,
    )


def purpose(code: str, move: Move) -> str:
    """Under which name photos wait for this step."""
    return f"{code} {move.code}"


def _chosen(offered: dict[str, Move], report: Report, wanted: str) -> Move | None:
    """The asked step; else the usual next one, which for a report of unclear routing is to pass it on."""
    likely = [wanted]
    if report.needs_routing_check and actor().has(Role.DISPATCHER):
        likely.append("transfer")
    likely += [*NEXT.get(report.status, ()), "note"]
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


def _facts(dossier: Dossier) -> dict[str, Any]:
    """What the page says of the report, in the reader's words."""
    city, lang, report = store.current(), language.chosen(), dossier.report
    category, ward = city.category_of(report.category_id), city.ward_of(report.ward_id)
    names = dossier.people.names
    return {
        "category": category,
        "ward": ward,
        "unit": city.unit_of(report.unit_id),
        "row": row(report, names, ""),
        "words": _joined(dossier, WordsKind.DESCRIPTION),
        "wayfinding": _joined(dossier, WordsKind.WAYFINDING),
        "answers": [
            (question.label.in_(lang), _answer(question, report.answers[question.code]))
            for question in category.questions
            if report.answers.get(question.code)
        ],
        "photos": [history.picture(photo) for photo in dossier.reporters_photos],
        "lines": history.lines(dossier),
        "near": [
            {"row": row(one.report, {}, ""), "distance": one.distance_m, "id": one.report.id} for one in dossier.near
        ],
        "earlier": [row(one, {}, "") for one in dossier.earlier],
        "why": dossiers.why_this_unit(dossier, lang),
        "doubts": [ROUTING_DOUBTS[code] for code in dossier.doubts if code in ROUTING_DOUBTS],
        "runners_up": [(code, city.units[code].name.in_(lang)) for code in dossier.runners_up[:3]],
        "proposed": city.units[dossier.proposed].name.in_(lang) if dossier.proposed else "",
        "clock": clock.of(city, report, [event for event in dossier.events if not event.undone_at]),
        "assignee": names.get(report.assignee_id or 0, ""),
        "points": [[one.report.lat, one.report.lng] for one in dossier.near],
    }


def _joined(dossier: Dossier, kind: WordsKind) -> str:
    return "\n\n".join(one.original for one in dossier.words(kind) if not one.erased_at)


def _answer(question: Any, answer: str) -> str:
    labels = {choice.code: choice.label.in_(language.chosen()) for choice in question.choices}
    return str(labels.get(answer, answer))


def hints() -> dict[str, str]:
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
