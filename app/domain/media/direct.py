"""Photos that a browser puts into the city's bucket by itself, where the city has one: megabytes that need not pass
through us.

A pass is for one draft and one fresh key, and ends soon. Nothing that came this way is believed: the file is copied to
a key that no pass ever named, and that copy is looked at like any upload before it gets its row. What nobody tells us
of is swept like any file without a row.
"""

from __future__ import annotations

from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.adapters.storage import Ticket
from app.domain.media.keys import new_name, raw_key
from app.domain.media.refusal import MAX_BYTES, MAX_PHOTOS, Fault, PhotoRefused
from app.domain.media.store import Taken, drop, take_again
from app.extensions import secret_key, storage
from app.models import Draft

GOOD_FOR_S = 600
PURPOSE = "photo-sent-directly"


class Allowed(NamedTuple):
    """What the browser needs to put one photo, and what it hands us afterwards."""

    ticket: Ticket
    proof: str


def is_on() -> bool:
    return bool(storage().upload_origin)


def allow(draft: Draft, count: int) -> list[Allowed]:
    """Passes for so many photos of this draft, at most MAX_PHOTOS; none where there is no bucket."""
    made = []
    for _ in range(min(count, MAX_PHOTOS)):
        name = new_name()
        ticket = storage().ticket(raw_key(name), at_most=MAX_BYTES, seconds=GOOD_FOR_S)
        if ticket is not None:
            made.append(Allowed(ticket, _signer().dumps([draft.client_id, name])))
    return made


def take_sent(draft: Draft, proof: str, filename: str) -> Taken:
    """The photo that came with this pass, checked and under a name of its own. Raises PhotoRefused, keeping nothing."""
    sent, name = raw_key(_name_in(proof, draft, filename)), new_name()
    try:
        storage().copy(sent, raw_key(name))
        taken = take_again(name, filename)
    except FileNotFoundError:
        taken = None
    except PhotoRefused:
        drop(name)
        raise
    finally:
        storage().delete(sent)
    if taken is None:
        raise PhotoRefused(Fault.BROKEN, filename)
    return taken


def _name_in(proof: str, draft: Draft, filename: str) -> str:
    """Only what we signed, for this very draft, not long ago."""
    try:
        owner, name = _signer().loads(proof, max_age=2 * GOOD_FOR_S)  # a slow line may still be sending at the end
    except (BadSignature, ValueError, TypeError):
        raise PhotoRefused(Fault.BROKEN, filename) from None
    if owner != draft.client_id:
        raise PhotoRefused(Fault.BROKEN, filename)
    return str(name)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=PURPOSE)
