"""People we may write to. A login is optional; a role is a membership."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, PrimaryKey
from app.models.choices import Role


class Person(UserMixin, Base):
    """A resident or a member of staff. `email` and `phone` are confirmed addresses, nothing else."""

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_email", "email", unique=True),
        Index("uq_person_phone", "phone", unique=True),
    )

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    phone: Mapped[str | None]
    password_hash: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="vi")
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to sign out everywhere
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # the login is off; the person's past stays
    erased_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str] = mapped_column(default="", server_default="")  # name and address, as a search sees them

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="person", lazy="selectin", foreign_keys="Membership.person_id"
    )

    def get_id(self) -> str:
        """What the session cookie holds: raising the epoch makes every older cookie void."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def is_active(self) -> bool:
        return self.closed_at is None and self.erased_at is None


class Membership(Base):
    """One person's role in one unit, or in the whole city when `unit_id` is empty.

    A change ends the row and begins another, so the rows are the record of who was what, when, and by whose hand.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_running",
            "person_id",
            "unit_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(  # an empty unit equals none, not even another empty one: the whole city needs an index of its own
            "uq_membership_citywide",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND unit_id IS NULL"),
            postgresql_where=text("ended_at IS NULL AND unit_id IS NULL"),
        ),
        Index("ix_membership_unit_id", "unit_id"),
    )

    id: Mapped[PrimaryKey]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role]
    sees_contact: Mapped[bool] = mapped_column(default=False)  # the reporter's contact data; each look is recorded
    categories: Mapped[list[Any]] = mapped_column(default=list)  # codes; empty means every category
    wards: Mapped[list[Any]] = mapped_column(default=list)  # codes; empty means every ward
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(back_populates="memberships", foreign_keys=[person_id])


class OneTimeCode(Base):
    """Six digits sent to somebody, kept as a hash: confirms an address when a link cannot be tapped."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_subject", "purpose", "subject"),)

    id: Mapped[PrimaryKey]
    purpose: Mapped[str]
    subject: Mapped[str]  # what it confirms, e.g. "report:482160358"
    code_hash: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """One purpose somebody agreed to, in the version they read. Never pre-ticked."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_report_id", "report_id"), Index("ix_consent_person_id", "person_id"))

    id: Mapped[PrimaryKey]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    purpose: Mapped[str]
    version: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
