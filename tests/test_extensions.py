"""The habits on PostgreSQL: nothing is waited for without an end, but what an engineer has begun takes its time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from app import create_app, extensions
from app.commands.plainly import plainly
from app.config import Config, PostgreSQL, SettingError
from app.extensions import LIMITS, db, unit_of_work
from tests.support.application import Browser, close

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


@pytest.fixture
def without_database(config: Config) -> Iterator[Flask]:
    """The application, just started, with nobody listening where its database should be."""
    one = create_app(replace(config, database_url="postgresql+psycopg://postgres@127.0.0.1:1/away"))
    yield one
    with one.app_context():
        close(one)


def test_while_the_database_is_away_every_page_is_ours_also_for_whoever_is_signed_in_or_half_way(
    without_database: Flask,
) -> None:
    browser = without_database.test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"] = "1.0"
    browser.set_cookie("hoiam_draft", "begun.secret")
    pages = [rule for rule in without_database.url_map.iter_rules() if "GET" in (rule.methods or ())]
    seen = set()
    for rule in pages:
        answer = browser.get(re.sub(r"<[^>]*>", "1", rule.rule))
        if answer.status_code >= 500 and answer.mimetype == "text/html":
            assert (answer.status_code, HEADING in answer.text) == (503, True), rule.rule
            seen.add(rule.endpoint)
    assert {"public.front", "desk.queue", "admin.units", "report.what", "account.home"} <= seen, seen


def test_while_the_database_is_away_whoever_typed_something_keeps_it(without_database: Flask) -> None:
    without_database.test_client_class = Browser
    browser = without_database.test_client()
    answer = browser.post("/report/what", data={"words": "Rác trước cổng", "category": "rubbish"})
    assert (answer.status_code, HEADING in answer.text) == (503, True)
    assert '<input type="hidden" name="words" value="Rác trước cổng">' in answer.text
    assert 'action="/report/what"' in answer.text


def test_while_the_database_is_away_scripts_are_told_so_in_words(without_database: Flask) -> None:
    answer = without_database.test_client().post("/api/report", json={}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 503
    assert answer.get_json()["message"].startswith("Hệ thống")


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


def test_a_connection_that_has_just_answered_is_not_asked_and_one_that_has_rested_is(
    with_habits: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_habits().app_context():
        asked: list[object] = []
        ping = db.engine.dialect.do_ping
        monkeypatch.setattr(db.engine.dialect, "do_ping", lambda one: asked.append(one) or ping(one))
        for _ in range(3):
            assert db.session.scalar(text("SELECT 1")) == 1
            db.session.close()
        assert asked == []
        monkeypatch.setattr(extensions, "RESTED_S", 0)
        assert db.session.scalar(text("SELECT 1")) == 1
        assert len(asked) == 1


def test_after_the_server_was_started_anew_a_rested_connection_is_replaced_unseen(
    with_habits: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_habits().app_context():
        first = db.session.scalar(text("SELECT pg_backend_pid()"))
        db.session.close()
        with create_engine(db.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as other:
            assert other.scalar(text(f"SELECT pg_terminate_backend({first}, 5000)"))
        monkeypatch.setattr(extensions, "RESTED_S", 0)
        assert db.session.scalar(text("SELECT pg_backend_pid()")) != first
