"""Files are whole or absent, stay in their folder, and a full disk says so."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.s3 import S3Storage
from app.adapters.storage import BadKey, FolderStorage, Storage

ADAPTERS = Path(__file__).resolve().parent.parent.parent / "app" / "adapters"  # alone there: it imports nothing of ours
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "storage")


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """What holds for one place for files holds for the other."""
    if request.param == "folder":
        return FolderStorage(tmp_path / "storage")
    return S3Storage(request.getfixturevalue("bucket"), work=tmp_path / "storage")


def names(files: Storage) -> set[str]:
    return {stored.key for tree in ("public", "private") for stored in files.walk(tree)}


def content(files: Storage, key: str) -> bytes:
    with files.open(key) as stream:
        return stream.read()


def test_what_is_put_can_be_opened(files: Storage) -> None:
    files.put("public/photo/ab/abc-full.webp", b"picture")
    files.put("private/raw/ab/abc", BytesIO(b"raw"))
    assert content(files, "public/photo/ab/abc-full.webp") == b"picture"
    assert content(files, "private/raw/ab/abc") == b"raw"


def test_a_second_put_replaces_the_first_whole(files: Storage) -> None:
    files.put("public/a", b"first, and longer")
    files.put("public/a", b"second")
    assert content(files, "public/a") == b"second"


def test_what_is_not_there_says_so(files: Storage) -> None:
    assert not files.exists("public/a")
    with pytest.raises(FileNotFoundError):
        files.open("public/a")
    files.delete("public/a")


def test_deleted_is_gone(files: Storage) -> None:
    files.put("public/a", b"x")
    files.delete("public/a")
    assert not files.exists("public/a")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        "public",
        "public/",
        "public/../private/a",
        "public/./a",
        "public//a",
        "/public/a",
        "public/.hidden",
        "public/a\x00b",
        "public/a\n",
        "public/à",
        "other/a",
        "public/a/../../x",
        "public\\a",
        "public/" + "a" * 300,
    ],
)
def test_only_keys_of_ours_are_known(files: Storage, key: str) -> None:
    for use in (files.open, files.delete, files.exists, lambda k: files.put(k, b"x")):
        with pytest.raises(BadKey):
            use(key)


@given(st.text(alphabet="abc./\\-_~%\x00", max_size=30))
def test_no_key_leads_out_of_the_folder(text: str) -> None:
    root = Path("/nowhere/storage")
    try:
        path = FolderStorage(root)._path(f"public/{text}")
    except BadKey:
        return
    assert Path(os.path.normpath(path)).is_relative_to(root / "public")


def test_private_files_are_for_our_own_user_only(folder: FolderStorage) -> None:
    folder.put("private/raw/a", b"x")
    assert (folder.root / "private").stat().st_mode & 0o777 == 0o700
    assert (folder.root / "private/raw/a").stat().st_mode & 0o077 == 0


def test_walk_names_finished_files_of_its_part_only(files: Storage) -> None:
    for key in ("public/photo/ab/one", "public/photo/cd/two", "private/raw/three"):
        files.put(key, b"four")
    found = {stored.key: stored.size for stored in files.walk("public/photo")}
    assert found == {"public/photo/ab/one": 4, "public/photo/cd/two": 4}
    assert {stored.key for stored in files.walk("private")} == {"private/raw/three"}
    assert list(files.walk("private/nothing")) == []
    assert list(files.walk("private/ra")) == []


def test_an_unfinished_file_is_not_walked(folder: FolderStorage) -> None:
    folder.put("public/a", b"whole")
    (folder.root / "public/.unfinished-1").write_bytes(b"half")
    assert [stored.key for stored in folder.walk("public")] == ["public/a"]


def test_a_copy_lives_on_without_the_first(files: Storage) -> None:
    files.put("public/a", b"same")
    files.copy("public/a", "public/deep/b")
    files.put("public/a", b"changed")
    files.delete("public/a")
    assert content(files, "public/deep/b") == b"same"
    with pytest.raises(FileNotFoundError):
        files.copy("public/a", "public/c")


class Interrupted(BytesIO):
    """A stream that ends with an error in its middle, as a broken upload does."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell():
            raise ConnectionError
        return super().read(3)


def test_an_interrupted_put_leaves_what_stood_before_and_nothing_else(files: Storage) -> None:
    files.put("public/a", b"before")
    with pytest.raises(ConnectionError):
        files.put("public/a", Interrupted(b"after it"))
    assert content(files, "public/a") == b"before"
    assert names(files) == {"public/a"}
    assert files.sweep_unfinished(before=LATER) == 0


def test_a_workroom_is_private_and_gone_afterwards(files: Storage) -> None:
    with files.workroom() as room:
        (room / "raw").write_bytes(b"x")
        assert room.stat().st_mode & 0o777 == 0o700
    assert not room.exists()


def test_what_a_kill_left_is_swept_once_it_is_old(folder: FolderStorage) -> None:
    folder.put("public/a", b"whole")
    (folder.root / "public/.unfinished-1").write_bytes(b"half")
    left = folder.root / ".unfinished-2"
    left.mkdir()
    (left / "raw").write_bytes(b"private")
    assert folder.sweep_unfinished(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert folder.sweep_unfinished(before=LATER) == 2
    assert not left.exists()
    assert content(folder, "public/a") == b"whole"


FILL = """
import resource, signal, sys
from storage import FolderStorage, StorageFull
files = FolderStorage(sys.argv[1])
files.put("public/a", b"small")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    files.put("public/a", b"x" * 5000)
except StorageFull as error:
    print("full:", error.strerror)
"""


def test_no_room_left_is_said_and_nothing_is_lost(folder: FolderStorage) -> None:
    """The system itself refuses to write on, as it does when the disk is full."""
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(folder.root)], cwd=ADAPTERS, capture_output=True, text=True, check=True
    )
    assert done.stdout == "full: no room left for files\n"
    assert content(folder, "public/a") == b"small"
    assert [path.name for path in (folder.root / "public").iterdir()] == ["a"]


KILLED = """
import os, sys
from storage import FolderStorage
class Endless:
    given = 0
    def read(self, size):
        self.given += 1
        if self.given == 3:
            os.kill(os.getpid(), 9)
        return b"x" * 1000
FolderStorage(sys.argv[1]).put("public/a", Endless())
"""


def test_a_kill_in_the_middle_leaves_no_half_file(folder: FolderStorage) -> None:
    folder.put("public/a", b"before")
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder.root)], cwd=ADAPTERS, check=False)
    assert done.returncode == -9
    assert content(folder, "public/a") == b"before"
    assert [stored.key for stored in folder.walk("public")] == ["public/a"]
