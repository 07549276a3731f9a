"""A reader says that a page shows somebody's personal data. Anybody may, without an account."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import exposure
from app.domain.errors import Invalid
from app.domain.reports import get
from app.extensions import limiter, unit_of_work
from app.forms.public import FlagForm
from app.forms.refusals import refuse
from app.models import Event
from app.routes.public import bp
from app.web.access import open_to_all
from app.web.actors import actor

TRIES = "10 per hour"


@bp.route("/r/<code>/exposed", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def exposed(code: str) -> ResponseReturnValue:
    """What is shown that should not be: one choice, a few words if one likes, and it is hidden."""
    report = get(code, seen_by=actor())
    form = FlagForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                event = exposure.flag(code, form.what(), form.note.data or "", by=actor())
        except Invalid as refusal:
            refuse(form, refusal, otherwise="note")
        else:
            return render_template("public/exposed.html", report=report, form=None, **_thanks(event))
    return render_template("public/exposed.html", report=report, form=form), 422 if form.errors else 200


def _thanks(event: Event) -> dict[str, object]:
    """What happens now, and whether the page still stands. Public pages are for every cache and say nothing to one."""
    hides = bool(event.data["hides"])
    thanks = (
        _("Thank you. It is hidden until a person decides, within two working days.")
        if hides
        else _("Thank you. Somebody who has looked before looks once more, within two working days.")
    )
    return {"thanks": thanks, "is_gone": hides and event.data["shows"] != exposure.Shows.CONTENT}
