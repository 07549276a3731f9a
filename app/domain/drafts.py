"""A report in the making: everything typed is kept for seven days, for whoever holds the draft's cookie."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import timedelta
from functools import lru_cache
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, select

from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.media import store as kept_photos
from app.domain.media.refusal import PhotoRefused
from app.domain.reports import find, secret_of
from app.domain.reports.filing import NOTICE, Contact, Filing, one_at_a_time
from app.domain.suggest import Suggester
from app.extensions import db, unit_of_work
from app.models import Draft, Photo, Report, now
from app.models.choices import Channel, PhotoState, PlaceSource

KEPT_FOR = timedelta(days=7)
SUGGESTED = 3
OPENS = re.compile(r"([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{24,64})", re.ASCII)  # client id and secret


@dataclass(frozen=True, slots=True)
class Said:
    """What has been said so far; the plainest values mean "not yet"."""

    lat: float | None = None
    lng: float | None = None
    place_source: str = ""
    accuracy_m: int | None = None
    ward: str = ""
    is_without_map: bool = False
    nearest_address: str = ""
    wayfinding: str = ""
    proposed: Mapping[str, Any] = field(default_factory=dict)  # lat, lng, source, accuracy: to be confirmed
    words: str = ""
    category: str = ""
    danger: str = ""  # "yes" or "no"; a question of safety has no answer beforehand
    answers: Mapping[str, str] = field(default_factory=dict)
    earlier: str = ""  # code of the report that has come back, as the reporter says
    asked: str = ""  # the category whose questions and similar reports were shown
    joins: str = ""  # the code of a notice that it is about
    hide_content: bool = False
    hide_name: bool = False
    shown: Sequence[str] = ()  # pieces that would be covered for everybody and that the reporter uncovered
    name: str = ""
    email: str = ""
    phone: str = ""
    is_nameless: bool = False
    consents: Sequence[str] = ()
    photos: bool = False  # there is at least one
    arrived: Mapping[str, str] = field(default_factory=dict)  # of photos sent one by one: the sender's key → our name

    @property
    def has_place(self) -> bool:
        return self.lat is not None or (self.is_without_map and bool(self.ward))

    @classmethod
    def of(cls, draft: Draft | None) -> Said:
        known = {one.name for one in fields(cls)}
        data = draft.data if draft is not None else {}
        return cls(**{name: value for name, value in data.items() if name in known})


def find_draft(cookie: str, *, lock: bool = False) -> Draft | None:
    """The draft a cookie opens, filed or not; None for a strange, wrong or expired one.

    `lock` is for a unit of work that files it: two presses at once are then one after the other, and so is whoever
    files the same client id without the draft.
    """
    client_id, _, secret = cookie.partition(".")
    if not client_id or not secret:
        return None
    statement: Select[Any] = select(Draft).where(Draft.client_id == client_id)
    if lock:
        statement = statement.with_for_update()
        if db.session.get_bind().dialect.name == "postgresql":
            statement = statement.add_columns(one_at_a_time(client_id))
    draft: Draft | None = db.session.scalar(statement)
    if draft is None or draft.expires_at <= now() or not hmac.compare_digest(draft.secret_hash, _hash(secret)):
        return None
    return draft


def begin(client_id: str | None = None, secret: str | None = None, **said: Any) -> tuple[Draft, str]:
    """A new draft and the cookie that opens it, inside a unit of work."""
    client_id, secret = client_id or secrets.token_urlsafe(16), secret or secrets.token_urlsafe(24)
    at = now()
    draft = Draft(
        client_id=client_id,
        secret_hash=_hash(secret),
        data=_kept(Said(**said)),
        created_at=at,
        expires_at=at + KEPT_FOR,
    )
    db.session.add(draft)
    db.session.flush()
    return draft, f"{client_id}.{secret}"


def save(cookie: str, **changes: Any) -> tuple[Draft, str]:
    """Keep what was said, inside a unit of work: in the draft of this cookie, or in a new one where there is none.

    A draft that was filed already is not touched; what is said after that begins a new one.
    """
    draft = find_draft(cookie)
    if draft is None or draft.report_id is not None:
        return begin(**changes)
    draft.data = _kept(replace(Said.of(draft), **changes))
    draft.expires_at = now() + KEPT_FOR
    db.session.flush()
    return draft, cookie


def claim(token: str) -> Draft:
    """The draft of a report that was written without a line, inside a unit of work: begun where there is none, or none
    any more, and its week begins anew. The phone makes the token itself, so no answer that is lost on the way can
    leave it without one.

    Forbidden where another token opens the draft of this client id.
    """
    found = OPENS.fullmatch(token)
    if found is None:
        raise Invalid(_l("The form has expired. Reload the page; what you typed is kept."))
    client_id, secret = found.groups()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(one_at_a_time(client_id)))
    draft = db.session.scalar(select(Draft).where(Draft.client_id == client_id).with_for_update())
    if draft is None:
        return begin(client_id, secret)[0]
    if not hmac.compare_digest(draft.secret_hash, _hash(secret)):
        raise Forbidden(_l("This report belongs to another phone."))
    draft.expires_at = now() + KEPT_FOR
    return draft


def keep_photo(token: str, key: str, stream: IO[bytes], filename: str) -> None:
    """One photo of such a report, in a unit of work of its own. Sent again under the same key it is the same photo.

    Raises PhotoRefused for what is none, and NotFound where the draft has to be claimed first.
    """
    draft = find_draft(token)
    if draft is not None and key in Said.of(draft).arrived:
        return
    taken = kept_photos.take(stream, filename)
    try:
        with unit_of_work():
            is_new = _add_photo(token, key, taken)
    except (PhotoRefused, NotFound):
        kept_photos.drop(taken.name)
        raise
    if not is_new:
        kept_photos.drop(taken.name)


def _add_photo(token: str, key: str, taken: kept_photos.Taken) -> bool:
    """False where it is there already."""
    draft = find_draft(token, lock=True)
    if draft is None or draft.report_id is not None:
        raise NotFound(_l("There is no such photo in this report."))
    said = Said.of(draft)
    if key in said.arrived:
        return False
    photo = kept_photos.add(taken, draft)
    draft.data = _kept(replace(said, photos=True, arrived={**said.arrived, key: photo.name}))
    return True


def settle_photos(draft: Draft, wanted: Sequence[str]) -> list[str]:
    """Before it is filed, in its unit of work: photos taken back meanwhile go. Answers with those still to come."""
    arrived = Said.of(draft).arrived
    taken_back = {name for key, name in arrived.items() if key not in wanted}
    for photo in kept_photos.of(draft):
        if photo.name in taken_back:
            kept_photos.remove(photo)
    return [key for key in wanted if key not in arrived]


def clear(cookie: str) -> None:
    """Forget everything typed, inside a unit of work. Photos are taken back one by one before."""
    draft = find_draft(cookie)
    if draft is not None and draft.report_id is None:
        draft.data = {}


def filing_of(draft: Draft, *, person_id: int | None, language: str, **changes: Any) -> Filing:
    """The report this draft has become; `changes` go before what the draft says."""
    said = replace(Said.of(draft), **changes)
    nobody = person_id is not None or said.is_nameless
    return Filing(
        client_id=draft.client_id,
        category=said.category,
        lat=None if said.is_without_map else said.lat,
        lng=None if said.is_without_map else said.lng,
        place_source=PlaceSource(said.place_source or PlaceSource.MAP),
        ward=said.ward,
        accuracy_m=said.accuracy_m,
        nearest_address=said.nearest_address,
        wayfinding=said.wayfinding,
        words=said.words,
        answers=dict(said.answers),
        earlier=said.earlier,
        is_dangerous=said.danger == "yes",
        joins=said.joins,
        hide_content=said.hide_content,
        hide_name=said.hide_name,
        shown=tuple(said.shown),
        contact=Contact() if nobody else Contact(said.name, said.email, said.phone),
        person_id=person_id,
        language=language,
        channel=Channel.WEB,
        consents=tuple(said.consents),
        notice=NOTICE,
        draft_id=draft.id,
    )


def filed_from(draft: Draft) -> tuple[Report, str] | None:
    """The report a draft became and its secret; None while it is a draft."""
    if draft.report_id is None:
        return None
    report = db.session.get(Report, draft.report_id)
    return (report, secret_of(report)) if report is not None else None


def photos_of(draft: Draft | None) -> Sequence[Photo]:
    """The draft's photos in order, also those still being prepared."""
    return kept_photos.of(draft) if draft is not None and draft.data.get("photos") else ()


