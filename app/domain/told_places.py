"""Places by the words of public reports: the streets and house numbers that no list of the city holds.

Only what the public page of a report shows is found, and only where it shows the exact place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import and_, select

from app.domain import search
from app.domain.city.model import Ward
from app.domain.folding import fold
from app.domain.public_view import PublicView
from app.extensions import db
from app.models import Report, Words
from app.models.choices import WordsKind
from app.models.report import is_public

LOOKED_AT = 40
MOST = 4
LONGEST_NAME = 120
SHORTEST = 3
_HOUSE = re.compile(r"(?:(?:so|nha|ngo|ngach|hem) )*\d+\w*(?: \d+\w*)* ")  # "so 12 ", "ngo 5 ", "12 5 "


@dataclass(frozen=True, slots=True)
class Told:
    """Where a public report says that something is, in the words of its address or of its reporter."""

    name: str
    lat: float
    lng: float
    ward: Ward


def called(words: str) -> list[Told]:
    """The newest few whose address words name this street or place, the very house first. One query."""
    asked = fold(words.partition(",")[0])
    street = _HOUSE.sub("", asked, count=1) if _HOUSE.match(asked) else asked
    if len(street) < SHORTEST or not re.search(r"[^\W\d]", street):
        return []
    found: dict[str, Told] = {}
    for told in standing_in(street):
        found.setdefault(fold(told.name), told)
    return sorted(found.values(), key=lambda one: f" {asked} " not in f" {fold(one.name)} ")[:MOST]


def standing_in(street: str) -> list[Told]:
    """Every public report among the newest whose address words hold this name; `street` is folded. One query."""
    if len(street) < SHORTEST:
        return []
    found = []
    for view in _views(street):
        said = next((said for said in (view.address, view.wayfinding) if f" {street} " in f" {fold(said)} "), None)
        if said is not None and view.point is not None:
            found.append(Told(said[:LONGEST_NAME], *view.point, view.ward))
    return found


def _views(street: str) -> list[PublicView]:
    """As the public sees them: the newest reports whose text holds these words in a row."""
    rows = db.session.execute(
        select(Report, Words)
        .outerjoin(
            Words,
            and_(Words.report_id == Report.id, Words.kind == WordsKind.WAYFINDING, Words.public_text.is_not(None)),
        )
        .where(Report.id.in_(search.newest(street, is_public(), limit=LOOKED_AT, in_a_row=True)))
        .order_by(Report.id.desc())
    )
    return [PublicView.of(report, words=[words] if words is not None else []) for report, words in rows]
