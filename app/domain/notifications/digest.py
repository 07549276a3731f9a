"""The morning letter: at eight on every working day of a unit, to those who work its queue, and to dispatchers."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from app.domain.city import store
from app.domain.city.model import City
from app.domain.deadlines import working_time_of
from app.domain.notifications.kinds import LetterKind
from app.domain.permissions import IN_CHARGE
from app.extensions import db
from app.models import Delivery, Kept, Membership, Person, now
from app.models.choices import DeliveryChannel, Role

AT = time(8)
NOT_AFTER = time(12)  # a city whose worker slept until noon sends none today
KEPT = "digest"


def is_due() -> bool:
    """Has the hour come, and is this day's letter not owed yet? One query, none outside the morning."""
    local = now().astimezone(ZoneInfo(store.current().timezone))
    if not AT <= local.time() < NOT_AFTER:
        return False
    kept = db.session.get(Kept, KEPT)
    return kept is None or kept.value.get("on") != local.date().isoformat()


def owe_digests() -> int:
    """Owe today's letters, inside a unit of work; answers how many. A second call on the same day owes nothing.

    Whoever has nothing open gets none: that is decided when the letter is written.
    """
    city = store.current()
    local = now().astimezone(ZoneInfo(city.timezone))
    kept = db.session.get(Kept, KEPT, with_for_update=True)
    today = local.date().isoformat()
    if not AT <= local.time() < NOT_AFTER or (kept is not None and kept.value.get("on") == today):
        return 0
    db.session.merge(Kept(name=KEPT, value={"on": today}, updated_at=now()))
    people = db.session.execute(
        select(Membership.person_id, Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            or_(
                and_(Membership.role.in_(IN_CHARGE), Membership.unit_id.is_not(None)),
                Membership.role == Role.DISPATCHER,
            ),
            Membership.ended_at.is_(None),
            Person.email.is_not(None),
            Person.closed_at.is_(None),
            Person.erased_at.is_(None),
        )
        .order_by(Membership.person_id)
    )
    working = _working_units(city, local)
    dispatch = city.units[city.dispatch].id  # whoever serves the whole city keeps the hours of this unit
    ids = dict.fromkeys(person_id for person_id, unit_id in people if (unit_id or dispatch) in working)
    for person_id in ids:
        db.session.add(
            Delivery(
                person_id=person_id,
                channel=DeliveryChannel.EMAIL,
                kind=LetterKind.DIGEST.value,
                data={"on": today},
                not_before=now(),
            )
        )
    return len(ids)


def _working_units(city: City, local: datetime) -> set[int]:
    """Units at work today; those on duty round the clock always are."""
    return {
        unit.id for unit in city.units.values() if working_time_of(city, unit.code).close_of(local.date()) is not None
    }
