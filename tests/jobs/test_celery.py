"""A larger city's jobs on Celery: a letter goes out, whatever dies meanwhile. Our rows are the truth, not Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from app.config import ROOT, Config
from app.domain import deliveries, heartbeat
from app.domain.media import store as photo_store
from app.domain.notifications import announce
from app.extensions import db, unit_of_work
from app.jobs.celery import QUEUES, broker_url, make_celery
from app.jobs.deliver import deliver_one
from app.jobs.table import JOBS
from app.models import Delivery, Photo, now
from app.models.choices import DeliveryState, PhotoState
from tests.factories import a_person, a_report
from tests.photos import jpeg
from tests.proof.sink import Sink, sinking
from tests.support.application import Browser, close
from tests.support.deploy import started_by
from tests.support.redis import RedisServer

WORKER = ["worker", "--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
BEAT = ["beat", "--pidfile="]
LETTERS_AT_ONCE = 3  # so many processes the unit for letters has


def until(is_so: Callable[[], object], seconds: float = 40.0, stands: Callable[[], object] = str) -> None:
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, f"not within {seconds} s: {stands()}"
        time.sleep(0.05)


@dataclass
class Crew:
    """Worker and beat as an engineer starts them, over the database of the test."""

    config: Config
    redis: RedisServer
    smtp_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def log(self, name: str) -> Path:
        return self.redis.folder / f"{name}.log"

    def start(self, words: list[str], name: str = "") -> None:
        name = name or words[0]
        own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
        settings = {
            "HOIAM_DATA": str(self.config.data),
            "HOIAM_DATABASE_URL": self.config.database_url,
            "HOIAM_SECRET_KEY": self.config.secret_key,
            "HOIAM_CITY": str(self.config.city_folder),
            "HOIAM_REDIS_URL": self.redis.url,
            "HOIAM_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "HOIAM_MAIL_FROM": "hoi-am@example.org",
        }
        command = [sys.executable, "-m", "celery", "--app", "work", *words]
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=own | settings, stdout=log, stderr=log, start_new_session=True
            )
        self.processes[name] = process

    def kill(self, name: str) -> None:
        """The whole of it at once, as a power cut would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)


@contextmanager
def crew_of(config: Config, redis_server: RedisServer, *, stall_s: float, share: float) -> Iterator[tuple[Crew, Sink]]:
    with sinking(Random(1), stall_s=stall_s, share=share) as (sink, port):
        config.data.mkdir(parents=True, exist_ok=True)
        crew = Crew(config, redis_server, port)
        try:
            yield crew, sink
        except BaseException:
            for log in redis_server.folder.glob("*.log"):
                print(f"{log.name}:\n{log.read_text()[-3000:]}")
            raise
        finally:
            crew.stop()


def states(app: Flask) -> list[DeliveryState]:
    with app.app_context():
        return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def rows(app: Flask) -> list[tuple[object, ...]]:
    with app.app_context():
        said = select(Delivery.id, Delivery.state, Delivery.tries, Delivery.error)
        return [tuple(row) for row in db.session.execute(said)]


def is_all_sent(app: Flask) -> bool:
    return set(states(app)) == {DeliveryState.SENT}


def test_a_letter_goes_out_and_a_photo_is_developed(app: Flask, config: Config, redis_server: RedisServer) -> None:
    with crew_of(config, redis_server, stall_s=0, share=0) as (crew, sink):
        with app.app_context():
            photo_store.attach(a_report(), BytesIO(jpeg()), "a.jpg")
        crew.start(WORKER)
        crew.start(BEAT)
        until(lambda: is_all_sent(app))
        until(lambda: is_developed(app))
        until(lambda: is_alive(app))
    assert list(sink.taken.values()) == [1]


def test_a_silent_mail_server_keeps_no_photo_waiting(app: Flask, config: Config, redis_server: RedisServer) -> None:
    """By the commands of deploy/, with more letters than there are processes in all."""
    with crew_of(config, redis_server, stall_s=60, share=1) as (crew, sink):
        with app.app_context():
            reports = [a_report() for _one in range(8)]
            for unit in ("worker", "letters"):
                crew.start(started_by(unit)[started_by(unit).index("worker") :], unit)
            crew.start(BEAT)
            until(lambda: sink.stalled == LETTERS_AT_ONCE)
            photo_store.attach(reports[0], BytesIO(jpeg()), "a.jpg")
        until(lambda: is_developed(app))
        assert sink.stalled == LETTERS_AT_ONCE


def is_alive(app: Flask) -> bool:
    with app.app_context():
        return heartbeat.is_alive()


def is_developed(app: Flask) -> bool:
    with app.app_context():
        return list(db.session.scalars(select(Photo.state))) == [PhotoState.READY]


def test_what_a_killed_worker_had_in_hand_goes_out_again_under_the_same_message_id(
    app: Flask, config: Config, redis_server: RedisServer
) -> None:
    with crew_of(config, redis_server, stall_s=60, share=1) as (crew, sink):
        with app.app_context():
            a_report()
        crew.start(WORKER)
        crew.start(BEAT)
        until(lambda: sink.stalled)  # the mail server has the letter and has not said so
        assert states(app) == [DeliveryState.CLAIMED]
        crew.kill("worker")
        sink.share = 0
        crew.start(WORKER)
        time.sleep(3)
        assert states(app) == [DeliveryState.CLAIMED]  # nobody takes it before its claim is over
        let_claims_run_out(app)
        until(lambda: is_all_sent(app))
    assert list(sink.taken.values()) == [2]  # two times one Message-ID, not two letters


