"""A city moves to another database whole, or goes on where it was killed, and stays where it was."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from app import create_app, migrations
from app.config import Config
from app.domain import demo, heartbeat, search
from app.domain.city import folder, store
from app.domain.moving import copying, places, rows
from app.extensions import db, unit_of_work
from app.models import Base, Draft, Kept, Report, ReportText, now
from tests.factories import a_report
from tests.support.application import SIX_WARDS, close
from tests.support.databases import Database
from tests.support.twins import MakeDatabase, commanded, everything, tables_of

ROOT = Path(__file__).resolve().parents[3]
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


def quiet(what: str, done: int, whole: int) -> None:
    """Progress is for people."""


@pytest.fixture
def full(db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few hundred reports, many batches, and rows that point to each other and to later ones."""
    demo.generate(quiet_demo, reports=300, seed=11)
    with unit_of_work() as session:
        first, second, *_ = session.scalars(select(Report.id).order_by(Report.id))
        session.execute(update(Report).where(Report.id == first).values(recurs_of_id=second))
        session.execute(update(Report).where(Report.id == second).values(recurs_of_id=first))
        session.add(
            Draft(
                client_id="ă'\"\\;\n", secret_hash="x", data={"ý": [1, 1.5, None]}, created_at=now(), expires_at=now()
            )
        )
    monkeypatch.setattr(rows, "BATCH", 50)


def quiet_demo(written: int, whole: int) -> None:
    """Progress is for people."""


def copied(config: Config, target: str) -> int:
    return copying.copy(places.engine_of(config.database_url), places.engine_of(target), quiet)


@pytest.fixture
def there(config: Config, database: Database, another_database: MakeDatabase) -> str:
    """A database of the other kind with nothing in it."""
    return another_database(OTHER[database.name])


@pytest.mark.usefixtures("full")
def test_every_row_of_every_table_is_there_and_the_source_as_it_was(config: Config, there: str) -> None:
    before = everything(config.database_url)
    count = copied(config, there)
    assert everything(there) == before == everything(config.database_url)
    assert count == sum(map(len, before.values())) > 3000
    assert tables_of(there) == set(Base.metadata.tables) | {"alembic_version"}
    assert migrations.current(places.engine_of(there)) == migrations.head()


@pytest.mark.usefixtures("full")
def test_the_city_lives_on_at_the_new_place(config: Config, there: str, db_session: Session) -> None:
    words = db_session.scalars(select(ReportText.staff)).first().split()[2]
    found = set(db_session.scalars(select(Report.code).where(search.ways(words, search.Desk()).read)))
    last = db_session.scalar(select(func.max(Report.id)))
    assert found
    copied(config, there)
    moved = create_app(replace(config, database_url=there))
    run = commanded(moved, "stats", "verify")
    assert (run.exit_code, run.output) == (0, "Every figure is the sum of its rows.\n")
    with moved.app_context():
        assert set(db.session.scalars(select(Report.code).where(search.ways(words, search.Desk()).read))) == found
        fresh = a_report(words="Hố ga mất nắp chờ người ngã")
        assert fresh.id == last + 1
        assert fresh.code in set(
            db.session.scalars(select(Report.code).where(search.ways("mất nắp", search.Desk()).read))
        )
        close(moved)


def test_there_and_back_again_is_the_same_city(
    full: None, config: Config, database: Database, there: str, another_database: MakeDatabase
) -> None:
    back = another_database(database.name)
    copied(config, there)
    copying.copy(places.engine_of(there), places.engine_of(back), quiet)
    assert everything(back) == everything(config.database_url)


KILLED = """
import os, sys
from app.domain.moving import copying, places, rows
rows.BATCH = 50
source, target, during, nth = sys.argv[1:]
seen = []
def told(what, done, whole):
    seen.append(what)
    if seen.count(during) == int(nth):
        os.kill(os.getpid(), 9)
copying.copy(places.engine_of(source), places.engine_of(target), told)
"""


