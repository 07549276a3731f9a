"""The switch for little data."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.forms.report import PressForm
from app.routes.public import bp
from app.web import frugal
from app.web.access import open_to_all


@bp.route("/frugal", methods=["GET", "POST"])
@open_to_all
def little_data() -> ResponseReturnValue:
    """What is left out, and a button that turns it on or off for this browser."""
    form = PressForm()
    if form.validate_on_submit():
        answer = make_response(redirect(url_for("public.front"), 303))
        return frugal.remember(answer, request.form.get("wanted") == "1")
    return render_template("public/frugal.html", form=form, is_wanted=frugal.is_wanted())
