"""What a running city remembers about itself: the key of its report codes, and whether it is a demo."""

from __future__ import annotations

import hashlib
import secrets
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain import codes
from app.extensions import db
from app.models import Kept, now

CODE_KEY = "code_key"
DEMO = "demo"
_keys: WeakKeyDictionary[Engine, bytes] = WeakKeyDictionary()
_demos: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


def code_key(seed: int | None = None) -> bytes:
    """The key that turns ids into codes: made once, inside a unit of work, and kept in the database.

    With a `seed`, for a made-up city, the key is made from it: the same seed gives the same codes.
    """
    here = db.engine
    if here not in _keys:
        kept = db.session.get(Kept, CODE_KEY)
        if kept is None:
            made = secrets.token_hex(32) if seed is None else hashlib.sha256(f"made up {seed}".encode()).hexdigest()
            _keep_first(CODE_KEY, {"hex": made})
            return bytes.fromhex(db.session.get_one(Kept, CODE_KEY).value["hex"])  # remembered once it has held
        _keys[here] = bytes.fromhex(kept.value["hex"])
    return _keys[here]


def _keep_first(name: str, value: dict[str, str]) -> None:
    """Keep this, unless somebody else was first: a new city's first reports may come at the same moment."""
    make = postgresql_insert if db.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    db.session.execute(make(Kept).values(name=name, value=value, updated_at=now()).on_conflict_do_nothing())


def code_of(report_id: int) -> str:
    return codes.code_of(report_id, code_key())


def mark_demo() -> None:
    """This database holds made-up reports; every page says so."""
    db.session.merge(Kept(name=DEMO, value={"demo": True}, updated_at=now()))
    _demos.pop(db.engine, None)


def is_demo() -> bool:
    here = db.engine
    if here not in _demos:
        _demos[here] = db.session.get(Kept, DEMO) is not None
    return _demos[here]
