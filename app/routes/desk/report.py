"""One report on one screen: what it is, what happened, and the next step beside it."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import dossier as dossiers
from app.domain import qr, reports
from app.domain.permissions import Permission, may
from app.domain.reports import following
from app.extensions import undo_seconds, unit_of_work
from app.forms.desk import StepForm
from app.models import ReportContact
from app.models.choices import Role
from app.routes.desk import asking, bp, facts, next_step, sent
from app.routes.desk.queue import STAFF
from app.web.access import open_to
from app.web.actors import actor
from app.web.addresses import outside


@bp.get("/desk/r/<code>")
@open_to(*STAFF)
def report(code: str) -> ResponseReturnValue:
    """The report, with the form of the step named by `move`, or of the one that usually comes next."""
    return screen(code)


@bp.get("/desk/r/<code>/code.svg")
@open_to(*STAFF)
def report_code(code: str) -> ResponseReturnValue:
    """The address of this page as a QR code: whoever carries the sheet opens the report on a phone."""
    found = reports.get(code, seen_by=actor(), permission=Permission.HANDLE)
    drawn = qr.svg(outside("desk.report", code=found.code), _("QR code of this report"))
    return Response(drawn, mimetype="image/svg+xml")


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
    return (
        render_template(
            "desk/report.html",
            **facts.of(dossier),
            report=here,
            next=next_step.offer(dossier, form),
            contact=contact,
            may_see_contact=may(who, Permission.SEE_CONTACT, here),
            may_note=may(who, Permission.NOTE, here),
            may_publish=may(who, Permission.PUBLISH, here) and here.content_due_at is not None,
            may_uncover=may(who, Permission.PUBLISH, here),
            is_dispatcher=who.has(Role.DISPATCHER),
            stopped_by=notice,
            undo_seconds=undo_seconds(),
            sent=sent.bar(),
            address=outside("desk.report", code=here.code),
            back=asking.address(asking.last()),
        ),
        status,
    )
