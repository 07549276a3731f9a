"""Which file answers a photo's address."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.errors import Gone, NotFound
from app.domain.media.develop import SIZES
from app.domain.media.keys import NAME, public_key
from app.domain.permissions import Actor, Permission, may
from app.domain.reports.find import secret_of
from app.extensions import db
from app.models import Photo, Report, RetiredName, now
from app.models.choices import PhotoState, Publication


def nobody(photo: Photo) -> bool:
    """The answer for somebody without any right to unpublished photos."""
    return False


class Shown(NamedTuple):
    """A file that answers an address; `is_public` says whether caches may keep it."""

    key: str
    is_public: bool


def shown_photo(name: str, size: str, *, may_see: Callable[[Photo], bool] = nobody) -> Shown:
    """What answers `/photos/<name>-<size>.webp`: always WebP.

    A published photo is everybody's; any other only where `may_see(photo)` says so, asked only then. Raises Gone for a
    name that was masked or removed, NotFound for everything else that this viewer may not see or that is not ready.
    """
    if size not in SIZES or not NAME.fullmatch(name):
        raise _not_found()
    statement = select(Photo, Report.publication).outerjoin(Report, Report.id == Photo.report_id)
    found = db.session.execute(statement.where(Photo.name == name)).one_or_none()
    if found is None:
        raise _gone() if db.session.get(RetiredName, name) else _not_found()
    photo, publication = found
    if photo.state is PhotoState.REMOVED:
        raise _gone()
    is_public = _is_public(photo, publication)
    if photo.state is not PhotoState.READY or not (is_public or may_see(photo)):
        raise _not_found()
    return Shown(public_key(name, size), is_public)


def whole_photo(name: str, *, by: Actor) -> Shown:
    """A photo with nothing covered, for those who may publish it. Raises NotFound for everybody else."""
    photo = db.session.scalar(select(Photo).where(Photo.name == name)) if NAME.fullmatch(name) else None
    report = db.session.get(Report, photo.report_id) if photo is not None and photo.report_id is not None else None
    if photo is None or report is None or not photo.original or photo.state is not PhotoState.READY:
        raise _not_found()
    if not may(by, Permission.PUBLISH, report):
        raise _not_found()
    return Shown(photo.original, is_public=False)


def may_see_unpublished(photo: Photo, *, by: Actor, links: Collection[tuple[str, str]] = ()) -> bool:
    """A report's photo that is not public: for those who handle the report, and for its reporter.

    `links` are the code and secret of the reports that the viewer's browser remembers.
    """
    report = db.session.get(Report, photo.report_id) if photo.report_id is not None else None
    if report is None:
        return False
    if may(by, Permission.HANDLE, report):
        return True
    is_theirs = photo.event_id is None  # a step's photo not yet public is the unit's alone
    return is_theirs and (may(by, Permission.FOLLOW_UP, report) or (report.code, secret_of(report)) in links)


def _is_public(photo: Photo, publication: Publication | None) -> bool:
    """Published by now, of a report that shows its content; a step's own photo also where only the pin is shown."""
    if photo.published_at is None or photo.published_at > now():
        return False
    return publication is Publication.FULL or (publication is Publication.PIN and photo.event_id is not None)


def _not_found() -> NotFound:
    return NotFound(_l("There is no such photo."))


def _gone() -> Gone:
    return Gone(_l("This photo was removed or replaced."))
