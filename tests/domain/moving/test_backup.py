"""A backup is a whole city of one moment; what is restored from it is that city."""

from __future__ import annotations

import contextvars
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app, migrations
from app.config import Bucket, Config
from app.domain import demo, figures
from app.domain.media import mask, store
from app.domain.media.held import held
from app.domain.media.keys import public_key
from app.domain.media.sweep import sweep_orphans
from app.domain.moving import backup, folder, places, snapshot
from app.extensions import db, storage, unit_of_work
from app.models import Photo, Report
from app.models.choices import PhotoState
from tests import photos
from tests.factories import a_report
from tests.support.application import close
from tests.support.buckets import url_of
from tests.support.databases import Database
from tests.support.twins import MakeDatabase, commanded, everything

ROOT = Path(__file__).resolve().parents[3]
AT_ONCE = timedelta(seconds=-2)  # moments are whole seconds


def quiet(what: str, done: int, whole: int) -> None:
    """Progress is for people."""


def a_photo(report: Report) -> Photo:
    return store.attach(report, BytesIO(photos.jpeg(400, 300)), "anh.jpg")


def content(key: str) -> bytes:
    with storage().open(key) as stream:
        return stream.read()


def files(app: Flask) -> dict[str, bytes]:
    """Every file of a city."""

    def read() -> dict[str, bytes]:
        with app.app_context():
            keys = [found.key for tree in ("public", "private") for found in storage().walk(tree)]
            return {key: content(key) for key in keys}

    return contextvars.Context().run(read)


@pytest.fixture
def city(db_session: Session) -> None:
    """Reports, a photo that is ready, one that waits."""
    demo.generate(lambda written, whole: None, reports=60, seed=3)
    a_photo(a_report(words="Hố ga mất nắp"))
    store.finish_pending()
    a_photo(a_report())
    db.session.rollback()


def covered() -> None:
    """A photo of the city behind a black box; its original is kept in private."""
    photo = a_photo(a_report())
    store.finish_pending()
    db.session.expire_all()
    masked = mask.prepare_mask(photo, mask.boxes_from([(0.1, 0.1, 0.5, 0.5)]))
    with unit_of_work():
        mask.apply_mask(masked)
    mask.forget_unmasked(masked)
    a_photo(a_report())
    db.session.rollback()


@pytest.fixture
def elsewhere(
    config: Config, database: Database, another_database: MakeDatabase, tmp_path: Path
) -> Iterator[Callable[..., Flask]]:
    """`elsewhere()`: the program in an empty place, on the same kind of database."""
    made: list[Flask] = []

    def make(**settings: object) -> Flask:
        number = len(made)
        place = {
            "data": tmp_path / f"place{number}",
            "database_url": another_database(database.name),
            "secret_key": "made at the first start",
        }
        place["data"].mkdir()
        (place["data"] / "secret.key").write_text(place["secret_key"])
        made.append(create_app(replace(config, **(place | settings))))
        return made[-1]

    yield make
    for one in made:
        contextvars.Context().run(_close, one)


def _close(app: Flask) -> None:
    with app.app_context():
        close(app)


def restored(app: Flask, path: Path) -> Result:
    result = commanded(app, "restore", str(path))
    assert result.exit_code == 0, result.output
    return result


def refused(app: Flask, *command: str) -> str:
    result = commanded(app, *command)
    assert result.exit_code == 1, result.output
    return result.output


def url(app: Flask) -> str:
    return str(app.config["HOIAM"].database_url)


def test_every_table_and_every_file_comes_back(
    app: Flask,
    storage_url: str,
    city: None,
    request: pytest.FixtureRequest,
    elsewhere: Callable[..., Flask],
    tmp_path: Path,
) -> None:
    """A photo that is ready, one covered over its private original, one that waits, a file that nobody names yet."""
    storage().put("private/raw/ab/abandoned", b"x")
    covered()
    done = commanded(app, "backup", str(tmp_path / "backup"))
    assert done.exit_code == 0, done.output
    assert "secret key is among them" in done.output
    there: dict[str, str] = {}
    if storage_url:
        bucket: Bucket = request.getfixturevalue("bucket")
        there["storage_url"] = url_of(replace(bucket, prefix="restored/"))
    again = elsewhere(**there)
    restored(again, tmp_path / "backup")
    assert everything(url(again)) == everything(url(app))
    assert files(again) == files(app)
    trees = ("private/raw/", "private/original/", "public/photo/")
    assert [tree for tree in trees if not any(key.startswith(tree) for key in files(again))] == []
    assert (again.config["HOIAM"].data / "secret.key").read_text() == app.config["SECRET_KEY"]
    verified = commanded(again, "stats", "verify")
    assert (verified.exit_code, verified.output) == (0, "Every figure is the sum of its rows.\n")
    assert not (again.config["HOIAM"].data / backup.RESTORING).exists()


