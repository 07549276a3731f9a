"""The picture of a public report, for whoever shows its address elsewhere."""

from __future__ import annotations

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.domain import feeds
from app.domain.errors import NotFound
from app.web import sharing
from app.web.access import open_to_all
from app.web.caching import HOUR, LONG, cacheable

bp = Blueprint("cards", __name__)
KEPT = f"{LONG}, s-maxage=60"  # browsers keep it; a cache in front of us hears soon that a report is gone


@bp.get("/cards/<code>-<digest>.png")
@open_to_all
def card(code: str, digest: str) -> ResponseReturnValue:
    """The address names its content. One of yesterday leads to today's; what is withdrawn or hidden has none.

    A photo may be hidden one day, so a picture with one is kept no longer than photos are."""
    view = feeds.of_report(code)
    picture = sharing.of(view)
    if digest != picture.digest or code != view.code:
        return redirect(sharing.path(view, picture), 302)
    try:
        drawn = sharing.drawn(picture)
    except FileNotFoundError:
        raise NotFound(_l("There is no such photo.")) from None
    return cacheable(Response(drawn, mimetype="image/png"), HOUR if picture.photo else KEPT)
