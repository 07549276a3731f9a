"""Storm mode, turned on and off by administrators."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import declared, storms
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.permissions import Right
from app.extensions import unit_of_work
from app.forms.account import PressForm
from app.forms.declared import StormForm
from app.forms.refusals import refuse
from app.models import now
from app.models.choices import Role
from app.routes.account.parts import page
from app.routes.declare import bp
from app.web.access import open_to
from app.web.actors import actor


@bp.route("/storm", methods=["GET", "POST"])
@open_to(Role.ADMIN)
def storm() -> ResponseReturnValue:
    """Turn it on, with an end; turn it off before that."""
    declared.must_have(actor(), Right.STORM)
    form = StormForm(store.current())
    if form.validate_on_submit():
        try:
            with unit_of_work():
                assert form.until.at is not None  # required
                storms.begin(form.until.at, tuple(form.wards.data or ()), by=actor())
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("Storm mode is on."), "done")
            return redirect(url_for(".storm"), 303)
    is_wrong = bool(form.errors or form.form_errors)
    return page(
        "declare/storm.html", form=form, storms=storms.last(), at=now(), here="storm", status=422 if is_wrong else 200
    )


@bp.post("/storm/<code>/end")
@open_to(Role.ADMIN)
def end_storm(code: str) -> ResponseReturnValue:
    if PressForm().validate_on_submit():
        with unit_of_work():
            storms.end(code, by=actor())
        flash(_("Storm mode is off."), "done")
    return redirect(url_for(".storm"), 303)
