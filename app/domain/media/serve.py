"""Which file answers a photo's address."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.errors import Gone, NotFound
from app.domain.media.develop import SIZES
from app.domain.media.keys import NAME, public_key
from app.extensions import db
from app.models import Photo, RetiredName
from app.models.choices import PhotoState


def nobody(photo: Photo) -> bool:
    """The answer for somebody without any right to unpublished photos."""
    return False


def public_photo(name: str, size: str, *, may_see: Callable[[Photo], bool] = nobody) -> str:
    """The storage key behind `/photos/<name>-<size>.webp`: always WebP.

    A published photo is everybody's; any other only where `may_see(photo)` says so, asked only then. Raises Gone for a
    name that was masked or removed, NotFound for everything else that this viewer may not see or that is not ready.
    """
    if size not in SIZES or not NAME.fullmatch(name):
        raise _not_found()
    photo = db.session.scalar(select(Photo).where(Photo.name == name))
    if photo is None:
        raise _gone() if db.session.get(RetiredName, name) else _not_found()
    if photo.state is PhotoState.REMOVED:
        raise _gone()
    if photo.state is not PhotoState.READY or not (photo.published_at or may_see(photo)):
        raise _not_found()
    return public_key(name, size)


def _not_found() -> NotFound:
    return NotFound(_l("There is no such photo."))


def _gone() -> Gone:
    return Gone(_l("This photo was removed or replaced."))
