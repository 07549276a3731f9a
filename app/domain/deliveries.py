"""Messages we owe: made from events, claimed, sent outside any transaction, marked. A row is never sent twice by us
but for a kill between the server's answer and our mark, and then under the same Message-ID."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, literal_column, select, update
from sqlalchemy.engine import CursorResult

from app.adapters import mail
from app.extensions import db, secret_key, unit_of_work
from app.models import Delivery, Event, Person, Report, now
from app.models.choices import DeliveryState

CLAIM_LASTS = timedelta(minutes=5)
LAST_TRY = 12  # about two days after the first
OPEN = (DeliveryState.WAITING, DeliveryState.CLAIMED)
MOST_FAILED = 50  # shown at a time
PASSING = ("link", "to")  # what a letter needed and nobody needs after it


def message_id(delivery_id: int, host: str) -> str:
    """The Message-ID of a delivery: the same at every try, so that a repeat can be told from a second letter."""
    made = hmac.new(secret_key().encode(), f"message-id:{delivery_id}".encode(), hashlib.sha256).digest()
    key = base64.b32encode(made)[:13].decode().lower()
    return f"<delivery-{delivery_id}.{key}@{host}>"


def cancel(event: Event) -> None:
    """The event was taken back: what it owed is owed no more. Inside the same unit of work."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.event_id == event.id, Delivery.state.in_(OPEN))
        .values(state=DeliveryState.CANCELLED)
    )


def claim(limit: int, *, only: int | None = None) -> list[int]:
    """Take some due deliveries for ourselves; a claim whose holder died falls free after five minutes.

    `only`: this one and no other, and not even this one where it is somebody else's or not due.
    """
    at = now()
    due = _due(at).limit(limit)
    if only is not None:
        due = due.where(Delivery.id == only)
    if db.session.scalar(due.with_only_columns(Delivery.id).limit(1)) is None:
        return []  # the usual case costs no write transaction
    with unit_of_work() as session:
        claimed = session.scalars(due.with_for_update(skip_locked=True)).all()
        for delivery in claimed:
            delivery.state, delivery.claimed_at, delivery.tries = DeliveryState.CLAIMED, at, delivery.tries + 1
        return [delivery.id for delivery in claimed]


def waiting_ids(limit: int) -> list[int]:
    """What `claim` would take now, in its order, left where it is."""
    return list(db.session.scalars(_due(now()).with_only_columns(Delivery.id).limit(limit)))


def _due(at: datetime) -> Select[Delivery]:
    return (
        select(Delivery)
        .where(
            Delivery.state.in_(OPEN),
            Delivery.not_before <= at,
            (Delivery.state == DeliveryState.WAITING) | (Delivery.claimed_at < at - CLAIM_LASTS),
        )
        .order_by(Delivery.not_before, Delivery.id)
    )


def mark_sent(delivery_id: int) -> None:
    """It is out. What only the letter needed is forgotten; all of it, where its reader erased their data meanwhile."""
    with unit_of_work() as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is not None:
            delivery.state, delivery.sent_at, delivery.error = DeliveryState.SENT, now(), ""
            _forget_what_passed(delivery)
    if delivery is None:
        mail.forget((delivery_id,))


def mark_pointless(delivery_id: int, reason: str) -> None:
    """Nobody needs it any more: the step was taken back, the address is confirmed, the person is gone."""
    with unit_of_work() as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is None:  # erased meanwhile
            return
        delivery.state, delivery.error = DeliveryState.CANCELLED, reason[:300]
        _forget_what_passed(delivery)


def _forget_what_passed(delivery: Delivery) -> None:
    delivery.data = {name: value for name, value in delivery.data.items() if name not in PASSING}


def mark_refused(delivery_id: int, error: str) -> None:
    """The address cannot be written to; trying again would change nothing. It stays FAILED for the mail page."""
    with unit_of_work() as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is None:  # erased meanwhile
            return
        delivery.state, delivery.error = DeliveryState.FAILED, error[:300]


def mark_failed(delivery_id: int, error: str) -> None:
    """Try again later, ever more slowly; after the last try it stays FAILED for the mail page."""
    with unit_of_work() as session:
        delivery = session.get(Delivery, delivery_id)
        if delivery is None:  # erased meanwhile
            return
        delivery.error = error[:300]
        if delivery.tries >= LAST_TRY:
            delivery.state = DeliveryState.FAILED
        else:
            delivery.state, delivery.not_before = DeliveryState.WAITING, _next_try(delivery.tries)


def _next_try(tries: int) -> datetime:
    return now() + timedelta(minutes=min(2**tries, 360))


def free_claims() -> int:
    """At start, by the only worker of a database: whatever a former process had claimed is free again."""
    held = select(Delivery.id).where(Delivery.state == DeliveryState.CLAIMED).limit(1)
    if db.session.scalar(held) is None:
        return 0
    with unit_of_work() as session:
        done = session.execute(
            update(Delivery).where(Delivery.state == DeliveryState.CLAIMED).values(state=DeliveryState.WAITING)
        )
        return done.rowcount if isinstance(done, CursorResult) else 0


def try_again(delivery_id: int) -> bool:
    """Somebody mended the cause: a FAILED letter goes out once more, inside a unit of work. False when it is none."""
    delivery = db.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state is not DeliveryState.FAILED:
        return False
    delivery.state, delivery.tries, delivery.not_before = DeliveryState.WAITING, 0, now()
    return True


@dataclass(frozen=True, slots=True)
class Failed:
    """A letter that did not go out. `to` is the person's name or address, empty where neither is confirmed."""

    id: int
    kind: str
    to: str
    error: str
    tries: int
    report: str  # its code, empty for a letter about an account


def failed(limit: int = MOST_FAILED) -> list[Failed]:
    """Letters that did not go out, newest first, for the mail page. One query."""
    found = db.session.execute(
        select(Delivery, Person.name, Person.email, Report.code)
        .join(Person, Person.id == Delivery.person_id)
        .outerjoin(Event, Event.id == Delivery.event_id)
        .outerjoin(Report, Report.id == Event.report_id)
        .where(literal_column("delivery.state = 'failed'"))  # as the partial index says it
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [
        Failed(one.id, one.kind, name or email or str(one.data.get("to", "")), one.error, one.tries, code or "")
        for one, name, email, code in found
    ]


def waiting() -> int:
    """How many letters are owed and not out yet."""
    return int(db.session.scalar(select(func.count(Delivery.id)).where(Delivery.state.in_(OPEN))) or 0)
