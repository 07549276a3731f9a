"""The worker: woken by a commit, never stopped by a failure, stopped gracefully when asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import heartbeat
from app.extensions import db, unit_of_work
from app.jobs.worker import Job, Loop, Worker, working
from app.models import Delivery
from app.models.choices import DeliveryState
from tests.factories import a_report


def until(is_so: Callable[[], bool], seconds: float = 8.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def is_sent(app: Flask) -> bool:
    with app.app_context():
        return list(db.session.scalars(select(Delivery.state))) == [DeliveryState.SENT]


def test_a_report_is_announced_and_its_letter_sent(app: Flask) -> None:
    with working(app):
        with app.app_context():
            a_report()
        assert until(lambda: is_sent(app))
    with app.app_context():
        assert heartbeat.is_alive()


def test_a_commit_wakes_the_loop_before_its_second(app: Flask) -> None:
    runs: list[float] = []
    worker = Worker(app)
    worker.loops = [Loop(app, "test", [Job("note", lambda: runs.append(time.monotonic()) or 0, 1.0)])]
    worker.start()
    try:
        assert until(lambda: len(runs) == 1)
        began = time.monotonic()
        with app.app_context(), unit_of_work():
            heartbeat.beat()
        assert until(lambda: len(runs) == 2)
        assert runs[1] - began < 0.5
    finally:
        assert worker.stop()


def test_a_job_that_raises_is_logged_and_the_others_go_on(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done = threading.Event()

    def broken() -> int:
        raise RuntimeError("broken")

    def works() -> int:
        done.set()
        return 0

    loop = Loop(app, "test", [Job("broken", broken, 1), Job("works", works, 1)])
    loop.pass_once()
    assert done.is_set()
    assert "the job broken failed" in caplog.text


def test_what_found_work_runs_again_at_once(app: Flask) -> None:
    left = [3]

    def eat() -> int:
        left[0] -= 1
        return left[0]

    loop = Loop(app, "test", [Job("eat", eat, 60)])
    for _turn in range(5):
        loop.pass_once()
    assert left == [0]


def test_a_stop_waits_for_what_is_in_hand(app: Flask) -> None:
    began, finished = threading.Event(), threading.Event()

    def slow() -> int:
        began.set()
        time.sleep(0.3)
        finished.set()
        return 0

    worker = Worker(app)
    worker.loops = [Loop(app, "test", [Job("slow", slow, 60)])]
    worker.start()
    assert began.wait(5)
    assert worker.stop()
    assert finished.is_set()
