"""A report, the contact behind it, and what somebody is to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, and_, false, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Key, PrimaryKey
from app.models.choices import (
    CLASS_OF,
    OPEN,
    Channel,
    Outcome,
    Part,
    PlaceSource,
    Publication,
    Rating,
    Severity,
    Status,
    StatusClass,
    StillThere,
    WaitingFor,
)

# Partial indexes are used only when the statuses stand in the SQL as literals, so both sides share this text.
IS_OPEN_SQL = "status IN ({})".format(", ".join(f"'{status.value}'" for status in OPEN))
IS_PUBLIC_SQL = "publication <> 'none'"
HAS_NEWS_SQL = "has_news"
NEEDS_ROUTING_CHECK_SQL = "needs_routing_check"


def is_open() -> Any:
    """The condition "open", as literals, for WHERE."""
    return literal_column(f"report.{IS_OPEN_SQL}")


def is_public() -> Any:
    """The condition "the public may see at least the pin", as literals, for WHERE."""
    return literal_column(f"report.{IS_PUBLIC_SQL}")


def has_news() -> Any:
    """The condition "the reporter added something nobody has looked at", as a literal, for WHERE."""
    return literal_column(f"report.{HAS_NEWS_SQL}")


def needs_routing_check() -> Any:
    """The condition "a person should confirm the unit", as a literal, for WHERE."""
    return literal_column(f"report.{NEEDS_ROUTING_CHECK_SQL}")


def lies_in(column: str, ranges: Iterable[tuple[int, int]]) -> Any:
    """The condition "one of these half-open ranges of cells holds `cell` or `public_cell`", as literals, for WHERE."""
    parts = (f"(report.{column} >= {int(lo)} AND report.{column} < {int(hi)})" for lo, hi in ranges)
    return literal_column(f"({' OR '.join(parts)})")


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


_ON_THE_MAP = ("public_cell", "status", "category_id", "filed_at", "id", "severity", "ward_id", "publication")


class Report(Base):
    __tablename__ = "report"
    __table_args__ = (
        Index("uq_report_code", "code", unique=True),
        Index("uq_report_client_id", "client_id", unique=True),
        # the map (SCALE.md): public rows by public cell, any filter inside the index
        # severity, ward and publication stand last, so that a tile is answered from the index alone; and when it was
        # answered, for what was lately around a place
        _partial("s2_public", *_ON_THE_MAP, "resolved_at", where=IS_PUBLIC_SQL),
        _partial("s2_open", *_ON_THE_MAP, where=f"{IS_PUBLIC_SQL} AND {IS_OPEN_SQL}"),
        # duplicates and one category, by true cell
        Index("s2_cat", "category_id", "cell", "status", "filed_at", "id"),
        # the queue: partial and wide, so filters are checked inside the index
        _partial(
            "q_open", "unit_id", "due_at", "id", "category_id", "ward_id", "assignee_id", "status", where=IS_OPEN_SQL
        ),
        _partial("q_city", "due_at", "id", "unit_id", "category_id", "ward_id", "status", where=IS_OPEN_SQL),
        Index("q_new", "unit_id", "id"),
        _partial("q_mine", "assignee_id", "due_at", "id", where=f"assignee_id IS NOT NULL AND {IS_OPEN_SQL}"),
        _partial("q_news", "unit_id", "id", where=HAS_NEWS_SQL),
        _partial("q_check", "due_at", "id", where=f"{NEEDS_ROUTING_CHECK_SQL} AND {IS_OPEN_SQL}"),
        _partial("q_publish", "unit_id", "content_due_at", "id", where="content_due_at IS NOT NULL"),
        _partial("q_ward_public", "ward_id", "id", where=IS_PUBLIC_SQL),
        Index("ix_report_merged_into_id", "merged_into_id"),
        _partial("ix_report_recurs_of_id", "recurs_of_id", where="recurs_of_id IS NOT NULL"),
        _partial("ix_report_split_from_id", "split_from_id", where="split_from_id IS NOT NULL"),
        _partial("q_object_until", "object_until", "id", where="object_until IS NOT NULL"),
        _partial("q_ask_around", "ask_around_at", "id", where="ask_around_at IS NOT NULL"),
        _partial("q_settles", "settles_at", "id", where="settles_at IS NOT NULL"),
        _partial("q_held", "filed_at", "id", where="status = 'held'"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str]  # nine digits, public, opens nothing private
    client_id: Mapped[str]  # made by whoever files: every retry is the same report
    version: Mapped[int] = mapped_column(default=1)  # raised by every change; a form names the one it saw

    # what
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    severity: Mapped[Severity]
    language: Mapped[str] = mapped_column(default="vi")
    channel: Mapped[Channel]
    observed_at: Mapped[datetime | None]
    filed_at: Mapped[datetime]

    # where: the true point; `public_*` is what leaves the house
    lat: Mapped[float]
    lng: Mapped[float]
    cell: Mapped[int] = mapped_column(Key)
    public_lat: Mapped[float | None]
    public_lng: Mapped[float | None]
    public_cell: Mapped[int | None] = mapped_column(Key)
    place_source: Mapped[PlaceSource]
    accuracy_m: Mapped[int | None]
    nearest_address: Mapped[str] = mapped_column(default="")
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    is_ward_confirmed: Mapped[bool] = mapped_column(default=True)  # by outline, or by the reporter's own choice

    # where it stands
    status: Mapped[Status]
    outcome: Mapped[Outcome | None]
    waiting_for: Mapped[WaitingFor | None]
    planned_on: Mapped[date | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rule_code: Mapped[str] = mapped_column(default="")
    site_code: Mapped[str] = mapped_column(default="")  # the special place that decided
    city_version: Mapped[int]
    needs_routing_check: Mapped[bool] = mapped_column(default=False)
    transfers: Mapped[int] = mapped_column(default=0)
    is_transferred: Mapped[bool] = mapped_column(default=False)  # waits for the new unit to accept
    questions_asked: Mapped[int] = mapped_column(default=0)
    appealed_at: Mapped[datetime | None]
    is_appeal_open: Mapped[bool] = mapped_column(default=False)
    reopened: Mapped[int] = mapped_column(default=0)

    # the clocks; `due_at` is the one that runs and is never empty while open
    receive_due_at: Mapped[datetime]
    handle_due_at: Mapped[datetime]
    first_handle_due_at: Mapped[datetime]  # the first promise, always shown
    due_at: Mapped[datetime | None]
    remaining_minutes: Mapped[int | None]  # kept while the clock stands still
    extension_asked_until: Mapped[datetime | None]
    extended_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]  # or declined
    closed_at: Mapped[datetime | None]
    ask_around_at: Mapped[datetime | None]  # when those who are affected are asked whether it is really gone
    object_until: Mapped[datetime | None]  # objections or an appeal are open until then
    is_late: Mapped[bool] = mapped_column(default=False)  # decided at the moment of resolving

    # who sees it
    publication: Mapped[Publication] = mapped_column(default=Publication.NONE)
    is_content_hidden: Mapped[bool] = mapped_column(default=False)  # the reporter asked: never publish words or photos
    content_due_at: Mapped[datetime | None]  # words or photos wait for a check, due then
    withheld_reason: Mapped[str] = mapped_column(default="")
    hidden_at: Mapped[datetime | None]
    settling: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # `domain/settling`
    settles_at: Mapped[datetime | None]  # when the first of them is

    # people
    is_contact_confirmed: Mapped[bool] = mapped_column(default=False)
    is_nameless: Mapped[bool] = mapped_column(default=False)
    # who they are is hidden from the unit too: nobody at a desk sees it
    is_name_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())
    erased_at: Mapped[datetime | None]  # the reporter erased their data; the case stands without them
    affected: Mapped[int] = mapped_column(default=1)
    claimed_at: Mapped[datetime | None]  # somebody says that it is fixed, and the unit has not looked yet
    doubts: Mapped[int] = mapped_column(default=0, server_default="0")  # how many of them say that it is not gone
    photo_count: Mapped[int] = mapped_column(default=0)
    has_news: Mapped[bool] = mapped_column(default=False)  # the reporter added something nobody has looked at
    rating: Mapped[Rating | None]
    last_public_word_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    # relatives
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    recurs_of_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    recurrence: Mapped[int] = mapped_column(default=1)  # "tái diễn lần n"
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)

    participations: Mapped[list[Participation]] = relationship(lazy="raise", viewonly=True)
    reporters: Mapped[list[Participation]] = relationship(  # apart: thousands may be affected, one or two filed it
        lazy="select",
        viewonly=True,
        primaryjoin=lambda: and_(
            Participation.report_id == Report.id,
            Participation.part == Part.REPORTER,
            Participation.ended_at.is_(None),
        ),
    )
    contact: Mapped[ReportContact | None] = relationship(back_populates="report", lazy="raise")

    @property
    def reporter_ids(self) -> frozenset[int]:
        """People who filed this report (more than one only after a merge of accounts)."""
        return frozenset(one.person_id for one in self.reporters)

    @property
    def status_class(self) -> StatusClass:
        return CLASS_OF[self.status]

    @property
    def is_open(self) -> bool:
        return self.status_class is StatusClass.OPEN

    def is_overdue(self, at: datetime) -> bool:
        """A fact about the clock: open, and the running promise has passed. Paused clocks are not late."""
        return self.is_open and self.due_at is not None and at > self.due_at and self.status is not Status.WAITING


class ReportContact(Base):
    """What the reporter typed, private, until the address is confirmed and after."""

    __tablename__ = "report_contact"

    report_id: Mapped[int] = mapped_column(Key, ForeignKey("report.id"), primary_key=True)
    name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None]

    report: Mapped[Report] = relationship(back_populates="contact", lazy="raise")


class Participation(Base):
    """What a person is to a report. The public never learns this."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("report_id", "person_id", "part"),
        Index("ix_participation_person_id", "person_id", "report_id"),
    )

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[Part]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    muted_at: Mapped[datetime | None]  # the reporter wants no letters about it
    notice_muted_at: Mapped[datetime | None]  # this person wants none about the notice that it joined


class NeighbourAnswer(Base):
    """What somebody who is affected says after it was fixed. One answer a person; a new one takes its place."""

    __tablename__ = "neighbour_answer"
    __table_args__ = (Index("ix_neighbour_answer_person_id", "person_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    said: Mapped[StillThere]
    said_at: Mapped[datetime]


class AnonymousJoin(Base):
    """ "The same problem" said by somebody without an account, counted once a browser."""

    __tablename__ = "anonymous_join"
    __table_args__ = (UniqueConstraint("report_id", "browser_hash"),)

    id: Mapped[PrimaryKey]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    browser_hash: Mapped[str]
    created_at: Mapped[datetime]
