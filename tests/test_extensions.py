"""The habits on PostgreSQL: nothing is waited for without an end, but what an engineer has begun takes its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.commands.plainly import plainly
from app.config import Config, PostgreSQL, SettingError
from app.extensions import LIMITS, db, unit_of_work
from tests.support.application import close

pytestmark = pytest.mark.only_postgresql

HEADING = "Hiện chưa thể phục vụ"


@pytest.fixture
def with_habits(config: Config, app: Flask) -> Iterator[Callable[..., Flask]]:
    """`with_habits(statement_s=1)`: the application with other habits, over the same database."""
    made: list[Flask] = []

    def make(**habits: int) -> Flask:
        made.append(create_app(replace(config, postgresql=PostgreSQL(**habits))))
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            close(one)


def limits() -> list[str]:
    return [str(db.session.scalar(text(f"SHOW {name}"))) for name in (*LIMITS, "application_name")]


def shown(app: Flask, statement: str) -> tuple[int, str, float]:
    """What a person sees of a page that says this to the database: status, words, seconds."""

    def view() -> str:
        db.session.execute(text(statement))
        return "done"

    app.add_url_rule("/slow", view_func=view)
    began = time.monotonic()
    answer = app.test_client().get("/slow")
    return answer.status_code, answer.text, time.monotonic() - began


def test_every_connection_has_its_limits_and_says_who_it_is(with_habits: Callable[..., Flask]) -> None:
    with with_habits().app_context():
        assert limits() == ["30s", "10s", "1min", "hoiam"]
    with with_habits(statement_s=0, lock_s=7, idle_s=90).app_context():
        assert limits() == ["0", "7s", "90s", "hoiam"]


def test_a_sleeping_statement_is_cut_off_and_its_reader_told(with_habits: Callable[..., Flask]) -> None:
    status, words, seconds = shown(with_habits(statement_s=1), "SELECT pg_sleep(20)")
    assert (status, HEADING in words) == (503, True)
    assert 1 <= seconds < 10


@contextmanager
def held(app: Flask) -> Iterator[None]:
    """Somebody else holds the table."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), unit_of_work() as session:
            session.execute(text("LOCK TABLE unit IN ACCESS EXCLUSIVE MODE"))
            is_held.set()
            is_over.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert is_held.wait(10)
    yield
    is_over.set()
    thread.join()


def test_whoever_waits_for_a_lock_is_told(with_habits: Callable[..., Flask]) -> None:
    app = with_habits(lock_s=1)
    with held(app):
        status, _words, seconds = shown(app, "SELECT count(*) FROM unit")
    assert status == 503
    assert seconds < 10


def test_whoever_finds_no_free_connection_is_told(with_habits: Callable[..., Flask]) -> None:
    app = with_habits(pool=1, overflow=0, lock_s=1)
    with held(app):
        status, _words, seconds = shown(app, "SELECT 1")
    assert status == 503
    assert seconds < 10


def fall_asleep_inside() -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1"))
        time.sleep(2)
        session.execute(text("SELECT 1"))


def test_a_transaction_in_which_nothing_happens_ends(with_habits: Callable[..., Flask]) -> None:
    with with_habits(idle_s=1).app_context():
        began = time.monotonic()
        with pytest.raises(DBAPIError, match=r"idle-in-transaction|closed the connection"):
            fall_asleep_inside()
        assert time.monotonic() - began < 10


def test_a_command_takes_its_time_and_a_page_after_it_does_not(with_habits: Callable[..., Flask]) -> None:
    app = with_habits(statement_s=1)
    seen: list[list[str]] = []

    @app.cli.command("slow")
    @plainly
    def slow() -> None:
        seen.append(limits())
        db.session.execute(text("SELECT pg_sleep(1.5)"))
        click.echo("done")

    with app.app_context():
        limits()
    assert app.test_cli_runner().invoke(args=["slow"]).output == "done\n"
    with app.app_context():
        seen.append(limits())
    assert seen == [["0", "0", "0", "hoiam"], ["1s", "10s", "1min", "hoiam"]]


@pytest.mark.parametrize(
    ("name", "said", "sentence"),
    [
        ("HOIAM_DATABASE_POOL", "0", "HOIAM_DATABASE_POOL=0 is less than 1"),
        ("HOIAM_DATABASE_STATEMENT_SECONDS", "-1", "HOIAM_DATABASE_STATEMENT_SECONDS=-1 is less than 0"),
        ("HOIAM_DATABASE_LOCK_SECONDS", "long", "HOIAM_DATABASE_LOCK_SECONDS=long is not a whole number"),
    ],
)
def test_a_habit_that_is_none_is_one_sentence(tmp_path: Path, name: str, said: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Config.from_env({"HOIAM_DATA": str(tmp_path), name: said})
