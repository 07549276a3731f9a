"""Photos that came with a form. Where it is refused they wait for the next try: no browser sends them a second time.

Their files lie in the private storage and belong to no row; the session of whoever picked them knows their names. What
is not used within the time is swept like any file that nobody names.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from flask import request, session
from flask_babel import lazy_gettext as _l

from app.domain.media import store
from app.domain.media.refusal import MAX_PHOTOS, Fault, PhotoRefused, shown_name
from app.models import now

KEPT_FOR = timedelta(minutes=45)  # less than the hour after which an unnamed file is swept
FIELD = "picked"  # the boxes of those that wait, ticked until somebody takes one back
_KEY = "picked"
NO_ROOM = _l("The storage for photos is full. Your words were not lost: send them without photos, or try later.")
NO_PHOTOS = _l("Photos cannot be kept right now. Your words were not lost: send them without photos, or try later.")


class Picked(NamedTuple):
    name: str
    filename: str


def hold(purpose: str) -> list[str]:
    """Check and keep what this form brought, beside what waited and is still ticked; answers why files were refused.

    `purpose` names the form: another one does not see them.
    """
    ticked = set(request.form.getlist(FIELD))
    waiting, refused = [], []
    for one in waits(purpose):
        if one.name in ticked:
            waiting.append(one)
        else:
            store.drop(one.name)
    for file in request.files.getlist("photos"):
        if not file.filename:
            continue
        try:
            if len(waiting) >= MAX_PHOTOS:
                raise PhotoRefused(Fault.TOO_MANY, file.filename)
            taken = store.take(file.stream, file.filename)
        except PhotoRefused as error:
            refused.append(str(error.message))
        else:
            waiting.append(Picked(taken.name, shown_name(file.filename)))
    _write(purpose, waiting)
    return refused


def waits(purpose: str) -> list[Picked]:
    """What waits for this form."""
    kept: dict[str, Any] = session.get(_KEY) or {}
    if kept.get("for") != purpose or kept.get("until", 0) < now().timestamp():
        return []
    return [Picked(*one) for one in kept["photos"]]


def taken(purpose: str) -> list[store.Taken]:
    """The photos that wait, ready to be added to a report."""
    found = (store.take_again(one.name, one.filename) for one in waits(purpose))
    return [one for one in found if one is not None]


def forget() -> None:
    """They have found their report."""
    session.pop(_KEY, None)


def _write(purpose: str, waiting: list[Picked]) -> None:
    if waiting:
        until = int((now() + KEPT_FOR).timestamp())
        session[_KEY] = {"for": purpose, "until": until, "photos": [list(one) for one in waiting]}
    elif waits(purpose):
        forget()
