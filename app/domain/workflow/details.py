"""What somebody says with a move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.models.choices import Outcome, RatingReason, Severity, WaitingFor


@dataclass(frozen=True, slots=True)
class Letter:
    """To whom outside the system something was referred: body, number and date of the letter."""

    body: str
    number: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """The form of a move, checked for shape only. What a move does not ask for is ignored."""

    words: str = ""
    outcome: Outcome | None = None
    waiting_for: WaitingFor | None = None
    until: date | None = None
    planned_on: date | None = None
    refusal: str = ""  # code of a reason
    transfer_to: str = ""  # code of a unit
    transfer_reason: str = ""  # code of a reason
    visit_on: date | None = None
    letter: Letter | None = None
    photo_ids: Sequence[int] = ()  # already attached to the report, waiting for their event
    proof_reason: str = ""  # why the proof photo carries no place
    assignee_id: int | None = None
    category: str = ""
    severity: Severity | None = None
    merge_into: str = ""  # code of a report
    is_sure: bool = False  # merge all the same, though the other is of another category or far away
    pin: tuple[float, float] | None = None  # lat, lng
    ward: str = ""  # code; asked where no border tells
    language: str = "vi"
    rating_reason: RatingReason | None = None
