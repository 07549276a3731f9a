"""Hours that do not count, as dispatchers and administrators declare them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import declared
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.permissions import Right
from app.domain.suspensions import declaring, reading
from app.extensions import unit_of_work
from app.forms.account import PressForm
from app.forms.declared import SuspensionForm, local
from app.forms.refusals import refuse
from app.models import now
from app.routes.account.parts import page
from app.routes.declare import bp, open_to_speakers
from app.web.actors import actor


@bp.route("/suspensions", methods=["GET", "POST"])
@open_to_speakers
def suspensions() -> ResponseReturnValue:
    """Declare one; below, the last ones, to be taken back or ended."""
    declared.must_have(actor(), Right.SUSPEND)
    form = SuspensionForm(store.current(), data={"starts_at": local(now())})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                code = declaring.declare(form.decision, by=actor()).code
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Declared. For a minute it can be taken back; then dates begin to move."), "done")
            return redirect(url_for(".suspension", code=code), 303)  # where it can be taken back
    found = reading.page().suspensions
    return page(
        "declare/suspensions.html",
        form=form,
        suspensions=found,
        here="suspensions",
        status=422 if form.errors or form.form_errors else 200,
    )


@bp.get("/suspensions/<code>")
@open_to_speakers
def suspension(code: str) -> ResponseReturnValue:
    """One of them with its log."""
    declared.must_have(actor(), Right.SUSPEND)
    found = reading.get(code)
    return page(
        "declare/suspension.html",
        one=found,
        kept=reading.kept([found])[found.id],
        log=declared.history(code),
        can_undo=declaring.can_undo(found),
        is_over=found.until <= now() or found.undone_at is not None,
        here="suspensions",
    )


@bp.post("/suspensions/<code>/<any(undo, end):what>")
@open_to_speakers
def stop_suspension(code: str, what: str) -> ResponseReturnValue:
    """Take it back within its minute, or end it early."""
    if PressForm().validate_on_submit():
        with unit_of_work():
            (declaring.undo if what == "undo" else declaring.end)(code, by=actor())
        flash(_("Taken back: nothing has moved.") if what == "undo" else _("Ended: the hours count again."), "done")
    return redirect(url_for(".suspension", code=code), 303)
