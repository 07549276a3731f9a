"""A phone that shows our notifications: turned on beside an account or a report, turned off by whoever holds it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.adapters.push import Mailbox
from app.domain import devices
from app.domain.errors import Invalid
from app.domain.reports import by_secret
from app.extensions import limiter, unit_of_work
from app.forms.devices import DeviceForm
from app.web.access import open_to_all, open_to_residents
from app.web.actors import actor

bp = Blueprint("devices", __name__)

TRIES = "30 per hour"


@bp.post("/account/device")
@open_to_residents
@limiter.limit(TRIES)
def of_account() -> ResponseReturnValue:
    return _taken(lambda box: devices.keep(actor().person_id or 0, box))


@bp.post("/r/<code>/mine/<secret>/device")
@open_to_all
@limiter.limit(TRIES)
def of_report(code: str, secret: str) -> ResponseReturnValue:
    _report, link = by_secret(code, secret)
    return _taken(lambda box: devices.keep_for_report(code, box, by=link))


@bp.post("/device/off")
@open_to_all
@limiter.limit(TRIES)
def off() -> ResponseReturnValue:
    """For every account and report at once: the browser has given its address up."""
    return _taken(lambda box: devices.forget(box.endpoint))


def _taken(do: Callable[[Mailbox], None]) -> ResponseReturnValue:
    """For a script: nothing when it went well, else what to say."""
    form = DeviceForm()
    if not form.validate_on_submit():
        return jsonify(message=_("The form has expired. Reload the page; what you typed is kept.")), 422
    try:
        with unit_of_work():
            do(form.mailbox())
    except Invalid as error:
        return jsonify(message=str(error.message)), 422
    return "", 204