def has_photo(cookie: str, photo: Photo) -> bool:
    """Is it a photo of the draft that this cookie opens?"""
    draft = find_draft(cookie)
    return draft is not None and draft.id == photo.draft_id


def remove_photo(draft: Draft, name: str) -> None:
    """Take one of the draft's photos back, in units of work of its own. NotFound when it is not there."""
    photo = db.session.scalar(select(Photo).where(Photo.draft_id == draft.id, Photo.name == name))
    if photo is None or photo.state is PhotoState.REMOVED:
        raise NotFound(_l("There is no such photo in this report."))
    kept_photos.discard(photo)


def suggestions(words: str) -> tuple[str, ...]:
    """Codes of the categories these words speak of, the likeliest first."""
    city = store.current()
    suggester = _suggester(city.code, city.version)
    found = [one.code for one in suggester.suggest(words, SUGGESTED)]
    if found:  # something to choose from, where the words leave room
        found += [code for code in suggester.related(words, 2 * SUGGESTED) if code not in found]
    return tuple(found[:SUGGESTED])


def report_again(code: str) -> dict[str, Any]:
    """What another report at the same place begins with."""
    report = find(code)
    if report is None:
        return {}
    here: dict[str, Any] = {"ward": store.current().ward_of(report.ward_id).code}
    if report.place_source is PlaceSource.WARD:
        return here | {"is_without_map": True}
    return here | {
        "lat": report.lat,
        "lng": report.lng,
        "place_source": report.place_source.value,
        "accuracy_m": report.accuracy_m,
        "nearest_address": report.nearest_address,
    }


def sweep() -> int:
    """Delete drafts whose week is over, inside a unit of work; answers how many. Their files go with the next sweep."""
    is_over = Draft.expires_at <= now()  # one moment for both: no draft may go whose photos still point at it
    over = select(Draft.id).where(is_over)
    db.session.execute(delete(Photo).where(Photo.draft_id.in_(over), Photo.report_id.is_(None)))
    return len(db.session.scalars(delete(Draft).where(is_over).returning(Draft.id)).all())


@lru_cache(maxsize=2)
def _suggester(city_code: str, version: int) -> Suggester:
    return Suggester(store.current().categories.values())


def _kept(said: Said) -> dict[str, Any]:
    plain = Said()
    return {name: value for name, value in asdict(said).items() if value != getattr(plain, name)}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
