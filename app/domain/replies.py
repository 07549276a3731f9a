"""Ready answers: those of the city folder and a unit's own, filled in for one report."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain import codes, promises, wording
from app.domain.city import store
from app.domain.city.model import City
from app.extensions import db
from app.models import Localized, Report, UnitTemplate, now
from app.models.choices import Status

PLACEHOLDERS = ("code", "category", "ward", "unit", "due", "date", "link")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_BLANK = re.compile(r"\[[^\[\]\n]*\w[^\[\]\n]*\]")  # "[lý do cụ thể]": for whoever answers to fill in


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to choose: `code` names it in an address, `text` is filled in."""

    code: str
    title: str
    text: str


def for_step(report: Report, move: str, *, link: str) -> list[Reply]:
    """The answers that fit this move and category, in the reporter's language; the unit's own first. One query."""
    city = store.current()
    category = city.category_of(report.category_id).code
    own = db.session.scalars(
        select(UnitTemplate)
        .where(UnitTemplate.unit_id == report.unit_id, UnitTemplate.retired_at.is_(None))
        .order_by(UnitTemplate.id)
    )
    found: list[tuple[str, Localized, Localized]] = [
        (f"unit-{one.id}", one.title, one.text) for one in own if not one.for_moves or move in one.for_moves
    ]
    found += [
        (one.code, one.title, one.text)
        for one in city.templates.values()
        if (not one.for_moves or move in one.for_moves) and (not one.categories or category in one.categories)
    ]
    facts = _facts(city, report, link)
    language = report.language
    return [Reply(code, title.in_(language), fill(text.in_(language), facts)) for code, title, text in found]


def fill(text: str, facts: dict[str, str]) -> str:
    """Known placeholders become facts; anything else in braces stays as it was written."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text).strip()


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and nothing would be filled in for, as it was written."""
    return [found[0] for found in _PLACEHOLDER.finditer(text) if found[1] not in PLACEHOLDERS]


def blanks(text: str) -> list[str]:
    """What stands in square brackets and still waits to be filled in, as it is written."""
    return _BLANK.findall(text)


def text_of(replies: Iterable[Reply], code: str) -> str:
    """The filled text of the answer with this code; empty when there is none."""
    return next((reply.text for reply in replies if reply.code == code), "")


def _facts(city: City, report: Report, link: str) -> dict[str, str]:
    language, at = report.language, now()
    today = wording.say_moment(at, language, at, city.timezone).split(" ", 1)[1]
    return {
        "code": codes.shown(report.code),
        "category": city.category_of(report.category_id).name.in_(language),
        "ward": city.ward_of(report.ward_id).name.in_(language),
        "unit": city.unit_of(report.unit_id).name.in_(language),
        "due": _due(city, report, at),
        "date": today,
        "link": link,
    }


def _due(city: City, report: Report, at: datetime) -> str:
    """By when the reporter may count on an answer, once this text is sent."""

    def said(moment: datetime) -> str:
        return wording.say_due(moment, report.language, at, city.timezone)

    if not report.is_open:  # what is written now opens it again, with a clock of its own
        return said(promises.anew(city, report, at))
    if report.received_at is None:
        return said(promises.from_receipt(city, report, at))
    due = said(promises.at_the_latest(city, report))
    if report.status is Status.WAITING and report.due_at is not None:
        return wording.say_on_hold(due, said(report.due_at), report.language)
    return due
