"""Photos under their random names: public ones for every cache, the others for whoever may see them, for no cache."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.domain import drafts
from app.domain.errors import NotFound
from app.domain.media.serve import shown_photo
from app.domain.permissions import Permission, may
from app.domain.reports import secret_of
from app.extensions import db, storage
from app.models import Photo, Report
from app.routes.report.kept import COOKIE
from app.web import links
from app.web.access import open_to_all
from app.web.actors import actor

bp = Blueprint("photos", __name__)
HOUR = 3600


@bp.get("/photos/<name>-<size>.webp")
@open_to_all
def photo(name: str, size: str) -> ResponseReturnValue:
    """One size of a photo. 410 for a name that was masked or removed, 404 for what this viewer may not see."""
    shown = shown_photo(name, size, may_see=_may_see)
    try:
        with storage().open(shown.key) as file:
            response = make_response(file.read())
    except FileNotFoundError:
        raise NotFound(_l("There is no such photo.")) from None
    response.mimetype = "image/webp"
    response.set_etag(f"{name}-{size}")
    response.make_conditional(request)
    response.headers["Cache-Control"] = f"public, max-age={HOUR}" if shown.is_public else "private, no-store"
    return response


def _may_see(photo: Photo) -> bool:
    """A photo that is not public: the draft's own, the reporter's own, or that of a report one handles."""
    if photo.draft_id is not None:
        draft = drafts.find_draft(request.cookies.get(COOKIE, ""))
        return draft is not None and draft.id == photo.draft_id
    report = db.session.get(Report, photo.report_id) if photo.report_id is not None else None
    if report is None:
        return False
    if may(actor(), Permission.HANDLE, report):
        return True
    is_theirs = photo.event_id is None  # a step's photo not yet public is the unit's alone
    return is_theirs and (
        may(actor(), Permission.FOLLOW_UP, report) or (report.code, secret_of(report)) in links.remembered()
    )
