"""Where files lie. A key is `private/…` or `public/…`, then plain names joined by `/`, never made from the content.

`public/` holds what a page may show once its row says so; `private/` what only the program itself reads. Neither
folder is meant to be served by a web server directly: whether a photo may be seen is decided by its row.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple, Protocol

TREES = ("private", "public")
KEY = re.compile(r"(?:private|public)(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+", re.ASCII)
LONGEST_KEY = 200
UNFINISHED = ".unfinished-"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
CHUNK = 1024 * 1024


class StorageFull(OSError):
    """There is no room left. Nothing was kept; what stood before still stands."""


class StorageUnreachable(OSError):
    """The place for files does not answer, or turns us away. Nothing was kept; what stood before still stands."""


class BadKey(ValueError):
    """Not a key of ours. A path made of somebody's input must never come this far."""


class Stored(NamedTuple):
    key: str
    size: int  # bytes
    modified_at: datetime  # aware UTC


class Ticket(NamedTuple):
    """A form with which a browser puts one file by itself, once we have allowed it."""

    url: str
    fields: dict[str, str]


class Storage(Protocol):
    """What the program asks of a place for files. Keys that are not ours raise BadKey everywhere, and a place beyond
    this machine may raise StorageUnreachable everywhere."""

    upload_origin: str  # where `ticket` sends browsers; empty when every file comes through us

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """Keep `data`, whole or not at all; after the return it survives a power cut. May raise StorageFull."""

    def copy(self, key: str, to: str) -> None:
        """The same bytes under a second key. Cheap, and lasting once the next `put` is. Raises FileNotFoundError."""

    def open(self, key: str) -> IO[bytes]:
        """The bytes, to read and close. Raises FileNotFoundError."""

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """Forget the key. Nothing happens when it is gone already."""

    def walk(self, under: str) -> Iterator[Stored]:
        """Every finished file below the key `under`, in no order."""

    def workroom(self) -> AbstractContextManager[Path]:
        """A private folder of this machine to work in, gone at the end. After a kill `sweep_unfinished` removes it."""

    def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove what a killed process left half done before that moment; says how many."""

    def ticket(self, key: str, *, at_most: int, seconds: int) -> Ticket | None:
        """Allow a browser to put this one key, of at most so many bytes, for so long; None without `upload_origin`."""


class FolderStorage:
    """Files in one folder of this machine."""

    upload_origin = ""

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        target = self._path(key)
        unfinished = target.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            _make_folders(target.parent, self.root)
            _write(unfinished, data, mode=0o600 if key.startswith("private/") else 0o644)
            os.replace(unfinished, target)
            sync_folder(target.parent)
        except OSError as error:
            if error.errno in FULL:
                raise StorageFull(error.errno, "no room left for files", str(self.root)) from error
            raise
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def copy(self, key: str, to: str) -> None:
        """A second name of the same file: nothing is ever changed in place, so the two cannot disturb each other."""
        source, target = self._path(key), self._path(to)
        _make_folders(target.parent, self.root)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except FileNotFoundError:
            raise
        except OSError:  # a file system without second names
            with source.open("rb") as stream:
                self.put(to, stream)

    def open(self, key: str) -> IO[bytes]:
        return self._path(key).open("rb")

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def walk(self, under: str) -> Iterator[Stored]:
        top = self.root / under if under in TREES else self._path(under)
        for folder, _, names in os.walk(top):
            for name in names:
                path = Path(folder, name)
                key = path.relative_to(self.root).as_posix()
                if not KEY.fullmatch(key):
                    continue
                with suppress(FileNotFoundError):  # swept by somebody else meanwhile
                    found = path.stat()
                    yield Stored(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    @contextmanager
    def workroom(self) -> Iterator[Path]:
        """On the same disk as the files, so that a full disk shows early and nothing private reaches /tmp."""
        room = self.root / f"{UNFINISHED}{secrets.token_hex(8)}"
        room.mkdir(mode=0o700, parents=True)
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def sweep_unfinished(self, *, before: datetime) -> int:
        removed = 0
        for path in [*self.root.rglob(f"{UNFINISHED}*")]:
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= before.timestamp():
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
                removed += 1
        return removed

    def ticket(self, key: str, *, at_most: int, seconds: int) -> Ticket | None:
        return None

    def _path(self, key: str) -> Path:
        return self.root / checked(key)


def checked(key: str) -> str:
    """The key, when it is one of ours. Raises BadKey."""
    if len(key) > LONGEST_KEY or not KEY.fullmatch(key):
        raise BadKey(key)
    return key


def _make_folders(folder: Path, root: Path) -> None:
    """Make `folder` and what lies above it, each entry synced into the folder that holds it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for fresh in reversed(missing):
        inside = root in fresh.parents
        is_private = inside and fresh.relative_to(root).parts[0] == "private"
        fresh.mkdir(mode=0o700 if is_private else 0o755, exist_ok=True)
        sync_folder(fresh.parent)


def _write(path: Path, data: bytes | IO[bytes], *, mode: int) -> None:
    source = BytesIO(data) if isinstance(data, bytes) else data
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        shutil.copyfileobj(source, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in this folder survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
