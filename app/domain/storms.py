"""Storm mode: while it holds, danger comes first, for the whole city or for some of its wards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import declared
from app.domain.city import store
from app.domain.city.model import Category
from app.domain.errors import Invalid, NotFound, Stale
from app.domain.permissions import Actor, Right
from app.extensions import db
from app.models import Storm, now
from app.models.choices import DeclaredKind, Severity

LONGEST = timedelta(days=14)
URGENT = 8  # categories offered first
MOST = 20


def begin(until: datetime, wards: tuple[str, ...] = (), *, by: Actor) -> Storm:
    """From now on, inside a unit of work. It always has an end, so that nobody forgets it."""
    declared.must_have(by, Right.STORM)
    at = now()
    declared.check_wards(wards)
    if not at < until <= at + LONGEST:
        raise Invalid(_l("It ends later than now, and within 14 days."), field="until")
    storm = Storm(code=declared.new_code(), wards=sorted(wards), starts_at=at, until=until)
    db.session.add(storm)
    store.look_again()
    declared.log(DeclaredKind.STORM_BEGUN, storm.code, by=by, until=int(until.timestamp()), wards=list(storm.wards))
    return storm


def end(code: str, *, by: Actor) -> None:
    """Over, inside a unit of work."""
    declared.must_have(by, Right.STORM)
    storm = db.session.scalar(select(Storm).where(Storm.code == code).with_for_update())
    if storm is None:
        raise NotFound(_l("There is no such storm."))
    if storm.until <= now():
        raise Stale(_l("It is over already."))
    storm.until = now()
    store.look_again()
    declared.log(DeclaredKind.STORM_ENDED, code, by=by)


def current() -> Sequence[Storm]:
    """Those that hold now. One query, in calm weather none."""
    if not store.is_stormy():
        return []
    at = now()
    return db.session.scalars(select(Storm).where(Storm.until > at).order_by(Storm.id.desc()).limit(MOST)).all()


def last() -> Sequence[Storm]:
    return db.session.scalars(select(Storm).order_by(Storm.id.desc()).limit(MOST)).all()


def urgent_categories() -> list[Category]:
    """What is urgent by its kind, in the order of the city folder."""
    everything = store.current().categories.values()
    offered = (one for one in everything if one.severity is Severity.URGENT and not one.stops)
    return list(offered)[:URGENT]
