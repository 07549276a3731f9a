"""A notice is written, mended, carried on and ended. Every change has its line in the log, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from app.domain import declared
from app.domain.errors import Invalid, Stale
from app.domain.notices import area as areas_
from app.domain.notices import reading
from app.domain.notices.area import Area
from app.domain.permissions import Actor, Right
from app.extensions import db
from app.models import Localized, Notice, NoticeUpdate, now
from app.models.choices import DeclaredKind, NoticeSeverity

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice as somebody writes it."""

    severity: NoticeSeverity
    title: Localized
    text: Localized
    area: Area
    starts_at: datetime
    until: datetime
    clear_at: datetime | None = None
    categories: tuple[str, ...] = ()


def publish(telling: Telling, *, by: Actor) -> Notice:
    """Everybody reads it from its start on, inside a unit of work. Raises Invalid, with the field."""
    declared.must_have(by, Right.TELL)
    _check(telling)
    at = now()
    notice = Notice(code=declared.new_code(), version=1, created_at=at, updated_at=at)
    _set(notice, telling)
    db.session.add(notice)
    db.session.flush()
    declared.log(DeclaredKind.NOTICE_PUBLISHED, notice.code, by=by)
    return notice


def change(code: str, telling: Telling, *, by: Actor, version: int | None = None) -> Notice:
    """Said differently from now on, inside a unit of work."""
    notice = _mine(code, by, version)
    _check(telling)
    was = notice.until
    _set(notice, telling)
    _changed(notice)
    data = {"until_was": int(was.timestamp())} if was != notice.until else {}
    declared.log(DeclaredKind.NOTICE_CHANGED, code, by=by, **data)
    return notice


def carry_on(code: str, text: Localized, *, by: Actor, is_last: bool = False) -> NoticeUpdate:
    """Something new: everybody reads it, and whoever joined is told once. The last one ends the notice."""
    notice = _mine(code, by, None)
    at = now()
    if not text.vi.strip():
        raise Invalid(_l("Write what is new."), field="text_vi")
    if notice.until <= at:
        raise Invalid(_l("This notice is over."), field="text_vi")
    update = NoticeUpdate(notice_id=notice.id, text=text, is_last=is_last, at=at)
    db.session.add(update)
    if is_last:
        notice.until = at
    _changed(notice)
    kind = DeclaredKind.NOTICE_ENDED if is_last else DeclaredKind.NOTICE_UPDATED
    declared.log(kind, code, by=by)
    db.session.flush()
    return update


def _mine(code: str, by: Actor, version: int | None) -> Notice:
    declared.must_have(by, Right.TELL)
    notice = reading.get(code, lock=True)
    if version is not None and version != notice.version:
        raise Stale(_l("Somebody else has changed this notice meanwhile. Look at it again, then decide."))
    return notice


def _check(telling: Telling) -> None:
    declared.check_categories(telling.categories)
    areas_.check(telling.area)
    if telling.until <= telling.starts_at:
        raise Invalid(_l("It must end after it begins."), field="until")
    if telling.until - telling.starts_at > LONGEST:
        raise Invalid(_l("A notice holds for a year at most."), field="until")
    if telling.clear_at is not None and not telling.starts_at < telling.clear_at <= telling.until:
        raise Invalid(_l("This moment must lie between its beginning and its end."), field="clear_at")


def _set(notice: Notice, telling: Telling) -> None:
    where = telling.area
    notice.severity, notice.title, notice.text = telling.severity, telling.title, telling.text
    notice.wards, notice.ring = list(where.wards), [list(point) for point in where.ring]
    notice.lat, notice.lng, notice.radius_m = where.lat, where.lng, where.radius_m
    notice.categories = sorted(telling.categories)
    notice.starts_at, notice.until, notice.clear_at = telling.starts_at, telling.until, telling.clear_at


def _changed(notice: Notice) -> None:
    notice.version += 1
    notice.updated_at = max(now(), notice.updated_at)
