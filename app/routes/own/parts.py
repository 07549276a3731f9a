"""What the rooms of the own page share: limits, the way back to the page, the form of a rating."""

from __future__ import annotations

from flask import Response, make_response, redirect, url_for
from werkzeug.datastructures import FileStorage
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.domain.media import store as kept_photos
from app.domain.media.refusal import PhotoRefused
from app.domain.media.store import Taken
from app.forms.report import RatingForm, WordsForm
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


def taken(form: WordsForm) -> tuple[list[Taken], list[str]]:
    """The photos that came with words, and why others were refused."""
    kept, refused = [], []
    for file in form.photos.data or ():
        if isinstance(file, FileStorage) and file.filename:
            try:
                kept.append(kept_photos.take(file.stream, file.filename))
            except PhotoRefused as error:
                refused.append(str(error.message))
    return kept, refused


def has_photos(form: WordsForm) -> bool:
    return any(isinstance(file, FileStorage) and file.filename for file in form.photos.data or ())


def back(code: str, secret: str) -> Response:
    return make_response(redirect(url_for("own.page", code=code, secret=secret), 303))
