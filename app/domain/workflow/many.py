"""One press for many reports: each is moved in a transaction of its own, with an event of its own, and the answer says
of each what was done or why not. Within the minute the whole press is taken back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.errors import Invalid, Refusal
from app.domain.permissions import Actor
from app.domain.workflow.change import can_undo, take, undo
from app.domain.workflow.details import Details
from app.domain.workflow.moves import BY_CODE, Move
from app.extensions import db, unit_of_work
from app.models import Event, Report

MOST = 50
FOR_MANY = ("receive", "resolve", "transfer", "merge")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one report; `why` only where it was refused."""

    code: str
    why: Any = ""

    @property
    def is_done(self) -> bool:
        return not self.why


def offered() -> list[Move]:
    return [BY_CODE[code] for code in FOR_MANY]


def take_many(versions: Iterable[tuple[str, int]], move: str, *, by: Actor, details: Details) -> tuple[str, list[Came]]:
    """The batch, and what came of each report, in their order. Opens units of work itself.

    Words that no report could take are refused once, with Invalid, before anything is moved.
    """
    chosen = list(dict.fromkeys(versions))
    if move not in FOR_MANY or not chosen or len(chosen) > MOST:
        raise Invalid(_l("Choose between one and %(n)s reports, and a step.", n=MOST))
    if BY_CODE[move].words is not None and not details.words.strip():
        raise Invalid(_l("Say it in a few words; they go with this step."), field="words")
    batch = secrets.token_urlsafe(9)
    return batch, [_take_one(code, version, move, by, details, batch) for code, version in chosen]


def _take_one(code: str, version: int, move: str, by: Actor, details: Details, batch: str) -> Came:
    try:
        with unit_of_work():
            take(code, move, by=by, details=details, version=version, batch=batch)
    except Refusal as refused:
        return Came(code, refused.message)
    return Came(code)


def undo_many(batch: str, *, by: Actor) -> list[Came]:
    """Take the whole press back, the last first. What has moved on since stays, and the answer says so."""
    mine = select(Event.id, Report.code).join(Report, Report.id == Event.report_id)
    rows = db.session.execute(
        mine.where(Event.batch == batch, Event.actor_id == by.person_id, Event.undone_at.is_(None))
        .order_by(Event.id.desc())
        .limit(MOST)
    ).all()
    return [_undo_one(id, code, by) for id, code in rows]


def _undo_one(id: int, code: str, by: Actor) -> Came:
    try:
        with unit_of_work():
            undo(id, by=by)
    except Refusal as refused:
        return Came(code, refused.message)
    return Came(code)


def is_running(batch: str, by: Actor) -> bool:
    """Can at least one of them still be taken back?"""
    events = db.session.scalars(select(Event).where(Event.batch == batch).limit(MOST))
    return any(can_undo(event, by) for event in events)
