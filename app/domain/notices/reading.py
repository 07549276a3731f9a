"""Which notices hold now or held once, where, and how many people they are about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.domain.city import store
from app.domain.errors import NotFound
from app.domain.notices import area
from app.extensions import db
from app.models import Notice, NoticeReport, NoticeUpdate, Report, now
from app.models.choices import NoticeSeverity, Status

MOST = 50  # at one time: a list ends
PAGE = 20
GRAVEST_FIRST = tuple(reversed(NoticeSeverity))


@dataclass(frozen=True, slots=True)
class Told:
    """A notice and how many people it is about."""

    notice: Notice
    affected: int


@dataclass(frozen=True, slots=True)
class Page:
    notices: Sequence[Notice]
    older: int | None  # the `before` of the page that follows


def get(code: str, *, lock: bool = False) -> Notice:
    """NotFound where there is none of this code."""
    query = select(Notice).where(Notice.code == code)
    notice = db.session.scalar(query.with_for_update() if lock else query)
    if notice is None:
        raise NotFound(_l("There is no such notice."))
    return notice


def current() -> list[Told]:
    """Those that hold now, the gravest first, with how many people they are about. One query."""
    at = now()
    people = (
        select(NoticeReport.notice_id, func.sum(Report.affected).label("people"))
        .join(Report, Report.id == NoticeReport.report_id)
        .join(Notice, Notice.id == NoticeReport.notice_id)
        .where(Notice.until > at, Report.status != Status.WITHDRAWN)
        .group_by(NoticeReport.notice_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Notice, func.coalesce(people.c.people, 0))
        .join(people, people.c.notice_id == Notice.id, isouter=True)
        .where(Notice.until > at, Notice.starts_at <= at)
        .order_by(Notice.id.desc())
        .limit(MOST)
    )
    told = [Told(notice, int(affected)) for notice, affected in rows]
    return sorted(told, key=lambda one: GRAVEST_FIRST.index(one.notice.severity))


def coming() -> Sequence[Notice]:
    """Those that will hold, the next one first."""
    later = select(Notice).where(Notice.starts_at > now(), Notice.until > now())
    return db.session.scalars(later.order_by(Notice.starts_at).limit(MOST)).all()


def past(before: int | None = None) -> Page:
    """Those that are over, the newest first."""
    query = select(Notice).where(Notice.until <= now()).order_by(Notice.id.desc()).limit(PAGE + 1)
    found = db.session.scalars(query.where(Notice.id < before) if before else query).all()
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def newest() -> Sequence[Notice]:
    """The last that were written, for the feed."""
    begun = select(Notice).where(Notice.starts_at <= now())
    return db.session.scalars(begun.order_by(Notice.id.desc()).limit(MOST)).all()


def updates(notices: Iterable[Notice]) -> dict[int, list[NoticeUpdate]]:
    """What was said since, by notice, the newest first. One query."""
    ids = [one.id for one in notices]
    found: dict[int, list[NoticeUpdate]] = {id: [] for id in ids}
    query = select(NoticeUpdate).where(NoticeUpdate.notice_id.in_(ids)).order_by(NoticeUpdate.id.desc())
    for update in db.session.scalars(query.limit(MOST * PAGE)):
        found[update.notice_id].append(update)
    return found


def affected(notice: Notice) -> int:
    """People whom the reports are about that joined it."""
    query = (
        select(func.coalesce(func.sum(Report.affected), 0))
        .join(NoticeReport, NoticeReport.report_id == Report.id)
        .where(NoticeReport.notice_id == notice.id, Report.status != Status.WITHDRAWN)
    )
    return int(db.session.scalar(query) or 0)


def known(category: str, lat: float | None, lng: float | None, ward: str) -> list[Told]:
    """What the city knows already about such a problem there."""
    return [one for one in current() if is_about(one.notice, category, lat, lng, ward)]


def is_about(notice: Notice, category: str, lat: float | None, lng: float | None, ward: str) -> bool:
    if notice.categories and category not in notice.categories:
        return False
    return area.holds(area.of(notice), lat, lng, ward)


def joinable(code: str, category: str, lat: float, lng: float, ward: str) -> Notice | None:
    """The notice of this code, if a report of this kind and place may join it now."""
    notice = db.session.scalar(select(Notice).where(Notice.code == code, Notice.until > now()))
    return notice if notice is not None and is_about(notice, category, lat, lng, ward) else None


def where(notice: Notice, language: str) -> str:
    """The wards by name; empty where a circle or outline says it, or the whole city is meant."""
    wards = store.current().wards
    return ", ".join(wards[code].name.in_(language) for code in notice.wards if code in wards)
