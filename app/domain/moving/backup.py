"""A whole city in a folder, taken while it is at work, and a city made from such a folder.

The rows are those of one moment. Photos come after them, and none is deleted meanwhile (`media/held.py`), so that no
row of a backup lacks its photo, however long it takes.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO, cast

from app import migrations
from app.adapters.storage import TREES, FolderStorage, Storage
from app.config import VERSION
from app.domain.media.held import HeldByAnother, held
from app.domain.moving import folder, snapshot
from app.domain.moving.folder import FILES, LOST, MANIFEST, SECRET, Manifest, Note, Told, room_in
from app.domain.moving.places import CannotMove, engine_of
from app.extensions import db, secret_key, storage
from app.models import now

RESTORING = "restoring"  # in the data folder, until a restored city stands: which backup, and whether its rows stand
ROWS_STAND = "rows stand"
_TAKEN = "There is a database here already: restore into an empty place (HOIAM_DATA, HOIAM_DATABASE_URL)."


class _Summed:
    """A stream that notes what went through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._sum = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._sum.update(chunk)
        return chunk

    def digest(self) -> str:
        return self._sum.hexdigest()


def back_up(path: Path, told: Told) -> Manifest:
    """Write the city into a new or empty folder, and read it back. Raises CannotMove."""
    _refuse_our_own_photos(path)
    try:
        with held(), room_in(path):
            return _back_up(path, folder.begin(path), told)
    except HeldByAnother:
        raise CannotMove("Another backup of this city is being taken right now: wait until it is done.") from None


def _back_up(path: Path, kept: FolderStorage, told: Told) -> Manifest:
    manifest = Manifest(
        city="",
        made_at=now().isoformat(),
        program=VERSION,
        schema=str(migrations.current(db.engine)),
        database=db.engine.dialect.name,
    )
    with folder.noting(path) as note:
        snapshot.take(db.engine, path, manifest, note, told)
        _fetch_all(path, kept, manifest, note, told)
        _look_for_lost(path, kept, manifest, note)
        folder.write(path / SECRET, secret_key())
        note(folder.digest(path / SECRET), SECRET)
    folder.finish(path, manifest, told)
    return manifest


def _refuse_our_own_photos(path: Path) -> None:
    kept = storage()
    if isinstance(kept, FolderStorage) and path.resolve().is_relative_to(kept.root.resolve()):
        raise CannotMove(f"{path} lies among the city's own photos: name a folder elsewhere, best on another disk.")


def _fetch_all(path: Path, kept: FolderStorage, manifest: Manifest, note: Note, told: Told) -> None:
    """Every file of the city. What goes while we look was nobody's when we began, for the others are held."""
    whole = sum(1 for _ in snapshot.photos(path, manifest))
    for tree in TREES:
        for found in storage().walk(tree):
            if _fetch(kept, found.key, note):
                manifest.photos += 1
                told("photos", manifest.photos, max(manifest.photos, whole))


def _fetch(kept: FolderStorage, key: str, note: Note) -> bool:
    try:
        digest = _put(kept, key, storage().open(key))
    except FileNotFoundError:
        return False
    note(digest, f"{FILES}/{key}")
    return True


def _look_for_lost(path: Path, kept: FolderStorage, manifest: Manifest, note: Note) -> None:
    """What a row names and the storage has not: asked for once more, then written down by name."""
    lost = folder.private(path / LOST)
    with lost.open("w", encoding="ascii") as names:
        for key in snapshot.photos(path, manifest):
            if kept.exists(key):
                continue
            if _fetch(kept, key, note):
                manifest.photos += 1
            else:
                manifest.lost += 1
                names.write(f"{key}\n")
    if manifest.lost:
        note(folder.digest(lost), LOST)
    else:
        lost.unlink()


def _put(target: Storage, key: str, opened: IO[bytes]) -> str:
    with opened as stream:
        summed = _Summed(stream)
        target.put(key, cast("IO[bytes]", summed))
    return summed.digest()


# --- and back ---------------------------------------------------------------------------------------------------------


