"""Who wants to hear of new reports, where and how often. An address without an account confirms by one mailed link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import delete, func, select

from app.domain import geo
from app.domain.accounts import find as people
from app.domain.city import store
from app.domain.errors import Gone, Invalid, NotFound
from app.domain.notifications import CELL_ZOOM, send_alert_link
from app.extensions import db, secret_key
from app.models import Alert, AlertCell, Person, now
from app.models.choices import Cadence

RADIUS = 500  # metres
MOST = 20  # of one person
LINK_DAYS = 7
MORNING = time(7)  # of the daily and the weekly letter
_PAGE, _CONFIRM = "alert-page", "alert-confirm"
_LOST = _l("This link leads nowhere. Check that it was copied whole.")


@dataclass(frozen=True, slots=True)
class Wish:
    """Where, of what, and how often. A ward by its code, or a circle."""

    cadence: Cadence
    ward: str = ""
    lat: float | None = None
    lng: float | None = None
    radius_m: int = RADIUS
    categories: tuple[str, ...] = ()
    quiet_from: int | None = None
    quiet_until: int | None = None


def begin(wish: Wish, person_id: int) -> Alert:
    """This person hears of such reports from now on, inside a unit of work. Raises Invalid, with the field."""
    wish = _checked(wish)
    running = select(func.count()).where(Alert.person_id == person_id, Alert.ended_at.is_(None))
    if (db.session.scalar(running) or 0) >= MOST:
        raise Invalid(_l("You have %(n)s alerts already. End one of them first.", n=MOST), field="ward")
    at = now()
    alert = Alert(person_id=person_id, created_at=at, next_at=first_at(wish.cadence, at))
    _set(alert, wish)
    db.session.add(alert)
    db.session.flush()
    _keep_cells(alert)
    return alert


def change(alert: Alert, wish: Wish) -> None:
    """What was asked for is asked for differently, inside a unit of work. Raises Invalid, with the field."""
    _set(alert, _checked(wish))
    alert.next_at = first_at(wish.cadence, now())
    db.session.execute(delete(AlertCell).where(AlertCell.alert_id == alert.id))
    _keep_cells(alert)


def end(alert: Alert) -> None:
    """No more of these letters, inside a unit of work. Twice does no harm."""
    alert.ended_at = alert.ended_at or now()
    db.session.execute(delete(AlertCell).where(AlertCell.alert_id == alert.id))


def of_person(person_id: int) -> Sequence[Alert]:
    """The alerts that run, the newest first; at most `MOST`."""
    mine = select(Alert).where(Alert.person_id == person_id, Alert.ended_at.is_(None))
    return db.session.scalars(mine.order_by(Alert.id.desc()).limit(MOST)).all()


def wish_of(alert: Alert) -> Wish:
    return Wish(
        cadence=alert.cadence,
        ward=store.current().ward_of(alert.ward_id).code if alert.ward_id else "",
        lat=alert.lat,
        lng=alert.lng,
        radius_m=alert.radius_m or RADIUS,
        categories=tuple(alert.categories),
        quiet_from=alert.quiet_from,
        quiet_until=alert.quiet_until,
    )


# Links ----------------------------------------------------------------------------------------------------------------


def ask(wish: Wish, email: str, *, language: str) -> None:
    """Owe this address a link that begins the alert, inside a unit of work. The answer never tells who is known."""
    wish = _checked(wish)
    email = people.clean(email)
    person = Person(name="", language=language, created_at=now(), memberships=[])
    db.session.add(person)
    db.session.flush()
    send_alert_link(person.id, to=email, link=f"/alerts/confirm/{confirm_token(wish, person, email)}")


def confirm_token(wish: Wish, person: Person, email: str) -> str:
    """For the link by which this address begins to hear, good for seven days."""
    return str(_passing().dumps([asdict(wish), person.id, email]))


def asked(token: str) -> Wish:
    """What a mailed link would begin. NotFound for a strange token, Gone for one that has expired."""
    return _wish(_read_passing(token)[0])


def confirm(token: str) -> Alert:
    """The link was used, inside a unit of work. Using it again begins nothing twice."""
    said, person_id, email = _read_passing(token)
    person = people.by_email(email) or db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise Gone(_l("This link has expired. Ask for a new one."))
    person.email = email
    wish = _checked(_wish(said))
    same = next((one for one in of_person(person.id) if wish_of(one) == wish), None)
    return same or begin(wish, person.id)


def token_of(alert: Alert) -> str:
    """For the link in every letter, good for as long as the letter is kept."""
    return str(URLSafeSerializer(secret_key(), salt=_PAGE).dumps(alert.id))


def by_token(token: str, *, also_ended: bool = False) -> Alert:
    """The alert that a letter's link opens. NotFound for anything else, Gone when it has ended."""
    try:
        id = int(URLSafeSerializer(secret_key(), salt=_PAGE).loads(token))
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_LOST) from None
    alert = db.session.get(Alert, id)
    if alert is None:
        raise NotFound(_LOST)
    if alert.ended_at is not None and not also_ended:
        raise Gone(_l("This alert has ended. You get no more of these letters."))
    return alert


