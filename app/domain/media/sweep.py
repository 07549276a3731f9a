"""Files that no row names any more, and unmasked originals whose time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import select, update

from app.domain.media.held import let_go
from app.domain.media.keys import ORIGINAL, PUBLIC, RAW, name_in
from app.domain.media.store import KEPT
from app.extensions import db, storage, unit_of_work
from app.models import Photo, now
from app.models.choices import PhotoState

BATCH = 500
YOUNG = timedelta(hours=1)  # its row may still be on the way


def sweep_orphans(older_than: timedelta = YOUNG) -> int:
    """Delete files that nothing refers to and that are older than that; answers how many. Harmless to repeat."""
    before = now() - older_than
    removed = storage().sweep_unfinished(before=before)
    for under, named in ((RAW, _raw_in_use), (PUBLIC, _names_in_use), (ORIGINAL, _originals_in_use)):
        old = (file.key for file in storage().walk(under) if file.modified_at < before)
        for keys in _batches(old):
            removed += _delete_all_but(keys, named)
    return removed


def forget_originals(older_than: timedelta) -> int:
    """Delete unmasked originals kept longer than that; their masks can then only grow. Answers how many."""
    before = now() - older_than
    old = [file.key for file in storage().walk(ORIGINAL) if file.modified_at < before]
    for keys in _batches(old):
        with unit_of_work():
            db.session.execute(update(Photo).where(Photo.original.in_(keys)).values(original=""))
        let_go(keys)
    return len(old)


def _delete_all_but(keys: list[str], named: Callable[[list[str]], set[str]]) -> int:
    return let_go(set(keys) - named(keys))


def _raw_in_use(keys: list[str]) -> set[str]:
    names = [name_in(key) for key in keys]
    waiting = select(Photo.raw).where(Photo.name.in_(names), Photo.state == PhotoState.RAW)
    return set(db.session.scalars(waiting))


def _names_in_use(keys: list[str]) -> set[str]:
    names = select(Photo.name).where(Photo.name.in_({name_in(key) for key in keys}), Photo.state.in_(KEPT))
    known = set(db.session.scalars(names))
    return {key for key in keys if name_in(key) in known}


def _originals_in_use(keys: list[str]) -> set[str]:
    return set(db.session.scalars(select(Photo.original).where(Photo.original.in_(keys))))


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    walking = iter(keys)
    while batch := list(islice(walking, BATCH)):
        yield batch