@pytest.mark.usefixtures("city")
def test_a_restored_city_goes_on_with_its_numbers_and_its_search(
    app: Flask, elsewhere: Callable[..., Flask], tmp_path: Path, db_session: Session
) -> None:
    from app.domain import search

    backup.back_up(tmp_path / "backup", quiet)
    last = max(db_session.scalars(select(Report.id)))
    again = elsewhere()
    restored(again, tmp_path / "backup")

    def go_on() -> None:
        with again.app_context():
            assert a_report(words="Cây kơ nia đổ chắn đường").id == last + 1
            found = select(Report.id).where(search.ways("kơ nia đổ", search.Desk()).read)
            assert db.session.scalars(found).all() == [last + 1]

    contextvars.Context().run(go_on)


def test_nothing_in_a_backup_can_be_read_by_others(city: None, tmp_path: Path) -> None:
    made = backup.back_up(tmp_path / "backup", quiet)
    path = tmp_path / "backup"
    assert path.stat().st_mode & 0o777 == 0o700
    assert (path / "secret.key").stat().st_mode & 0o777 == 0o600
    said = json.loads((path / "manifest.json").read_text())
    assert (said["schema"], said["program"]) == (migrations.head(), made.program)
    assert said["tables"]["report"]["rows"] == made.tables["report"].rows == 62
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=path, check=False)
    assert done.returncode == 0


