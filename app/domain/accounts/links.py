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
    """Whom a token is for. NotFound for one we never made, Gone for one that was used or is too old."""
    try:
        person_id, email, stand = _signer(purpose).loads(token, max_age=int(LASTS[purpose].total_seconds()))
    except SignatureExpired:
        raise Gone(_l("This link has expired. Ask for a new one.")) from None
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_l("This link leads nowhere. Check that it was copied whole.")) from None
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active or not hmac.compare_digest(stand, _stand(person)):
        raise Gone(_l("This link has been used already, or a newer one has replaced it."))
    return Opened(person, email)


def _signer(purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=f"account-{purpose}")


def _stand(person: Person) -> str:
    """What must not have changed since."""
    said = f"{person.session_epoch}|{person.password_hash or ''}|{person.email or ''}"
    return hmac.new(secret_key().encode(), said.encode(), hashlib.sha256).hexdigest()[:20]
