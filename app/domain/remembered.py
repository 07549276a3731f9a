"""What a running city remembers about itself: the key of its report codes, and whether it is a demo."""

from __future__ import annotations

import hashlib
import secrets

from app.domain import codes
from app.extensions import db
from app.models import Kept, now

CODE_KEY = "code_key"
DEMO = "demo"
_keys: dict[str, bytes] = {}
_demos: dict[str, bool] = {}


def _here() -> str:
    return str(db.engine.url)


def code_key(seed: int | None = None) -> bytes:
    """The key that turns ids into codes: made once, inside a unit of work, and kept in the database.

    With a `seed`, for a made-up city, the key is made from it: the same seed gives the same codes.
    """
    here = _here()
    if here not in _keys:
        kept = db.session.get(Kept, CODE_KEY)
        if kept is None:
            made = secrets.token_hex(32) if seed is None else hashlib.sha256(f"made up {seed}".encode()).hexdigest()
            kept = Kept(name=CODE_KEY, value={"hex": made}, updated_at=now())
            db.session.add(kept)
            db.session.flush()
            return bytes.fromhex(kept.value["hex"])  # remembered only once the transaction has held
        _keys[here] = bytes.fromhex(kept.value["hex"])
    return _keys[here]


def code_of(report_id: int) -> str:
    return codes.code_of(report_id, code_key())


def mark_demo() -> None:
    """This database holds made-up reports; every page says so."""
    db.session.merge(Kept(name=DEMO, value={"demo": True}, updated_at=now()))
    _demos.pop(_here(), None)


def is_demo() -> bool:
    here = _here()
    if here not in _demos:
        _demos[here] = db.session.get(Kept, DEMO) is not None
    return _demos[here]