def let_claims_run_out(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Delivery).values(claimed_at=now() - deliveries.CLAIM_LASTS - timedelta(seconds=1)))


def test_the_work_is_finished_though_redis_forgets_and_dies(
    app: Flask, config: Config, redis_server: RedisServer
) -> None:
    with crew_of(config, redis_server, stall_s=0.3, share=0.5) as (crew, sink):
        crew.start(WORKER)
        crew.start(BEAT)
        with app.app_context():
            for _one in range(10):
                a_report()
        until(lambda: len(sink.taken) >= 2)
        redis_server.flush()
        until(lambda: len(sink.taken) >= 4)
        redis_server.kill()
        with app.app_context():
            for _one in range(5):
                a_report()
        time.sleep(1)
        redis_server.start()
        until(lambda: len(states(app)) == 15 and is_all_sent(app), 60, lambda: rows(app))
    assert len(sink.taken) == 15
    assert set(sink.taken.values()) == {1}


# --- by id, and the table ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("db_session")
def test_a_letter_that_somebody_else_has_claimed_is_never_sent_by_its_id(outbox: Path) -> None:
    a_report()
    announce()
    [claimed] = deliveries.claim(1)
    assert deliveries.waiting_ids(10) == []
    assert deliver_one(claimed) == 0
    assert list(outbox.glob("*.eml")) == []


@pytest.mark.usefixtures("db_session")
def test_a_letter_that_is_not_due_or_is_out_is_not_sent_by_its_id(outbox: Path, clock) -> None:
    a_report()
    announce()
    [waits] = deliveries.waiting_ids(10)
    clock.forward(minutes=-1)
    assert deliver_one(waits) == 0
    clock.forward(minutes=1)
    assert [deliver_one(waits), deliver_one(waits), deliver_one(waits + 1)] == [1, 0, 0]
    assert len(list(outbox.glob("*.eml"))) == 1


@pytest.mark.usefixtures("db_session")
def test_a_photo_that_somebody_else_develops_is_left_alone() -> None:
    photo = photo_store.attach(a_report(), BytesIO(jpeg()), "a.jpg")
    assert list(photo_store.waiting_ids(10)) == [photo.id]
    photo_store._claim(1)
    assert list(photo_store.waiting_ids(10)) == []
    assert photo_store.finish(photo.id) == 0
    photo_store.free_claims()
    assert [photo_store.finish(photo.id), photo_store.finish(photo.id)] == [1, 0]


def test_beat_runs_every_job_of_the_embedded_worker_as_often(larger: Flask) -> None:
    celery = make_celery(larger)
    assert {name: beaten["schedule"] for name, beaten in celery.conf.beat_schedule.items()} == {
        job.name: job.every for job in JOBS
    }
    assert all(beaten["task"] in celery.tasks for beaten in celery.conf.beat_schedule.values())
    assert all(beaten["options"]["queue"] in QUEUES for beaten in celery.conf.beat_schedule.values())


def test_a_claim_outlasts_its_task_and_a_message_the_longest_of_them(larger: Flask) -> None:
    longest = {job.name: job.longest_s for job in JOBS}
    assert longest["deliver"] < deliveries.CLAIM_LASTS.total_seconds()
    assert longest["photos"] < photo_store.CLAIM.total_seconds()
    options = make_celery(larger).conf.broker_transport_options
    assert options["visibility_timeout"] > max(longest.values())


@pytest.mark.parametrize(
    ("said", "kombu"),
    [
        ("redis://:word@host:6379/1", "redis://:word@host:6379/1"),
        ("rediss://host/0", "rediss://host/0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("unix:///run/redis.sock?db=2", "redis+socket:///run/redis.sock?virtual_host=2"),
    ],
)
def test_one_address_serves_limits_and_jobs(said: str, kombu: str) -> None:
    assert broker_url(said) == kombu


# --- the web process --------------------------------------------------------------------------------------------------


@pytest.fixture
def larger(config: Config, app: Flask, redis_server: RedisServer) -> Iterator[Flask]:
    """The application of a larger city."""
    made = create_app(replace(config, redis_url=redis_server.url))
    made.test_client_class = Browser
    yield made
    with made.app_context():
        close(made)


def write(app: Flask) -> float:
    """One request that writes; how long it took."""
    began = time.monotonic()
    with app.app_context():
        person = a_person()
    with app.test_request_context(), unit_of_work() as session:
        session.merge(person).name = "Khác"
    return time.monotonic() - began


def test_a_write_of_a_web_process_is_told_to_the_workers(larger: Flask, redis_server: RedisServer) -> None:
    write(larger)
    assert told(redis_server) == 2  # announce and photos


def test_many_writes_are_told_once_until_somebody_looks(larger: Flask, redis_server: RedisServer) -> None:
    for _one in range(3):
        write(larger)
    assert told(redis_server) == 2
    make_celery(larger).tasks["hoiam.announce"]()
    write(larger)
    assert told(redis_server) == 3  # to announce is news again; nobody has looked for photos yet


def test_a_write_of_a_command_is_not(larger: Flask, redis_server: RedisServer) -> None:
    with larger.app_context():
        a_person()
    assert told(redis_server) == 0


def told(redis_server: RedisServer) -> int:
    return int(redis_server._says(b"LLEN hoiam:post\r\n").strip(b":\r\n"))


@pytest.mark.parametrize("trouble", ["kill", "fall_silent"])
def test_a_write_does_not_wait_for_a_redis_that_is_away(larger: Flask, redis_server: RedisServer, trouble: str) -> None:
    write(larger)
    getattr(redis_server, trouble)()
    assert write(larger) < 1.5
    assert write(larger) < 0.5  # and for a while it is not asked again
