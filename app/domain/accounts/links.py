"""The links of our letters: signed, each for one purpose, and worth nothing once what they are for has happened."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app.domain.errors import Gone, NotFound
from app.extensions import db, secret_key
from app.models import Person


class Purpose(StrEnum):
    CONFIRM = "confirm"  # an address at sign-up
    RESET = "reset"  # a new password
    EMAIL = "email"  # a new address
    INVITE = "invite"  # a first password, for staff and for the first administrator


LASTS: Final = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.RESET: timedelta(hours=2),
    Purpose.EMAIL: timedelta(days=1),
    Purpose.INVITE: timedelta(days=7),
}


class Why(StrEnum):
    """Why a link that we made opens nothing any more."""

    EXPIRED = "expired"
    USED = "used"
    REPLACED = "replaced"  # an invitation, by a newer one


_SAID: Final = {
    Why.EXPIRED: _l("This link has expired. Ask for a new one."),
    Why.USED: _l("This link has been used already, or a newer one has replaced it."),
    Why.REPLACED: _l("A newer invitation has replaced this one."),
}


class Over(Gone):
    """A link of ours that is over: what it was for, where it was sent, and whether another may go there."""

    def __init__(self, purpose: Purpose, email: str, why: Why, *, may_come_again: bool) -> None:
        super().__init__(_SAID[why])
        self.purpose, self.email, self.why, self.may_come_again = purpose, email, why, may_come_again


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link says: whom it is for, and the address it was sent to."""

    person: Person
    email: str


def make(purpose: Purpose, person: Person, email: str) -> str:
    """The token for a link. It is void once the person's password, address or session epoch has changed."""
    return str(_signer(purpose).dumps([person.id, email, _stand(person)]))


def hours(purpose: Purpose) -> int:
    """For how long such a link is good."""
    return int(LASTS[purpose].total_seconds() // 3600)


def opened(purpose: Purpose, token: str) -> Opened:
    """Whom a token is for. NotFound for one we never made, Over for one that was used or is too old."""
    said = _read(purpose, token)
    if said.why is not None:
        raise Over(purpose, said.email, said.why, may_come_again=said.may_come_again)
    assert said.person is not None
    return Opened(said.person, said.email)


def for_another(purpose: Purpose, token: str) -> Opened | None:
    """Whom a letter of this kind may be sent once more, because of a link that has nothing against it but its age.

    NotFound for a token we never made.
    """
    said = _read(purpose, token)
    return Opened(said.person, said.email) if said.person is not None and said.may_come_again else None


def address_in(purpose: Purpose, token: str) -> str:
    """Where a link was sent, good or over. NotFound for a token we never made."""
    return _read(purpose, token).email


@dataclass(frozen=True, slots=True)
class _Said:
    person: Person | None
    email: str
    why: Why | None  # None: the link is good
    may_come_again: bool


def _read(purpose: Purpose, token: str) -> _Said:
    signer, is_old = _signer(purpose), False
    try:
        try:
            said = signer.loads(token, max_age=int(LASTS[purpose].total_seconds()))
        except SignatureExpired:
            said, is_old = signer.loads(token), True
        person_id, email, stand = said
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_l("This link leads nowhere. Check that it was copied whole.")) from None
    person = db.session.get(Person, person_id)
    why = _why_over(purpose, person, stand)
    may_come_again = person is not None and why is None
    return _Said(person, email, why or (Why.EXPIRED if is_old else None), may_come_again)


def _why_over(purpose: Purpose, person: Person | None, stand: str) -> Why | None:
    """What has happened to the person since; a person who is not known any more was forgotten for its age."""
    if person is None:
        return Why.EXPIRED
    if person.is_active and hmac.compare_digest(stand, _stand(person)):
        return None
    is_waiting = purpose is Purpose.INVITE and person.is_active and person.password_hash is None
    return Why.REPLACED if is_waiting else Why.USED


def _signer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=f"account-{purpose}")


def _stand(person: Person) -> str:
    """What must not have changed since."""
    said = f"{person.session_epoch}|{person.password_hash or ''}|{person.email or ''}"
    return hmac.new(secret_key().encode(), said.encode(), hashlib.sha256).hexdigest()[:20]
