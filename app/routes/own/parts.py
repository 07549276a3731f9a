"""What the rooms of the own page share: limits, the way back to the page, the form of a rating."""

from __future__ import annotations

from flask import Response, make_response, redirect, url_for
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.forms.report import RatingForm
from app.models.choices import Rating, RatingReason
from app.web.labels import LABELS

TRIES = "30 per hour"
LETTERS = "20 per hour"  # asked for by one connection; the domain counts those to one address
MOVES = ("reply", "appeal", "reopen", "withdraw", "send_now")  # the steps that are the reporter's to take


def rating_form(*, blank: bool = False) -> RatingForm:
    form = RatingForm(formdata=None, prefix="rate") if blank else RatingForm(prefix="rate")
    form.rating.choices = [SelectChoice(value.value, label) for value, label in LABELS[Rating].items()]
    form.reason.choices = [SelectChoice(value.value, label) for value, label in LABELS[RatingReason].items()]
    return form


def back(code: str, secret: str) -> Response:
    return make_response(redirect(url_for("own.page", code=code, secret=secret), 303))
