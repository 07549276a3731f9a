"""A whole city in a folder, taken while it is at work, and a city made from such a folder.

The database is taken first and then the photos it names: no row of a backup lacks its photo. What was developed or
removed in between has other files by then; the database is taken again until the two agree.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, cast

from app import migrations
from app.adapters.storage import TREES, FolderStorage, Storage
from app.config import VERSION
from app.domain.moving import folder, snapshot
from app.domain.moving.folder import FILES, MANIFEST, SECRET, Manifest
from app.domain.moving.places import CannotMove
from app.domain.moving.snapshot import Snapshot
from app.extensions import db, secret_key, storage
from app.models import now

Told = Callable[[str, int, int], None]  # what, how many so far, of how many
TRIES = 6
RESTORING = "restoring"  # in the data folder, until a restored city stands: which backup it is made from


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
    kept = folder.begin(path)
    sums: dict[str, str] = {}
    taken, lost = _agreeing(path, kept, sums, told)
    for key in {found.key for tree in TREES for found in kept.walk(tree)} - set(taken.photos):
        kept.delete(key)
        sums.pop(f"{FILES}/{key}", None)
    folder.write(path / SECRET, secret_key())
    photos = len(sums)
    sums |= taken.sums | {SECRET: hashlib.sha256(secret_key().encode()).hexdigest()}
    manifest = Manifest(
        city=taken.city,
        made_at=now().isoformat(),
        program=VERSION,
        schema=str(migrations.current(db.engine)),
        database=db.engine.dialect.name,
        tables=taken.tables,
        files=photos,
        lost=sorted(lost),
    )
    folder.finish(path, manifest, sums)
    return manifest


def _agreeing(path: Path, kept: FolderStorage, sums: dict[str, str], told: Told) -> tuple[Snapshot, set[str]]:
    """A snapshot and every photo it names. What two in a row name and nobody has, was lost before."""
    missing: set[str] = set()
    for _ in range(TRIES):
        taken = snapshot.take(db.engine, path)
        before, missing = missing, _fetch(taken.photos, kept, sums, told)
        if missing <= before:
            return taken, missing
    raise CannotMove("Photos come and go faster than they can be copied: try again at a quieter hour.")


def _fetch(keys: list[str], kept: FolderStorage, sums: dict[str, str], told: Told) -> set[str]:
    """Bring these photos in, those that are not there yet; answers which nobody has."""
    missing = set()
    for number, key in enumerate(keys, 1):
        name = f"{FILES}/{key}"
        if name not in sums:
            try:
                sums[name] = _put(kept, key, storage().open(key))
            except FileNotFoundError:
                missing.add(key)
        told("photos", number, len(keys))
    return missing


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
    """Make the city of a backup where there is none yet. Interrupted, the same again finishes it. Raises CannotMove."""
    manifest = folder.checked(path)
    if manifest.database != db.engine.dialect.name:
        raise CannotMove(
            f"This backup is of a city on {manifest.database}: set HOIAM_DATABASE_URL to such a database. "
            "flask db copy brings the city to the other kind afterwards."
        )
    is_begun = _begin(path, data)
    standing = _standing(manifest, is_begun)
    keys = [name.removeprefix(f"{FILES}/") for _, name in folder.listed(path) if name.startswith(f"{FILES}/")]
    if not is_begun:
        _refuse_photos_of_others()
        folder.write(data / RESTORING, folder.digest(path / MANIFEST))
    _bring_photos(keys, FolderStorage(path / FILES), told)
    has_its_key = _bring_key((path / SECRET).read_text(encoding="utf-8"), data)
    if not standing:
        snapshot.put_back(db.engine, path, manifest)
    migrations.upgrade(db.engine)
    (data / RESTORING).unlink()
    return Restored(manifest, has_its_key)


def _begin(path: Path, data: Path) -> bool:
    """Was this very backup being restored here before?"""
    try:
        return (data / RESTORING).read_text(encoding="utf-8") == folder.digest(path / MANIFEST)
    except FileNotFoundError:
        return False


def _standing(manifest: Manifest, is_begun: bool) -> bool:
    """Are the rows of the backup there already? Anything else in the database is somebody's and stays."""
    found = snapshot.counts(db.engine, manifest)
    if is_begun and found == {name: held.rows for name, held in manifest.tables.items()}:
        return True
    if found if not is_begun else any(found.values()):
        raise CannotMove(
            "There is a database here already: restore into an empty place (HOIAM_DATA, HOIAM_DATABASE_URL)."
        )
    return False


def _refuse_photos_of_others() -> None:
    if any(True for tree in TREES for _ in storage().walk(tree)):
        raise CannotMove("There are photos here already: restore into an empty place (HOIAM_DATA, HOIAM_STORAGE_URL).")


def _bring_photos(keys: Iterable[str], kept: FolderStorage, told: Told) -> None:
    keys = list(keys)
    for number, key in enumerate(keys, 1):
        if not storage().exists(key):
            _put(storage(), key, kept.open(key))
        told("photos", number, len(keys))


def _bring_key(key: str, data: Path) -> bool:
    """The city's key beside its data; False when a setting names another one, which goes before."""
    path = data / "secret.key"
    is_set = not path.exists() or path.read_text(encoding="utf-8").strip() != secret_key()
    fresh = path.with_suffix(".restoring")
    folder.write(fresh, key)
    os.replace(fresh, path)
    return not is_set or secret_key() == key