def kill_a_copy(config: Config, target: str, during: str, nth: int) -> None:
    command = [sys.executable, "-c", KILLED, config.database_url, target, during, str(nth)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9


@pytest.mark.proof
@pytest.mark.usefixtures("full")
def test_killed_again_and_again_it_goes_on_where_it_was(config: Config, there: str) -> None:
    kill_a_copy(config, there, "day_figure", 2)
    kill_a_copy(config, there, "report", 3)
    with places.engine_of(there).connect() as connection:
        assert rows.count(connection, Base.metadata.tables["report"]) == 150
    kill_a_copy(config, there, "report, references", 1)
    kill_a_copy(config, there, "comparing", 20)
    steps_left: list[str] = []
    copying.copy(
        places.engine_of(config.database_url),
        places.engine_of(there),
        lambda what, done, whole: steps_left.append(what),
    )
    assert set(steps_left) == {"comparing"}, "what was there was copied again"
    assert everything(there) == everything(config.database_url)


def test_a_copy_that_is_not_finished_serves_nobody(full: None, config: Config, there: str) -> None:
    kill_a_copy(config, there, "report", 2)
    half = create_app(replace(config, database_url=there))
    for command in (["stats", "verify"], ["db", "upgrade"]):
        run = commanded(half, *command)
        assert run.exit_code == 1
        assert "a city that is not finished" in run.output
    with half.app_context():
        close(half)


def test_what_was_written_meanwhile_is_found(full: None, config: Config, there: str) -> None:
    """Somebody started the service again between a kill and the next try."""
    kill_a_copy(config, there, "report", 2)
    with unit_of_work() as session:
        session.execute(delete(Draft))
        session.execute(text("UPDATE person SET name = 'Somebody else' WHERE id = (SELECT min(id) FROM person)"))
    db.session.close()
    with pytest.raises(places.CannotMove, match=r"differ in person \("):
        copied(config, there)
    assert migrations.current(places.engine_of(there)) == migrations.UNFINISHED


def test_a_place_with_another_city_is_refused(full: None, config: Config, there: str) -> None:
    other = create_app(replace(config, database_url=there))
    with other.app_context():
        migrations.upgrade(db.engine)
        with unit_of_work():
            store.load(folder.read(SIX_WARDS))
        close(other)
    with pytest.raises(places.CannotMove, match="holds a city already"):
        copied(config, there)


def test_half_of_another_city_is_refused(full: None, config: Config, there: str) -> None:
    kill_a_copy(config, there, "day_figure", 1)
    with unit_of_work() as session:
        session.execute(update(Kept).where(Kept.name == "code_key").values(value={"hex": "ab" * 32}))
    db.session.close()
    with pytest.raises(places.CannotMove, match="a part of another city"):
        copied(config, there)


def test_while_somebody_writes_nothing_is_begun(full: None, config: Config, there: str) -> None:
    writer = places.engine_of(config.database_url)
    with writer.begin() as writing:
        writing.execute(text("UPDATE kept SET updated_at = updated_at"))
        with pytest.raises(places.CannotMove, match="stop the service"):
            copied(config, there)
    assert migrations.current(places.engine_of(there)) is None


def test_the_command_moves_and_says_what_to_do_next(full: None, app: Flask, config: Config, there: str) -> None:
    close(app)
    run = app.test_cli_runner()
    with unit_of_work():
        heartbeat.beat()
    busy = run.invoke(args=["db", "copy", "--to", there])
    assert busy.exit_code == 1
    assert "Stop the service" in busy.output
    done = run.invoke(args=["db", "copy", "--to", there, "--stopped"])
    assert done.exit_code == 0, done.output
    assert "each was compared" in done.output
    again = run.invoke(args=["db", "copy", "--to", there, "--stopped"])
    assert (again.exit_code, again.output[:7]) == (1, "Error: ")
    assert "holds a city already" in again.output


@pytest.mark.parametrize("url", ["nowhere", "mysql://user:word@host/x", "postgresql://user:word@host:port/x"])
def test_an_address_that_is_none_is_not_repeated(app: Flask, url: str) -> None:
    run = app.test_cli_runner().invoke(args=["db", "copy", "--to", url])
    assert run.exit_code == 1
    assert "--to must look like" in run.output
    assert "user:word@" not in run.output
