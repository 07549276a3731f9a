"""Messages we owe: made from events, claimed, sent outside any transaction, marked. A row is never sent twice by us
but for a kill between the server's answer and our mark, and then under the same Message-ID."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from app.extensions import db, unit_of_work
from app.models import Delivery, Event, now
from app.models.choices import DeliveryState

CLAIM_LASTS = timedelta(minutes=5)
LAST_TRY = 12


def cancel(event: Event) -> None:
    """The event was taken back: what it owed is owed no more. Inside the same unit of work."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.event_id == event.id, Delivery.state.in_((DeliveryState.WAITING, DeliveryState.CLAIMED)))
        .values(state=DeliveryState.CANCELLED)
    )


def claim(limit: int = 20) -> list[int]:
    """Take some due deliveries for ourselves; a claim whose holder died falls free after five minutes."""
    with unit_of_work() as session:
        at = now()
        due = session.scalars(
            select(Delivery)
            .where(
                Delivery.not_before <= at,
                (Delivery.state == DeliveryState.WAITING)
                | ((Delivery.state == DeliveryState.CLAIMED) & (Delivery.claimed_at < at - CLAIM_LASTS)),
            )
            .order_by(Delivery.not_before, Delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for delivery in due:
            delivery.state, delivery.claimed_at, delivery.tries = DeliveryState.CLAIMED, at, delivery.tries + 1
        return [delivery.id for delivery in due]


def mark_sent(delivery_id: int) -> None:
    with unit_of_work() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.state, delivery.sent_at, delivery.error = DeliveryState.SENT, now(), ""


def mark_failed(delivery_id: int, error: str) -> None:
    """Try again later, ever more slowly; after the last try it stays FAILED for the mail page."""
    with unit_of_work() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.error = error[:300]
        if delivery.tries >= LAST_TRY:
            delivery.state = DeliveryState.FAILED
        else:
            delivery.state, delivery.not_before = DeliveryState.WAITING, _next_try(delivery.tries)


def _next_try(tries: int) -> datetime:
    return now() + timedelta(minutes=min(2**tries, 360))


def free_claims() -> int:
    """At start: whatever a former process of this machine had claimed is free again."""
    with unit_of_work() as session:
        done = session.execute(
            update(Delivery).where(Delivery.state == DeliveryState.CLAIMED).values(state=DeliveryState.WAITING)
        )
        return done.rowcount if isinstance(done, CursorResult) else 0
