"""Migrations are whole or not at all: killed, on a full disk, broken half-way, or two at the same instant."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import migrations
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
SIX_WARDS = ROOT / "tests" / "cities" / "six_wards"
LAST = migrations.head()

AT_THE_COMMIT = 0

# The program itself, which ends by SIGKILL just before the so-many-th statement that changes something.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
sent, last = 0, int(sys.argv[1])
@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *rest):
    global sent
    if statement.lstrip().upper().startswith(("CREATE", "INSERT", "DROP", "ALTER", "DELETE", "UPDATE")):
        sent += 1
        if sent == last:
            os.kill(os.getpid(), signal.SIGKILL)
@event.listens_for(Engine, "commit")
def at_the_commit(connection):
    if last == 0 and sent:
        os.kill(os.getpid(), signal.SIGKILL)
from flask.cli import main
sys.argv = ["flask", "--app", "wsgi", "db", "upgrade"]
main()
"""

# Ready to migrate the moment a line comes in.
WAITING = """
import sys
import time
from sqlalchemy import create_engine
from app import migrations
engine = create_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrations.upgrade(engine)
"""


def environment(folder: Path, url: str = "") -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
    return own | {"HOIAM_DATA": str(folder), "HOIAM_DATABASE_URL": url, "HOIAM_CITY": str(SIX_WARDS)}


