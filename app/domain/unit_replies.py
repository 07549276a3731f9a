"""A unit's own ready answers, kept by its leads; those of the city folder stand beside them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.accounts import team
from app.domain.errors import Forbidden, NotFound
from app.domain.permissions import Actor
from app.extensions import db
from app.models import Localized, UnitTemplate, now


def own(unit_id: int, *, by: Actor) -> list[UnitTemplate]:
    """Those in use, the oldest first. Raises Forbidden for another unit's."""
    _must_manage(by, unit_id)
    return list(
        db.session.scalars(
            select(UnitTemplate)
            .where(UnitTemplate.unit_id == unit_id, UnitTemplate.retired_at.is_(None))
            .order_by(UnitTemplate.id)
        )
    )


def get(template_id: int, *, by: Actor) -> UnitTemplate:
    """NotFound for one that was put away, Forbidden for another unit's."""
    template = db.session.get(UnitTemplate, template_id)
    if template is None or template.retired_at is not None:
        raise NotFound(_l("This ready answer is no longer in use."))
    _must_manage(by, template.unit_id)
    return template


def add(unit_id: int, title: Localized, text: Localized, for_moves: list[str], *, by: Actor) -> UnitTemplate:
    """Inside a unit of work."""
    _must_manage(by, unit_id)
    template = UnitTemplate(unit_id=unit_id, title=title, text=text, for_moves=for_moves, created_at=now())
    db.session.add(template)
    db.session.flush()
    return template


def edit(template_id: int, title: Localized, text: Localized, for_moves: list[str], *, by: Actor) -> UnitTemplate:
    """Answers that were sent keep their words. Inside a unit of work."""
    template = get(template_id, by=by)
    template.title, template.text, template.for_moves = title, text, for_moves
    return template


def retire(template_id: int, *, by: Actor) -> None:
    """No longer offered. Inside a unit of work."""
    get(template_id, by=by).retired_at = now()


def _must_manage(by: Actor, unit_id: int) -> None:
    if not team.may_manage(by, unit_id):
        raise Forbidden(_l("Only the unit's lead and administrators keep its ready answers."))