def test_a_backup_taken_while_reports_are_filed_lacks_no_photo(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    """One thread files, one develops and takes photos back; the copy sees one moment all the same."""
    over, filed, troubles = threading.Event(), [], []

    def until_over(work: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                while not over.is_set():
                    try:
                        work()
                    except Exception as error:
                        troubles.append(error)
                        return

        return run

    def file_one() -> None:
        filed.append(a_photo(a_report()).id)

    def develop() -> None:
        store.finish_pending(limit=1)
        if len(filed) % 5 == 4:
            store.discard(db.session.get_one(Photo, filed[-1]))

    threads = [threading.Thread(target=until_over(work)) for work in (file_one, develop)]
    for thread in threads:
        thread.start()
    while len(filed) < 3 and not troubles:
        over.wait(0.05)
    made = backup.back_up(tmp_path / "backup", quiet)
    at_the_end = len(filed)
    over.set()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert made.lost == 0
    again = elsewhere()
    restored(again, tmp_path / "backup")

    def look() -> tuple[int, list[str]]:
        with again.app_context():
            assert figures.verify() == []
            found = db.session.scalars(select(Photo).where(Photo.state.in_(store.KEPT), Photo.is_demo.is_(False))).all()
            keys = [one.raw for one in found if one.state is PhotoState.RAW]
            named = snapshot.photos(tmp_path / "backup", made)
            return len(found), [key for key in {*keys, *named} if not storage().exists(key)]

    count, without = contextvars.Context().run(look)
    assert without == []
    assert 3 <= count <= at_the_end + 3


def test_no_photo_of_the_moment_goes_before_it_was_copied(
    storage_url: str, city: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just after the rows were taken one photo is developed, one taken back, and the sweep comes round."""
    take = snapshot.take
    ready = db.session.scalars(select(Photo).where(Photo.state == PhotoState.READY, Photo.is_demo.is_(False))).one()
    waiting = a_photo(a_report()).raw
    gone = public_key(ready.name, "full")

    def and_then_all_go(*where: Any) -> None:
        take(*where)
        store.finish_pending()
        store.discard(ready)
        sweep_orphans(AT_ONCE)

    monkeypatch.setattr(snapshot, "take", and_then_all_go)
    assert backup.back_up(tmp_path / "backup", quiet).lost == 0
    assert [(tmp_path / "backup" / "files" / key).is_file() for key in (waiting, gone)] == [True, True]
    assert storage().exists(waiting)
    sweep_orphans(AT_ONCE)
    assert [storage().exists(key) for key in (waiting, gone)] == [False, False]


def test_two_backups_at_once_are_one_too_many(app: Flask, city: None, tmp_path: Path) -> None:
    with held():
        assert "Another backup of this city is being taken" in refused(app, "backup", str(tmp_path / "backup"))
    assert commanded(app, "backup", str(tmp_path / "backup")).exit_code == 0


def test_a_photo_that_the_city_had_lost_is_named_and_the_rest_is_saved(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    waiting = db.session.scalars(select(Photo.raw).where(Photo.state == PhotoState.RAW)).one()
    storage().delete(waiting)
    db.session.close()
    done = commanded(app, "backup", str(tmp_path / "backup"))
    assert "1 photo files are missing in the city itself" in done.output
    assert (tmp_path / "backup" / "lost.txt").read_text() == f"{waiting}\n"
    restored(elsewhere(), tmp_path / "backup")


def test_a_backup_never_goes_among_the_photos_of_the_city(app: Flask, city: None) -> None:
    assert "lies among the city's own photos" in refused(app, "backup", str(app.config["HOIAM"].storage / "public"))


# --- what is refused --------------------------------------------------------------------------------------------------


KILLED = """
import os, sys
from pathlib import Path
from app import Config, create_app
from app.domain.moving import backup, folder, snapshot
what, path, data, url = sys.argv[1:]
key = "only for tests, and long enough to be one"
app = create_app(Config(data=Path(data), database_url=url, secret_key=key, testing=True))
def die(*anything):
    os.kill(os.getpid(), 9)
with app.app_context():
    if what == "backup":
        folder.finish = die
        backup.back_up(Path(path), lambda *step: None)
    elif what == "photos":
        backup.restore(Path(path), Path(data), lambda what, *rest: what == "photos" and die())
    else:
        backup.migrations.upgrade = die
        backup.restore(Path(path), Path(data), lambda *step: None)
"""


def killed(what: str, path: Path, app: Flask) -> None:
    where = [what, str(path), str(app.config["HOIAM"].data), url(app)]
    assert subprocess.run([sys.executable, "-c", KILLED, *where], cwd=ROOT, check=False).returncode == -9


def test_an_interrupted_backup_says_so_and_can_be_made_again(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    killed("backup", path, app)
    again = elsewhere()
    assert "was interrupted" in refused(again, "restore", str(path))
    assert commanded(app, "backup", str(path)).exit_code == 0
    restored(again, path)
    assert everything(url(again)) == everything(url(app))


@pytest.mark.parametrize("moment", ["photos", "rows"])
def test_an_interrupted_restore_is_finished_by_the_same_command(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path, moment: str
) -> None:
    path = tmp_path / "backup"
    backup.back_up(path, quiet)
    again = elsewhere()
    killed(moment, path, again)
    restored(again, path)
    assert everything(url(again)) == everything(url(app))
    assert "already" in refused(again, "restore", str(path))


def test_no_program_begins_a_city_of_its_own_where_a_restore_was_interrupted(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    path, other = tmp_path / "backup", tmp_path / "other"
    backup.back_up(path, quiet)
    before = everything(url(app))
    a_report()
    backup.back_up(other, quiet)
    again = elsewhere()
    killed("photos", path, again)
    for command in (["start"], ["db", "upgrade"], ["stats", "verify"]):
        assert "go on with flask db copy or flask restore, or empty it" in refused(again, *command)
    assert "Another backup was being restored here and is not finished" in refused(again, "restore", str(other))
    restored(again, path)
    assert everything(url(again)) == before


FULL = """
import resource, signal, sys
from app import Config, create_app
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
data, url, most, *command = sys.argv[1:]
key = "only for tests, and long enough to be one"
app = create_app(Config(data=Path(data), database_url=url, secret_key=key, testing=True))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
app.cli.main(args=command, prog_name="flask", obj=__import__("flask").cli.ScriptInfo(create_app=lambda: app))
"""


def on_a_full_disk(app: Flask, most: int, *command: str) -> str:
    """What the command says where the system lets no file grow beyond `most` bytes, as a full disk does."""
    where = [str(app.config["HOIAM"].data), url(app), str(most)]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *where, *command], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    return done.stderr


def test_a_disk_that_fills_says_so_and_nothing_is_taken_for_a_whole(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    storage().put("public/photo/zz/large.webp", b"x" * 3_000_000)
    for most in (1500, 2_900_000):
        said = on_a_full_disk(app, most, "backup", str(path))
        assert said.splitlines()[-1].startswith(f"Error: The disk that holds {path} is full or refuses to write: ")
        assert "interrupted" in refused(elsewhere(), "restore", str(path))
    assert commanded(app, "backup", str(path)).exit_code == 0
    again = elsewhere()
    said = on_a_full_disk(again, 2_900_000, "restore", str(path))
    assert "is full: free about 1 GB, then start again; it goes on where it was." in said
    restored(again, path)
    assert everything(url(again)) == everything(url(app))
    assert files(again) == files(app)


def test_only_an_empty_place_is_restored_into(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    backup.back_up(path, quiet)
    before = everything(url(app))
    assert "There is a database here already" in refused(app, "restore", str(path))
    assert everything(url(app)) == before
    again = elsewhere()
    stray = again.config["HOIAM"].storage / "public" / "photo"
    stray.mkdir(parents=True)
    (stray / "x.webp").write_bytes(b"x")
    assert "There are photos here already" in refused(again, "restore", str(path))
    assert migrations.current(places.engine_of(url(again))) is None
    assert "is not empty" in refused(app, "backup", str(path))


@pytest.mark.parametrize("damage", ["flip", "lose", "manifest", "newer"])
def test_a_damaged_backup_is_refused_before_anything_is_made(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "backup"
    backup.back_up(path, quiet)
    photo = next((path / "files").rglob("*.webp"))
    manifest = path / "manifest.json"
    wanted = {"flip": "is damaged", "lose": "is missing", "manifest": "is damaged", "newer": "does not know"}
    if damage == "flip":
        photo.write_bytes(photo.read_bytes()[:-1] + b"?")
    elif damage == "lose":
        photo.unlink()
    elif damage == "manifest":
        manifest.write_text(manifest.read_text()[:-5])
    else:
        manifest.write_text(manifest.read_text().replace(f'"{migrations.head()}"', '"9999"'))
    again = elsewhere()
    assert wanted[damage] in refused(again, "restore", str(path))
    assert migrations.current(places.engine_of(url(again))) is None
    assert files(again) == {}


def test_another_key_in_the_settings_is_said(
    app: Flask, city: None, elsewhere: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "backup"
    backup.back_up(path, quiet)
    assert "HOIAM_SECRET_KEY is another key" in restored(elsewhere(secret_key="from a setting"), path).output
    assert "HOIAM_SECRET_KEY" not in restored(elsewhere(), path).output


def test_an_older_backup_is_migrated(
    app: Flask, elsewhere: Callable[..., Flask], tmp_path: Path, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the program before this one wrote it: a table of today is not in it yet, and its place says so."""
    path = tmp_path / "backup"
    with unit_of_work() as session:
        session.execute(text("UPDATE kept SET updated_at = updated_at"))
    db.session.close()
    at_the_head, older = migrations.head(), "0004"
    migrations.downgrade(db.engine, older)
    then_there = sa.MetaData()
    then_there.reflect(db.engine)
    tables = [
        SimpleNamespace(name=name, columns=[one for one in table.columns if one.computed is None])
        for name, table in ((one.name, then_there.tables.get(one.name)) for one in snapshot.rows.tables())
        if table is not None
    ]
    with monkeypatch.context() as then:
        then.setattr(snapshot.rows, "tables", lambda: tables)
        backup.back_up(path, quiet)
    manifest = folder.manifest_of(path)
    assert (manifest.schema, "folded" in manifest.tables["person"].columns) == (older, False)
    again = elsewhere()
    restored(again, path)
    assert migrations.current(places.engine_of(url(again))) == at_the_head
    migrations.upgrade(db.engine)
    assert everything(url(again))["report"] == everything(url(app))["report"]