def flask(folder: Path, *words: str, url: str = "", most_bytes: int = 0) -> subprocess.CompletedProcess[str]:
    """`flask …` in a process of its own; `most_bytes`: no file may grow beyond that, as on a full disk."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment(folder, url),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, -1))) if most_bytes else None,
    )


def is_whole(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.fixture
def engine(empty_database: Callable[[], str]) -> Engine:
    return create_engine(empty_database(), poolclass=NullPool)


@pytest.mark.proof
def test_kills_in_the_middle_of_the_first_migration_cost_nothing(tmp_path: Path, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    for statement in (1, 7, 60, AT_THE_COMMIT):
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(statement)], cwd=ROOT, env=environment(tmp_path, url), check=False
        )
        assert killed.returncode == -signal.SIGKILL
    again = flask(tmp_path, "db", "upgrade", url=url)
    assert (again.returncode, again.stdout) == (0, f"The database stands at {LAST}.\n"), again.stderr
    if engine.dialect.name == "sqlite":
        assert is_whole(Path(str(engine.url.database)))


@pytest.mark.only_sqlite
def test_a_disk_that_is_full_during_the_first_migration_and_later_is_not_costs_nothing(
    tmp_path: Path, engine: Engine
) -> None:
    for kib in (8, 150):
        full = flask(tmp_path, "start", "--no-demo", most_bytes=kib * 1024)
        assert full.returncode == 1
        assert "is full" in full.stderr
        assert "Traceback" not in full.stderr
    assert flask(tmp_path, "db", "upgrade").returncode == 0
    assert is_whole(tmp_path / "hoiam.sqlite3")


def test_three_that_migrate_at_the_same_instant_all_end_well(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    together = [
        subprocess.Popen(
            [sys.executable, "-c", WAITING, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [one.stdout.readline() for one in together if one.stdout] == ["ready\n"] * 3
    for one in together:
        assert one.stdin
        one.stdin.write("now\n")
        one.stdin.flush()
    said = [one.communicate(timeout=100)[1] for one in together]
    assert [one.returncode for one in together] == [0, 0, 0], said
    assert migrations.current(engine) == LAST


def test_whoever_waits_too_long_for_another_process_is_told_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "PATIENCE_S", 1)
    with engine.connect() as other:
        if engine.dialect.name == "sqlite":
            other.connection.cursor().execute("BEGIN IMMEDIATE")
        else:
            other.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": migrations._LOCK})
        with pytest.raises(migrations.CannotMigrate, match="Another program has been at work"):
            migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.current(engine) == LAST


# --- steps to come ----------------------------------------------------------------------------------------------------


def and_then(monkeypatch: pytest.MonkeyPatch, folder: Path, upgrade: str) -> None:
    """The migrations of the city, and one more that does this."""
    scripts = shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    head = f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "next"\ndown_revision = "{LAST}"\n'
    (scripts / "versions" / "next.py").write_text(f"{head}def upgrade():\n{upgrade}\ndef downgrade(): ...\n")
    monkeypatch.setattr(migrations, "SCRIPTS", scripts)


def test_a_migration_that_breaks_half_way_leaves_the_shape_that_stood(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.upgrade(engine)
    step = """
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO half (id) VALUES (1)")
    op.add_column("report", sa.Column("half", sa.Integer()))
    op.execute("SELECT nothing FROM nowhere")"""
    and_then(monkeypatch, tmp_path, step)
    with pytest.raises(Exception, match="nowhere"):
        migrations.upgrade(engine)
    assert migrations.current(engine) == LAST
    assert not engine.dialect.has_table(engine.connect(), "half")
    and_then(monkeypatch, tmp_path / "mended", step.replace("SELECT nothing FROM nowhere", "SELECT 1"))
    migrations.upgrade(engine)
    assert migrations.current(engine) == "next"


@pytest.mark.only_sqlite
def test_a_migration_after_which_rows_point_nowhere_is_taken_back(
    db_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, engine = factories.a_report().id, db_session.get_bind().engine
    db_session.close()
    and_then(monkeypatch, tmp_path, "    op.execute('DELETE FROM report')")
    with pytest.raises(migrations.CannotMigrate, match="would point nowhere"):
        migrations.upgrade(engine)
    assert migrations.current(engine) == LAST
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM report")) == report


def test_a_table_is_rebuilt_and_an_index_built_apart_without_losing_a_child(
    db_session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.a_report()
    engine = db_session.get_bind().engine
    db_session.close()
    step = """
    with op.batch_alter_table("report", recreate="always" if op.get_bind().dialect.name == "sqlite" else "never") as b:
        b.add_column(sa.Column("more", sa.Integer(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_report_more", "report", ["more"], postgresql_concurrently=True)
    op.execute("UPDATE report SET more = 1")"""
    and_then(monkeypatch, tmp_path, step)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT more FROM report JOIN event ON event.report_id = report.id LIMIT 1")) == 1


@pytest.mark.only_postgresql
def test_a_table_that_others_read_is_tried_again_while_they_are_let_through(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.upgrade(engine)
    monkeypatch.setattr(migrations, "LOCK_S", 0.3)
    monkeypatch.setattr(migrations, "PAUSE_S", 0.1)
    and_then(monkeypatch, tmp_path, '    op.add_column("report", sa.Column("more", sa.Integer()))')
    with ThreadPoolExecutor() as threads, engine.connect() as reader, engine.connect() as latecomer:
        reader.execute(text("SELECT count(*) FROM report"))  # in a transaction that stays open
        migrating = threads.submit(migrations.upgrade, engine)
        latecomer.execute(text("SET lock_timeout = '5s'"))
        for _ in range(10):  # each waits for one try at most
            latecomer.execute(text("SELECT count(*) FROM report"))
            latecomer.commit()
            time.sleep(0.05)
        assert not migrating.done()
        reader.rollback()
        migrating.result(20)
    assert migrations.current(engine) == "next"


@pytest.mark.only_postgresql
def test_a_table_that_others_never_let_go_is_one_sentence_and_the_shape_stands(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.upgrade(engine)
    for name, seconds in (("LOCK_S", 0.2), ("PAUSE_S", 0.1), ("PATIENCE_S", 1)):
        monkeypatch.setattr(migrations, name, seconds)
    and_then(monkeypatch, tmp_path, '    op.add_column("report", sa.Column("more", sa.Integer()))')
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM report"))
        with pytest.raises(migrations.CannotMigrate, match="Another program has been at work"):
            migrations.upgrade(engine)
    assert migrations.current(engine) == LAST


@pytest.mark.only_postgresql
def test_an_index_that_was_cut_short_is_built_anew(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE INDEX ix_report_more ON report (status)"))
        connection.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_report_more'::regclass"))
    step = """
    with op.get_context().autocommit_block():
        op.create_index("ix_report_more", "report", ["status"], postgresql_concurrently=True, if_not_exists=True)"""
    and_then(monkeypatch, tmp_path, step)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        is_valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_report_more'::regclass")
        assert connection.scalar(is_valid)


@pytest.mark.only_sqlite
def test_a_database_that_an_old_version_left_half_made_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    with closing(sqlite3.connect(tmp_path / "hoiam.sqlite3")) as half:
        half.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        half.execute("CREATE TABLE category (id INTEGER)")
    for words in (("db", "upgrade"), ("start", "--no-demo")):
        refused = flask(tmp_path, *words)
        assert refused.returncode == 1
        assert "is half made" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("cut_off_at", ["nowhere", "UPDATE report_text", "ix_report_text_finished"])
def test_where_texts_lie_is_filled_in_also_by_whoever_was_cut_off(db_session: Session, cut_off_at: str) -> None:
    report, engine = factories.a_report(), db_session.get_bind().engine
    lies = (report.unit_id, report.is_open)
    db_session.close()
    migrations.downgrade(engine, "0020")

    def cut(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if cut_off_at in statement:
            raise ConnectionError("cut off")

    if engine.dialect.name == "postgresql" and cut_off_at != "nowhere":  # SQLite's steps are one transaction
        event.listen(Engine, "before_cursor_execute", cut)
        try:
            with pytest.raises(ConnectionError):
                migrations.upgrade(engine)
        finally:
            event.remove(Engine, "before_cursor_execute", cut)
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT unit_id, is_open FROM report_text")).one() == lies
        if engine.dialect.name == "postgresql":
            enters_late = text("SELECT relname FROM pg_class WHERE 'fastupdate=on' = ANY (reloptions)")
            assert connection.scalars(enters_late).all() == []


def test_who_wanted_to_hear_no_more_of_a_notice_hears_no_more_after_it(db_session: Session) -> None:
    reports = [factories.a_report(person_id=factories.a_person().id).id for _twice in range(2)]
    engine = db_session.get_bind().engine
    db_session.close()
    migrations.downgrade(engine, "0021")
    with engine.begin() as connection:
        said = (
            "INSERT INTO notice (id, code, version, severity, title, text, wards, ring, categories, starts_at, until,"
            " created_at, updated_at) VALUES (1, 'n', 1, 'info', '{}', '{}', '[]', '[]', '[]', 0, 9, 0, 0)"
        )
        connection.exec_driver_sql(said)
        joined = text("INSERT INTO notice_report VALUES (:report, 1, 0, :muted)")
        connection.execute(joined, [{"report": reports[0], "muted": 7}, {"report": reports[1], "muted": None}])
    migrations.upgrade(engine)
    silent = text("SELECT report_id, notice_muted_at FROM participation WHERE notice_muted_at IS NOT NULL")
    with engine.connect() as connection:
        assert connection.execute(silent).all() == [(reports[0], 7)]
    migrations.downgrade(engine, "0021")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT report_id, muted_at FROM notice_report ORDER BY report_id")).all()
    assert kept == [(reports[0], 7), (reports[1], None)]
    migrations.upgrade(engine)


# People without marks -------------------------------------------------------------------------------------------------


def test_people_who_were_there_before_are_found_without_marks(empty_database: Callable[[], str]) -> None:
    engine = create_engine(empty_database(), poolclass=NullPool)
    migrations.upgrade(engine, "0005")
    with engine.begin() as connection:
        insert = text(
            "INSERT INTO person (id, name, email, language, session_epoch, created_at, is_demo) "
            "VALUES (:id, :name, :email, 'vi', 0, 0, :no)"
        )
        rows = [
            {"id": n, "name": "Nguyễn Thị Đào", "email": f"dao{n}@example.org", "no": False} for n in range(1, 2103)
        ]
        connection.execute(insert, rows)
    migrations.upgrade(engine)
    with engine.begin() as connection:
        assert (
            connection.scalar(text("SELECT folded FROM person WHERE id = 2102")) == "nguyen thi dao dao2102 example org"
        )
        connection.execute(text("UPDATE person SET folded = 'tran' WHERE id = 7"))
        connection.execute(text("DELETE FROM person WHERE id = 8"))
        hits = (
            "SELECT count(*) FROM person_fts WHERE person_fts MATCH 'nguyen'"
            if engine.dialect.name == "sqlite"
            else "SELECT count(*) FROM person WHERE to_tsvector('simple', folded) @@ to_tsquery('simple', 'nguyen')"
        )
        assert connection.scalar(text(hits)) == 2100
    migrations.downgrade(engine, "0005")
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 2101
    engine.dispose()
