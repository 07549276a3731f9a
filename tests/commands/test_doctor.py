"""`flask doctor` finds each fault by itself, says it in a sentence, and ends with 1; a healthy city ends with 0."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import text, update

from app import create_app
from app.adapters.mail import FakeMail, NotNow
from app.commands import doctor
from app.config import Config
from app.domain import heartbeat
from app.domain.notifications import announce
from app.extensions import db, limiter, unit_of_work
from app.models import Delivery, now
from app.models.choices import DeliveryState
from tests.factories import a_report
from tests.proof.sink import sinking
from tests.proof.town import free_port
from tests.support.application import close
from tests.support.redis import RedisServer


class Said(NamedTuple):
    code: int
    lines: dict[str, str]  # part → "fine: …"
    text: str


@pytest.fixture
def ask(config: Config, app: Flask) -> Iterator[Callable[..., Said]]:
    """`ask(public_url=…)`: what the doctor says of a city with other settings, over the same database."""
    made: list[Flask] = []
    was = limiter.enabled

    def say(change: Callable[[Flask], object] = str, **settings: Any) -> Said:
        other = create_app(replace(config, rate_limits=True, **settings))
        made.append(other)
        change(other)
        done = other.test_cli_runner().invoke(args=["doctor"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        lines = [line.split(maxsplit=1) for line in done.output.splitlines()]
        parts = {rest.split(": ")[0]: f"{state}: {rest.split(': ', 1)[1]}" for state, rest in lines}
        return Said(done.exit_code, parts, done.output)

    yield say
    limiter.enabled = was
    for other in made:
        with other.app_context():
            close(other)


@pytest.fixture
def worked(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        heartbeat.beat()


@pytest.mark.usefixtures("worked")
def test_a_healthy_city_has_a_line_for_each_part_and_nothing_wrong(ask: Callable[..., Said]) -> None:
    said = ask()
    assert (said.code, list(said.lines)) == (0, list(doctor.PARTS)), said.text
    assert {part for part, line in said.lines.items() if not line.startswith("fine")} == {"mail", "redis", "faces"}
    assert "missing: HOIAM_SMTP_URL is not set" in said.lines["mail"]
    assert "missing: HOIAM_REDIS_URL is not set" in said.lines["redis"]


@pytest.mark.usefixtures("worked")
@pytest.mark.only_postgresql
def test_postgresql_is_named_with_its_version(ask: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask().lines["database"].startswith("fine: PostgreSQL 1")
    assert "pg_trgm" in ask().lines["database"]
    monkeypatch.setattr(doctor, "OLDEST_POSTGRESQL", 99)
    assert "older than 99" in ask().lines["database"]


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"public_url": "https://x.vn", "secure_cookies": True}, "HOIAM_TRUSTED_PROXIES is 0"),
        ({"public_url": "https://x.vn", "trusted_proxies": 1}, "HOIAM_SECURE_COOKIES is 0"),
        ({"public_url": "http://x.vn", "secure_cookies": True}, "no browser stays signed in"),
        ({"smtp_url": "smtp://127.0.0.1:9", "mail_from": "a@x.vn"}, "the links in letters lead to http://127.0.0.1"),
        ({"smtp_url": "smtp://127.0.0.1:9", "public_url": "http://x.vn"}, "HOIAM_MAIL_FROM ends with @localhost"),
        ({"development": True, "public_url": "http://x.vn"}, "HOIAM_DEVELOPMENT is 1"),
    ],
)
def test_settings_that_contradict_each_other_are_named(
    ask: Callable[..., Said], settings: dict[str, Any], words: str
) -> None:
    said = ask(**settings)
    assert said.code == 1
    assert said.lines["settings"].startswith("WRONG")
    assert words in said.lines["settings"]


@pytest.mark.usefixtures("worked")
def test_settings_of_a_city_behind_https_agree(ask: Callable[..., Said]) -> None:
    said = ask(public_url="https://x.vn", secure_cookies=True, trusted_proxies=1)
    assert (said.code, said.lines["settings"]) == (0, "fine: none contradicts another")


@pytest.mark.usefixtures("worked")
def test_a_key_that_others_may_read_or_guess_is_named(ask: Callable[..., Said], config: Config) -> None:
    path = config.data / "secret.key"
    path.write_text(config.secret_key)
    path.chmod(0o644)
    try:
        assert f"chmod 600 {path}" in ask().lines["secret key"]
        path.chmod(0o600)
        assert ask().lines["secret key"].startswith("fine: kept in")
    finally:
        path.unlink()
    assert ask(secret_key="short").lines["secret key"].startswith("WRONG: HOIAM_SECRET_KEY is shorter than 32")


@pytest.mark.usefixtures("worked")
def test_a_full_disk_is_named(ask: Callable[..., Said], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    said = ask()
    assert (said.code, "make room" in said.lines["disk"]) == (1, True)


@pytest.mark.usefixtures("worked")
def test_a_storage_that_takes_nothing_or_forgets_is_named(ask: Callable[..., Said], config: Config) -> None:
    def full(app: Flask) -> None:
        def put(key: str, data: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        app.extensions["storage"].put = put

    def forgetful(app: Flask) -> None:
        kept = app.extensions["storage"]
        put = kept.put
        kept.put = lambda key, data: put(key, b"something else")

    assert "takes no file: No space left on device" in ask(full).lines["storage"]
    assert "gives back something else" in ask(forgetful).lines["storage"]
    ask()
    assert [path for path in config.storage.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("worked")
def test_the_mail_server_is_greeted_and_gets_no_letter(ask: Callable[..., Said]) -> None:
    with sinking(Random(1)) as (sink, port):
        settings = {"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "a@x.vn", "public_url": "http://x.vn"}
        said = ask(**settings)
        assert (said.code, said.lines["mail"]) == (
            0,
            "fine: the server of HOIAM_SMTP_URL answers; no letter was sent",
        )
    assert not sink.taken
    assert "takes no letter: SMTP ConnectionRefusedError" in ask(**settings).lines["mail"]


@pytest.mark.usefixtures("worked")
def test_a_mail_server_that_refuses_the_sign_in_is_named(ask: Callable[..., Said]) -> None:
    def refusing(app: Flask) -> None:
        app.extensions["mail"] = FakeMail()
        app.extensions["mail"].failures = [NotNow("SMTP 535, sign-in refused")]

    assert "SMTP 535, sign-in refused" in ask(refusing).lines["mail"]


@pytest.mark.usefixtures("worked")
def test_redis_answers_or_is_named(ask: Callable[..., Said], redis_server: RedisServer) -> None:
    assert ask(redis_url=redis_server.url).lines["redis"] == "fine: answers"
    redis_server.kill()
    said = ask(redis_url=redis_server.url)
    assert (said.code, "WRONG: does not answer" in said.lines["redis"]) == (1, True)


def test_a_database_that_does_not_answer_hides_only_what_lies_in_it(ask: Callable[..., Said]) -> None:
    said = ask(database_url=f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
    assert said.code == 1
    assert said.lines["database"].startswith("WRONG: The database does not answer")
    assert {said.lines[part] for part in doctor.NEED_DATABASE} == {"unseen: the database comes first"}
    assert said.lines["storage"].startswith("fine")


def test_a_database_that_is_not_migrated_or_of_a_newer_program_is_named(
    ask: Callable[..., Said], empty_database: Callable[[], str], app: Flask
) -> None:
    assert "not migrated (empty" in ask(database_url=empty_database()).lines["database"]
    with app.app_context(), unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "of a newer program (9999)" in ask().lines["database"]


def test_a_city_that_is_not_loaded_is_named(ask: Callable[..., Said], empty_database: Callable[[], str]) -> None:
    url = empty_database()

    def migrated(app: Flask) -> None:
        app.test_cli_runner().invoke(args=["db", "upgrade"])

    assert "none is loaded: flask city load" in ask(migrated, database_url=url).lines["city"]


@pytest.mark.only_postgresql
@pytest.mark.usefixtures("worked")
def test_a_clock_that_differs_from_the_databases_is_named(ask: Callable[..., Said], clock: Any) -> None:
    assert "behind the database's: set both by NTP" in ask().lines["clock"]


def test_a_worker_that_never_was_or_fell_silent_is_named(ask: Callable[..., Said], app: Flask, clock: Any) -> None:
    said = ask()
    assert (said.code, said.lines["worker"]) == (1, "WRONG: never heard of: start one (flask work)")
    with app.app_context(), unit_of_work():
        heartbeat.beat()
    clock.forward(minutes=90)
    assert "not heard of for 90 minutes" in ask().lines["worker"]


@pytest.mark.usefixtures("worked")
def test_letters_that_wait_too_long_or_were_given_up_are_named(ask: Callable[..., Said], app: Flask) -> None:
    with app.app_context():
        a_report()
        announce()
        assert ask().lines["letters"].startswith("fine: 1 wait")
        stands(not_before=now() - timedelta(hours=3))
        assert "1 wait, the oldest for 3.0 hours" in ask().lines["letters"]
        stands(state=DeliveryState.FAILED)
    assert "1 were given up" in ask().lines["letters"]


def stands(**values: Any) -> None:
    with unit_of_work():
        db.session.execute(update(Delivery).values(**values))


@pytest.mark.usefixtures("worked")
def test_a_part_that_breaks_in_a_way_nobody_thought_of_is_a_line_and_the_rest_goes_on(
    ask: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(config: Config) -> Iterator[doctor.Found]:
        raise RuntimeError("secret words")

    monkeypatch.setitem(doctor.PARTS, "disk", broken)
    said = ask()
    assert (said.code, said.lines["disk"]) == (1, "WRONG: cannot be looked at: RuntimeError")
    assert said.lines["letters"].startswith("fine")


def test_a_folder_that_cannot_be_used_is_one_line(ask: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    said = ask(data=tmp_path / "file")
    assert said.code == 1
    assert said.lines["storage"].startswith("WRONG")
