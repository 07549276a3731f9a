"""From hits to letters: one letter for all that is new, at once, each morning or each Monday."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select

from app.domain import devices
from app.domain.alerts.watching import after_quiet, first_at
from app.domain.notifications import LetterKind
from app.extensions import db, unit_of_work
from app.models import Alert, AlertHit, Delivery, Report, now
from app.models.choices import Cadence, DeliveryChannel
from app.models.report import is_public

BATCH = 50
LISTED = 20  # reports in one letter; the rest is a number
FORGOTTEN_AFTER = timedelta(days=14)  # a hit that was not public since
APART = timedelta(minutes=10)  # between two letters of somebody who wants to hear at once


def tell() -> int:
    """Owe what is due; answers how many letters. Harmless to repeat."""
    untold = exists().where(AlertHit.alert_id == Alert.id, AlertHit.told_at.is_(None))
    due = select(Alert.id).where(untold, Alert.ended_at.is_(None), Alert.next_at <= now())
    ids = db.session.scalars(due.order_by(Alert.next_at).limit(BATCH)).all()
    return sum(_tell_one(id) for id in ids)


def _tell_one(id: int) -> bool:
    """Its letter and the marks that it was told are one transaction."""
    with unit_of_work() as session:
        alert = session.scalar(select(Alert).where(Alert.id == id).with_for_update())
        at = now()
        if alert is None or alert.ended_at is not None or alert.next_at > at:
            return False
        if (morning := after_quiet(alert, at)) > at:  # then one letter tells the whole night
            alert.next_at = morning
            return False
        alert.next_at = at + APART if alert.cadence is Cadence.AT_ONCE else first_at(alert.cadence, at)
        hits = session.scalars(
            select(AlertHit)
            .join(Report, Report.id == AlertHit.report_id)
            .where(AlertHit.alert_id == id, AlertHit.told_at.is_(None), is_public())
            .order_by(AlertHit.report_id.desc())
        ).all()
        if not hits:  # hidden or withdrawn meanwhile; what does not come back is forgotten
            gone = (AlertHit.alert_id == id, AlertHit.told_at.is_(None), AlertHit.found_at < at - FORGOTTEN_AFTER)
            session.execute(delete(AlertHit).where(*gone))
            return False
        for hit in hits:
            hit.told_at = at
        ids = [hit.report_id for hit in hits]
        session.add_all(
            Delivery(
                person_id=alert.person_id,
                channel=channel,
                kind=LetterKind.ALERT.value,
                data={"alert": id, "reports": ids[:LISTED], "more": max(0, len(ids) - LISTED)},
                not_before=at,
            )
            for channel in _channels(alert.person_id)
        )
        return True


def _channels(person_id: int) -> list[DeliveryChannel]:
    """An alert begins with a confirmed address, so there is always a letter."""
    also = [DeliveryChannel.PUSH] if devices.having_some([person_id]) else []
    return [DeliveryChannel.EMAIL, *also]
