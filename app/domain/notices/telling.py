"""An update of a notice reaches everybody whose report joined, once, and nobody who asked for silence."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import JSON, ColumnElement, Select, exists, insert, literal, null, or_, select, update

from app.adapters import push
from app.domain.errors import NotFound
from app.domain.notices import reading
from app.domain.notifications import LetterKind
from app.domain.permissions import Actor
from app.domain.reports import following, get_for_change
from app.extensions import db, secret_key, unit_of_work
from app.models import Delivery, Device, Notice, NoticeReport, NoticeUpdate, Participation, Person, Report, now
from app.models.choices import DeliveryChannel, DeliveryState, Part, Status

_STOP = "notice-stop"
_LOST = _l("This link leads nowhere. Check that it was copied whole.")


def tell() -> int:
    """Owe the letters of every update that is not told yet; answers how many updates. Harmless to repeat."""
    untold = select(NoticeUpdate.id).where(NoticeUpdate.told_at.is_(None)).order_by(NoticeUpdate.id)
    return sum(_tell_one(id) for id in db.session.scalars(untold).all())


def _tell_one(id: int) -> bool:
    """All its letters and the mark that it was told are one transaction."""
    with unit_of_work() as session:
        query = select(NoticeUpdate).where(NoticeUpdate.id == id, NoticeUpdate.told_at.is_(None)).with_for_update()
        found = session.scalar(query)
        if found is None:
            return False
        found.told_at = now()
        _owe(found, found.told_at, DeliveryChannel.EMAIL, Person.email.is_not(None))
        if push.is_on():
            _owe(found, found.told_at, DeliveryChannel.PUSH, exists().where(Device.person_id == Person.id))
        return True


def _owe(news: NoticeUpdate, at: datetime, channel: DeliveryChannel, is_reachable: ColumnElement[bool]) -> None:
    """A letter, or a notification, to each of them: one statement however many they are."""
    letters = select(
        Person.id,
        literal(channel.value),
        literal(LetterKind.NOTICE.value),
        literal({"update": news.id}, JSON),
        literal(int(at.timestamp())),
        literal(DeliveryState.WAITING.value),
        literal(0),
        literal(""),
        null(),
    ).where(is_reachable, Person.erased_at.is_(None), Person.id.in_(_of_notice(news.notice_id)))
    names = ["person_id", "channel", "kind", "data", "not_before", "state", "tries", "error", "event_id"]
    db.session.execute(insert(Delivery).from_select(names, letters, include_defaults=False))


def _of_notice(notice_id: int) -> Select[int]:
    """Who filed a report that joined, or is affected by it: each once, however many of their reports joined."""
    return (
        select(Participation.person_id)
        .join(NoticeReport, NoticeReport.report_id == Participation.report_id)
        .join(Report, Report.id == Participation.report_id)
        .where(
            NoticeReport.notice_id == notice_id,
            NoticeReport.muted_at.is_(None),
            Report.status != Status.WITHDRAWN,
            Participation.part.in_((Part.REPORTER, Part.AFFECTED)),
            Participation.ended_at.is_(None),
            Participation.muted_at.is_(None),
        )
    )


def is_wanted(notice: Notice, person_id: int) -> bool:
    """Does this person still want to hear of it?"""
    return bool(db.session.scalar(select(exists(_of_notice(notice.id).where(Participation.person_id == person_id)))))


def stop_token(notice: Notice, person_id: int) -> str:
    """For the foot of each letter; good for as long as the letter is kept."""
    return str(_signer().dumps([notice.code, person_id]))


def stopping(token: str) -> Notice:
    """The notice that a link to stop speaks of."""
    return reading.get(_read(token)[0])


def stop(token: str) -> None:
    """No more letters about it, inside a unit of work. Twice does no harm; reports go on writing theirs."""
    notice, person_id = stopping(token), _read(token)[1]
    mine = select(Participation.report_id).where(Participation.person_id == person_id)
    _mute(NoticeReport.notice_id == notice.id, NoticeReport.report_id.in_(mine), muted=True)


def mute(code: str, *, by: Actor, muted: bool) -> None:
    """No more letters about the notice that this report joined, or letters again, inside a unit of work.

    It holds for every report of the same people that joined it: nobody hears of it by another way round.
    """
    report = get_for_change(code, by=by)
    following.check_own(report, by)
    people = select(Participation.person_id).where(
        Participation.report_id == report.id, Participation.part == Part.REPORTER, Participation.ended_at.is_(None)
    )
    theirs = select(Participation.report_id).where(Participation.person_id.in_(people))
    joined = select(NoticeReport.notice_id).where(NoticeReport.report_id == report.id).scalar_subquery()
    of_them = or_(NoticeReport.report_id == report.id, NoticeReport.report_id.in_(theirs))
    _mute(NoticeReport.notice_id == joined, of_them, muted=muted)


def _mute(*which: ColumnElement[bool], muted: bool) -> None:
    changes = NoticeReport.muted_at.is_(None) if muted else NoticeReport.muted_at.is_not(None)
    db.session.execute(update(NoticeReport).where(*which, changes).values(muted_at=now() if muted else None))


def _read(token: str) -> tuple[str, int]:
    try:
        code, person_id = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_LOST) from None
    return str(code), int(person_id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt=_STOP)