class Restored:
    """What was made of a backup, and whether links in people's hands go on working."""

    def __init__(self, manifest: Manifest, has_its_key: bool) -> None:
        self.manifest, self.has_its_key = manifest, has_its_key


def restore(path: Path, data: Path, told: Told) -> Restored:
    """Make the city of a backup where there is none yet. Interrupted, the same again finishes it. Raises CannotMove.

    Until the rows stand the database stands at a revision that no program serves.
    """
    begun = _begun(data)
    if not begun:
        migrations.refuse_unknown(db.engine)
    manifest = folder.manifest_of(path)
    _refuse_another(path, manifest, begun)
    standing = _has_its_rows(manifest, begun)
    if not begun:
        _refuse_photos_of_others()
    folder.check(path, manifest, told)
    mark = folder.digest(path / MANIFEST)
    if not standing:
        folder.write(data / RESTORING, mark)
        _reserve(manifest)
        _bring_photos(path, told, is_begun=bool(begun))
    has_its_key = _bring_key((path / SECRET).read_text(encoding="utf-8"), data)
    if not standing:
        snapshot.put_back(db.engine, path, manifest, told)
        folder.write(data / RESTORING, f"{mark} {ROWS_STAND}")
    migrations.upgrade(db.engine)
    (data / RESTORING).unlink()
    return Restored(manifest, has_its_key)


def _begun(data: Path) -> str:
    """What an interrupted restore has left; empty where there was none."""
    try:
        return (data / RESTORING).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _refuse_another(path: Path, manifest: Manifest, begun: str) -> None:
    if manifest.database != db.engine.dialect.name:
        raise CannotMove(
            f"This backup is of a city on {manifest.database}: set HOIAM_DATABASE_URL to such a database. "
            "flask db copy brings the city to the other kind afterwards."
        )
    if begun and begun.split(" ", 1)[0] != folder.digest(path / MANIFEST):
        raise CannotMove(
            "Another backup was being restored here and is not finished: name that one, or begin in an empty place "
            "(HOIAM_DATA, HOIAM_DATABASE_URL, HOIAM_STORAGE_URL)."
        )


def _has_its_rows(manifest: Manifest, begun: str) -> bool:
    """Do the rows of the backup stand already? Anything else in the database is somebody's and stays."""
    if begun.endswith(ROWS_STAND):
        return True
    found = snapshot.counts(db.engine, manifest)
    stands = migrations.current(db.engine)
    if not begun and (found or stands):
        raise CannotMove(_TAKEN)
    if stands == manifest.schema and found == {name: held.rows for name, held in manifest.tables.items()}:
        return True
    if any(found.values()):
        raise CannotMove(_TAKEN)
    return False


def _refuse_photos_of_others() -> None:
    if any(True for tree in TREES for _ in storage().walk(tree)):
        raise CannotMove("There are photos here already: restore into an empty place (HOIAM_DATA, HOIAM_STORAGE_URL).")


def _reserve(manifest: Manifest) -> None:
    """The tables as they were then, with nothing in them, and no program starts a city of its own there."""
    if migrations.current(db.engine) == migrations.UNFINISHED:
        return
    migrations.upgrade(db.engine, manifest.schema)
    with engine_of(db.engine.url).begin() as connection:
        migrations.stand_at(connection, migrations.UNFINISHED)


def _bring_photos(path: Path, told: Told, *, is_begun: bool) -> None:
    kept, whole = FolderStorage(path / FILES), sum(1 for _ in folder.photos(path))
    for number, (wanted, key) in enumerate(folder.photos(path), 1):
        is_there = is_begun and storage().exists(key)
        if not is_there and _put(storage(), key, kept.open(key)) != wanted:
            raise folder.damaged(path / FILES / key)
        told("photos", number, whole)


def _bring_key(key: str, data: Path) -> bool:
    """The city's key beside its data; False when a setting names another one, which goes before."""
    path = data / "secret.key"
    is_set = not path.exists() or path.read_text(encoding="utf-8").strip() != secret_key()
    fresh = path.with_suffix(".restoring")
    folder.write(fresh, key)
    os.replace(fresh, path)
    return not is_set or secret_key() == key
