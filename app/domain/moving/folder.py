"""What a backup looks like on disk, and whether it is whole.

manifest.json     what it holds: written last
SHA256SUMS        every other file, as `sha256sum -c` reads it
secret.key        what links and sessions are signed with: for its owner's eyes only
database.sqlite3  of a city on SQLite; `tables/NAME.copy.gz` of one on PostgreSQL, as COPY writes them
files/            every photo, under its key
lost.txt          photos that rows name and the city itself had lost before; only where there are any
unfinished        only while it is being written
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app import migrations
from app.adapters.storage import FULL, FolderStorage, sync_folder
from app.domain.moving.places import CannotMove

FORMAT = 1
MANIFEST, SUMS, SECRET, SQLITE, TABLES, FILES, LOST, UNFINISHED = (
    "manifest.json",
    "SHA256SUMS",
    "secret.key",
    "database.sqlite3",
    "tables",
    "files",
    "lost.txt",
    "unfinished",
)
OURS = {MANIFEST, SUMS, SECRET, SQLITE, TABLES, FILES, LOST, UNFINISHED}
READING = "reading back"
Told = Callable[[str, int, int], None]  # what, how many so far, of how many
Note = Callable[[str, str], None]  # the sum of a file, and its name


@dataclass
class Held:
    """One table in a backup."""

    rows: int
    columns: list[str]
    counter: int | None = None  # the last number that PostgreSQL gave out


@dataclass
class Manifest:
    city: str
    made_at: str
    program: str
    schema: str
    database: str  # sqlite or postgresql
    tables: dict[str, Held] = field(default_factory=dict)  # each after those it points to
    photos: int = 0
    lost: int = 0  # photos that rows name and the storage had lost before
    files: int = 0  # lines of SHA256SUMS
    sums: str = ""  # of SHA256SUMS
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(held.rows for held in self.tables.values())


# --- writing ----------------------------------------------------------------------------------------------------------


def begin(path: Path) -> FolderStorage:
    """A folder to write a backup into: new, empty, or one that was interrupted, which begins anew."""
    if path.exists() and any(path.iterdir()):
        if not (path / UNFINISHED).exists():
            raise CannotMove(f"{path} is not empty: name a folder that is, or a new one.")
        _empty(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    write(path / UNFINISHED, "This backup is being written or was interrupted. It is of no use: make it again.\n")
    sync_folder(path)
    return FolderStorage(path / FILES)


def _empty(path: Path) -> None:
    for name in OURS - {UNFINISHED}:
        if (path / name).is_dir():
            shutil.rmtree(path / name)
        else:
            (path / name).unlink(missing_ok=True)


@contextmanager
def noting(path: Path) -> Iterator[Note]:
    """Write down the sum of each file as it comes: a large city has millions."""
    with private(path / SUMS).open("w", encoding="utf-8") as lines:

        def note(digest: str, name: str) -> None:
            lines.write(f"{digest}  {name}\n")

        yield note
        lines.flush()
        os.fsync(lines.fileno())


def finish(path: Path, manifest: Manifest, told: Told) -> None:
    """Read everything back, and only then say that the backup is one. Raises CannotMove."""
    manifest.files = sum(1 for _ in listed(path))
    manifest.sums = digest(path / SUMS)
    for number, (wanted, name) in enumerate(listed(path), 1):
        if digest(path / name) != wanted:
            raise CannotMove(f"{path / name} reads other than it was written: look at the disk, then start again.")
        told(READING, number, manifest.files)
    write(path / MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    sync_folder(path)
    (path / UNFINISHED).unlink()
    sync_folder(path)


@contextmanager
def room_in(path: Path) -> Iterator[None]:
    """A disk that fills while the block writes to the backup is one sentence."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if getattr(error, "errno", None) in FULL or code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise CannotMove(
                f"The disk that holds {path} is full or refuses to write: make room there or name another folder, then "
                "start again. What was written so far is no backup."
            ) from error
        raise


# --- reading ----------------------------------------------------------------------------------------------------------


def manifest_of(path: Path) -> Manifest:
    """What a whole backup says of itself. Raises CannotMove; its files are not looked at yet."""
    if (path / UNFINISHED).exists():
        raise CannotMove(f"{path} is a backup that was interrupted and is of no use: take another.")
    if not (path / MANIFEST).is_file():
        raise CannotMove(f"{path} is no backup: it has no {MANIFEST}.")
    try:
        said: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise CannotMove(f"{path} was written by a newer program: restore it with that one.")
        tables = {name: Held(**held) for name, held in said.pop("tables").items()}
        manifest = Manifest(**said, tables=tables)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotMove(f"{path / MANIFEST} is damaged: take another backup.") from error
    if not migrations.is_known(manifest.schema):
        raise CannotMove(
            f"{path} stands at {manifest.schema}, which this program does not know: restore it with a newer."
        )
    return manifest


def check(path: Path, manifest: Manifest, told: Told) -> None:
    """Look at every byte. Raises CannotMove."""
    if not (path / SUMS).is_file() or digest(path / SUMS) != manifest.sums:
        raise CannotMove(f"{path / SUMS} is missing or damaged: take another backup.")
    for number, (wanted, name) in enumerate(listed(path), 1):
        if not (path / name).is_file():
            raise CannotMove(f"{path / name} is missing: take another backup.")
        if digest(path / name) != wanted:
            raise damaged(path / name)
        told("checking", number, manifest.files)


def damaged(path: Path) -> CannotMove:
    return CannotMove(f"{path} is damaged: take another backup.")


def listed(path: Path) -> Iterator[tuple[str, str]]:
    """Sum and name of every file of a backup."""
    with (path / SUMS).open(encoding="utf-8") as lines:
        for line in lines:
            wanted, _, name = line.rstrip("\n").partition("  ")
            yield wanted, name


def photos(path: Path) -> Iterator[tuple[str, str]]:
    """Sum and key of every photo of a backup."""
    within = f"{FILES}/"
    return ((wanted, name.removeprefix(within)) for wanted, name in listed(path) if name.startswith(within))


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, text: str) -> None:
    """A small file that nobody but its owner reads; after the return it survives a power cut."""
    with private(path).open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def private(path: Path) -> Path:
    """The file, there, and nobody's but its owner's."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path
