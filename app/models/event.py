"""What happened, in whose words, and whom we owe a message. One truth, four readers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, PrimaryKey
from app.models.choices import ActorKind, DeliveryChannel, DeliveryState, EventKind, WordsKind


class Event(Base):
    """Append-only. `data` holds codes and ids, never a person's words or name."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_report_id", "report_id", "id"),
        Index(
            "ix_event_unannounced",
            "id",
            sqlite_where=text("announced_at IS NULL"),
            postgresql_where=text("announced_at IS NULL"),
        ),
        Index(
            "ix_event_batch",
            "batch",
            sqlite_where=text("batch IS NOT NULL"),
            postgresql_where=text("batch IS NOT NULL"),
        ),
        Index("ix_event_actor", "actor_id", "id"),
    )

    id: Mapped[PrimaryKey]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[EventKind]
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))  # who held the report then
    public_at: Mapped[datetime | None]  # None: never public; later than `at` for what can be undone
    batch: Mapped[str | None]  # what one press did; undo takes it back as a whole
    undone_at: Mapped[datetime | None]
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    announced_at: Mapped[datetime | None]

    words: Mapped[list[Words]] = relationship(order_by="Words.id", lazy="raise")


class Words(Base):
    """A person's words, beside the event they belong to, so that they can be masked and erased."""

    __tablename__ = "words"
    __table_args__ = (Index("ix_words_report_id", "report_id"), Index("ix_words_event_id", "event_id"))

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    kind: Mapped[WordsKind]
    original: Mapped[str]
    public_text: Mapped[str | None]  # None: not public (yet)
    public_at: Mapped[datetime | None]  # later than now: the text can still be taken back; None: since it stands
    # places (start, end) that would be covered for everybody, and that the reporter wants shown
    uncovered: Mapped[list[Any] | None]
    language: Mapped[str] = mapped_column(default="vi")
    erased_at: Mapped[datetime | None]

    def is_public(self, at: datetime) -> bool:
        """Is there a text for everybody, and is its time to be taken back over?"""
        return self.public_text is not None and self.erased_at is None and (not self.public_at or self.public_at <= at)


class Delivery(Base):
    """One message we owe: one row per event, person and channel. Claimed, sent outside any transaction, marked."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id", "channel"),
        Index(
            "ix_delivery_due",
            "not_before",
            "id",
            sqlite_where=text("state IN ('waiting', 'claimed')"),
            postgresql_where=text("state IN ('waiting', 'claimed')"),
        ),
        Index(
            "ix_delivery_failed",
            "id",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
        Index("ix_delivery_person_id", "person_id"),
    )

    id: Mapped[PrimaryKey]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[DeliveryChannel] = mapped_column(default=DeliveryChannel.EMAIL)
    kind: Mapped[str]  # which template
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)  # for messages that no event stands behind
    not_before: Mapped[datetime]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")
