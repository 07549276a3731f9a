"""Photos under their random names: public ones for every cache, the others for whoever may see them, for no cache."""

from __future__ import annotations

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.domain import drafts
from app.domain.errors import NotFound
from app.domain.media.serve import Shown, may_see_unpublished, shown_photo
from app.extensions import storage
from app.models import Photo
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
    return send_photo(shown_photo(name, size, may_see=_may_see), f"{name}-{size}")


def send_photo(shown: Shown, tag: str) -> ResponseReturnValue:
    """The file, for every cache where the photo is public, for none where it is not."""
    try:
        with storage().open(shown.key) as file:
            response = make_response(file.read())
    except FileNotFoundError:
        raise NotFound(_l("There is no such photo.")) from None
    response.mimetype = "image/webp"
    response.set_etag(tag)
    response.make_conditional(request)
    response.headers["Cache-Control"] = f"public, max-age={HOUR}" if shown.is_public else "private, no-store"
    return response


def _may_see(photo: Photo) -> bool:
    """What this browser brings: a person's rights, the links it remembers, the draft it began."""
    if photo.draft_id is not None:
        return drafts.has_photo(request.cookies.get(COOKIE, ""), photo)
    return may_see_unpublished(photo, by=actor(), links=links.remembered())
