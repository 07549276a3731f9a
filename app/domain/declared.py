"""The log of what the city declares: who did what, and when; written in the same transaction as what it tells."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.city import store
from app.domain.errors import Forbidden, Invalid
from app.domain.permissions import Actor, Right, may_declare
from app.extensions import db
from app.models import Declared, Person, now
from app.models.choices import DeclaredKind

MOST = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    kind: DeclaredKind
    at: datetime
    who: str


def must_have(by: Actor, right: Right) -> None:
    if not may_declare(by, right):
        raise Forbidden(_l("Only people whom the city has put in charge of this may do so."))


def new_code() -> str:
    """Of an address: short, and not to be counted up."""
    return secrets.token_hex(4)


def log(kind: DeclaredKind, about: str, *, by: Actor, **data: Any) -> None:
    """Inside a unit of work."""
    db.session.add(Declared(kind=kind, about=about, at=now(), person_id=by.person_id, data=data))


def history(about: str) -> list[Line]:
    """What was done about one of them, the newest first."""
    rows = db.session.execute(
        select(Declared.kind, Declared.at, Person.name)
        .join(Person, Person.id == Declared.person_id, isouter=True)
        .where(Declared.about == about)
        .order_by(Declared.id.desc())
        .limit(MOST)
    )
    return [Line(row.kind, row.at, row.name or "") for row in rows]


def check_wards(codes: Sequence[str]) -> None:
    if any(code not in store.current().wards for code in codes):
        raise Invalid(_l("The city has no such ward."), field="wards")


def check_categories(codes: Sequence[str]) -> None:
    if any(code not in store.current().categories for code in codes):
        raise Invalid(_l("The city has no such category."), field="categories")