# When -----------------------------------------------------------------------------------------------------------------


def first_at(cadence: Cadence, at: datetime) -> datetime:
    """When the next letter of this cadence may go out: at once, the next morning, the next Monday's morning."""
    if cadence is Cadence.AT_ONCE:
        return at
    zone = ZoneInfo(store.current().timezone)
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=0 if local.time() < MORNING else 1)
    if cadence is Cadence.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, MORNING, zone)


def after_quiet(alert: Alert, at: datetime) -> datetime:
    """The moment itself, or the end of the hours in which this person wants no letters."""
    if alert.quiet_from is None or alert.quiet_until is None or alert.quiet_from == alert.quiet_until:
        return at
    zone = ZoneInfo(store.current().timezone)
    local = at.astimezone(zone)
    hours = (alert.quiet_until - alert.quiet_from) % 24
    since = (local.hour - alert.quiet_from) % 24
    if since >= hours:
        return at
    return local.replace(minute=0, second=0) + timedelta(hours=hours - since)


# --- one by one -------------------------------------------------------------------------------------------------------


def _checked(wish: Wish) -> Wish:
    """The wish in its one form: a ward has neither middle nor reach. Raises Invalid, with the field."""
    city = store.current()
    if wish.ward and wish.ward not in city.wards:
        raise Invalid(_l("The city has no such ward."), field="ward")
    if not wish.ward and (wish.lat is None or wish.lng is None):
        raise Invalid(_l("Choose a ward, or a place on the map."), field="ward")
    if not wish.ward and not city.bounds.holds(wish.lat or 0, wish.lng or 0):
        raise Invalid(_l("This place lies outside the city."), field="point")
    if wish.radius_m not in geo.CIRCLES_M:
        raise Invalid(_l("Choose one of the distances."), field="radius")
    if any(code not in city.categories for code in wish.categories):
        raise Invalid(_l("The city has no such category."), field="categories")
    plain = replace(wish, categories=tuple(sorted(wish.categories)))
    return replace(plain, lat=None, lng=None, radius_m=RADIUS) if wish.ward else plain


def _set(alert: Alert, wish: Wish) -> None:
    city = store.current()
    alert.ward_id = city.wards[wish.ward].id if wish.ward else None
    alert.lat, alert.lng = wish.lat, wish.lng
    alert.radius_m = None if wish.ward else wish.radius_m
    alert.categories = list(wish.categories)
    alert.cadence = wish.cadence
    alert.quiet_from, alert.quiet_until = wish.quiet_from, wish.quiet_until


def _keep_cells(alert: Alert) -> None:
    """A circle is found by the cells it touches."""
    if alert.lat is None or alert.lng is None or alert.radius_m is None:
        return
    down = 2 * (geo.CELL_ZOOM - CELL_ZOOM)
    cells: set[int] = set()
    for lo, hi in geo.covering(alert.lat, alert.lng, alert.radius_m):
        cells.update(range(lo >> down, ((hi - 1) >> down) + 1))
    db.session.add_all(AlertCell(cell=cell, alert_id=alert.id) for cell in sorted(cells))
    db.session.flush()


def _wish(said: dict[str, Any]) -> Wish:
    return Wish(**said | {"cadence": Cadence(said["cadence"]), "categories": tuple(said["categories"])})


def _read_passing(token: str) -> tuple[dict[str, Any], int, str]:
    try:
        said, person_id, email = _passing().loads(token, max_age=LINK_DAYS * 86400)
    except SignatureExpired:
        raise Gone(_l("This link has expired. Ask for a new one.")) from None
    except (BadSignature, ValueError):
        raise NotFound(_LOST) from None
    return dict(said), int(person_id), str(email)


def _passing() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=_CONFIRM)
