"""An update of a notice reaches everybody whose report joined, once, and nobody who asked for silence."""

from __future__ import annotations

from dataclasses import dataclass
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
        for channel, is_reachable in _ways().items():
            _owe(found, found.told_at, channel, is_reachable)
        return True


def _ways() -> dict[DeliveryChannel, ColumnElement[bool]]:
    """Each channel, and whom it reaches."""
    ways: dict[DeliveryChannel, ColumnElement[bool]] = {DeliveryChannel.EMAIL: Person.email.is_not(None)}
    if push.is_on():
        ways[DeliveryChannel.PUSH] = exists().where(Device.person_id == Person.id)
    return ways


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
            Report.status != Status.WITHDRAWN,
            Participation.part.in_((Part.REPORTER, Part.AFFECTED)),
            Participation.ended_at.is_(None),
            Participation.muted_at.is_(None),
            Participation.notice_muted_at.is_(None),
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
    _mute(select(NoticeReport.report_id).where(NoticeReport.notice_id == notice.id), [person_id], muted=True)


def mute(code: str, *, by: Actor, muted: bool) -> None:
    """No more letters about the notice that this report joined, or letters again, inside a unit of work.

    It holds for everything of the reporter that joined it: they hear of it by no other way round.
    """
    report = get_for_change(code, by=by)
    following.check_own(report, by)
    notice_id = select(NoticeReport.notice_id).where(NoticeReport.report_id == report.id).scalar_subquery()
    joined = select(NoticeReport.report_id).where(NoticeReport.notice_id == notice_id)
    _mute(joined, select(Participation.person_id).where(*following.reporting(report)), muted=muted)


def _mute(joined: Select[int], people: Select[int] | list[int], *, muted: bool) -> None:
    """For these people alone: who else is affected by the same report still hears of it."""
    changes = Participation.notice_muted_at.is_(None) if muted else Participation.notice_muted_at.is_not(None)
    db.session.execute(
        update(Participation)
        .where(Participation.report_id.in_(joined), Participation.person_id.in_(people), changes)
        .values(notice_muted_at=now() if muted else None)
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """The notice that a report is about, and whether its reporter hears of it."""

    notice: Notice
    is_reached: bool  # we could write to them: a guest only once the address is confirmed
    is_muted: bool  # they want to hear nothing more of it

    @property
    def is_over(self) -> bool:
        return self.notice.until <= now()


def joined(report: Report) -> Joined | None:
    """What the reporter said that this report is about. One query."""
    mine = following.reporting(report)
    is_reached = exists().where(
        *mine,
        Participation.muted_at.is_(None),
        Report.id == Participation.report_id,
        Report.status != Status.WITHDRAWN,
        Person.id == Participation.person_id,
        Person.erased_at.is_(None),
        or_(*_ways().values()),
    )
    row = db.session.execute(
        select(Notice, is_reached, exists().where(*mine, Participation.notice_muted_at.is_not(None)))
        .join(NoticeReport, NoticeReport.notice_id == Notice.id)
        .where(NoticeReport.report_id == report.id)
    ).first()
    return Joined(*row) if row else None


def _read(token: str) -> tuple[str, int]:
    try:
        code, person_id = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_LOST) from None
    return str(code), int(person_id)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt=_STOP)
