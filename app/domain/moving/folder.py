"""What a backup looks like on disk, and whether it is whole.

manifest.json     what it holds: written last
SHA256SUMS        every other file, as `sha256sum -c` reads it
secret.key        what links and sessions are signed with: for its owner's eyes only
database.sqlite3  of a city on SQLite; `tables/NAME.copy.gz` of one on PostgreSQL, as COPY writes them
files/            the photos, under their keys
unfinished        only while it is being written
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app import migrations
from app.adapters.storage import CHUNK, FolderStorage, sync_folder
from app.domain.moving.places import CannotMove

FORMAT = 1
MANIFEST, SUMS, SECRET, SQLITE, TABLES, FILES, UNFINISHED = (
    "manifest.json",
    "SHA256SUMS",
    "secret.key",
    "database.sqlite3",
    "tables",
    "files",
    "unfinished",
)
OURS = {MANIFEST, SUMS, SECRET, SQLITE, TABLES, FILES, UNFINISHED}


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
    files: int = 0
    lost: list[str] = field(default_factory=list)  # photos that rows name and the storage had lost before
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(held.rows for held in self.tables.values())


def begin(path: Path) -> FolderStorage:
    """A folder to write a backup into: new, empty, or one that was interrupted, which begins anew."""
    if path.exists() and any(path.iterdir()):
        if not (path / UNFINISHED).exists():
            raise CannotMove(f"{path} is not empty: name a folder that is, or a new one.")
        _empty(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    write(path / UNFINISHED, "This backup is being written or was interrupted. It is of no use: make it again.\n")
    return FolderStorage(path / FILES)


def _empty(path: Path) -> None:
    for name in OURS - {UNFINISHED}:
        if (path / name).is_dir():
            shutil.rmtree(path / name)
        else:
            (path / name).unlink(missing_ok=True)


def finish(path: Path, manifest: Manifest, sums: dict[str, str]) -> None:
    """Read everything back, and only then say that the backup is one. Raises CannotMove."""
    for name, wanted in sums.items():
        if digest(path / name) != wanted:
            raise CannotMove(f"{path / name} reads other than it was written: look at the disk, then start again.")
    write(path / SUMS, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
    said = asdict(manifest) | {"sums": digest(path / SUMS)}
    write(path / MANIFEST, json.dumps(said, ensure_ascii=False, indent=1))
    (path / UNFINISHED).unlink()
    sync_folder(path)


def checked(path: Path) -> Manifest:
    """The manifest of a backup of which every byte was looked at. Raises CannotMove."""
    if (path / UNFINISHED).exists():
        raise CannotMove(f"{path} is a backup that was interrupted and is of no use: take another.")
    if not (path / MANIFEST).is_file():
        raise CannotMove(f"{path} is no backup: it has no {MANIFEST}.")
    try:
        said: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        sums = said.pop("sums")
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
    _check_files(path, sums)
    return manifest


def _check_files(path: Path, sums: str) -> None:
    if not (path / SUMS).is_file() or digest(path / SUMS) != sums:
        raise CannotMove(f"{path / SUMS} is missing or damaged: take another backup.")
    for wanted, name in listed(path):
        if not (path / name).is_file():
            raise CannotMove(f"{path / name} is missing: take another backup.")
        if digest(path / name) != wanted:
            raise CannotMove(f"{path / name} is damaged: take another backup.")


def listed(path: Path) -> Iterator[tuple[str, str]]:
    """Sum and name of every file of a backup."""
    with (path / SUMS).open(encoding="utf-8") as lines:
        for line in lines:
            wanted, _, name = line.rstrip("\n").partition("  ")
            yield wanted, name


def digest(path: Path) -> str:
    read = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            read.update(chunk)
    return read.hexdigest()


def write(path: Path, text: str) -> None:
    """A small file that nobody but its owner reads."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
