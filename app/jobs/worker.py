"""The worker: a few loops over the jobs, each in a thread, woken by every commit of this process.

It survives whatever a job raises. A job that has found work runs again at once; one that has not waits for its time.
"""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.config import Config
from app.domain import deliveries
from app.domain.media import store as photo_store
from app.extensions import WRITE, db
from app.jobs.table import SOON_S, Job, Room, jobs_of

PATIENCE_S = 10.0  # how long a stop waits for what is in hand
TROUBLE_S = 5.0  # a job that failed rests that long

log = logging.getLogger(__name__)


class Loop(threading.Thread):
    """One thread over some jobs."""

    def __init__(self, app: Flask, name: str, jobs: Sequence[Job]) -> None:
        super().__init__(name=f"worker-{name}", daemon=True)
        self.app = app
        self.due = dict.fromkeys(jobs, 0.0)
        self.woken = threading.Event()
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            self.pass_once()
            rest = min(self.due.values()) - time.monotonic()
            if self.woken.wait(max(rest, 0)):
                self.woken.clear()
                self._hurry()

    def pass_once(self) -> None:
        """Every job whose time has come."""
        for job, due in self.due.items():
            if self.stopping.is_set():
                return
            if due <= time.monotonic():
                self.due[job] = time.monotonic() + self._take(job)

    def _hurry(self) -> None:
        """After a commit: those that look every second look now, unless they failed and rest."""
        soon = time.monotonic() + SOON_S
        for job, due in self.due.items():
            if job.every <= SOON_S and due <= soon:
                self.due[job] = 0.0

    def _take(self, job: Job) -> float:
        """Run a job; answers after how many seconds it wants to run again."""
        try:
            with self.app.app_context():
                return 0.0 if job.body() else job.every
        except Exception:
            log.exception("the job %s failed and goes on later", job.name)
            return max(job.every, TROUBLE_S)


class Worker:
    """All loops of this process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.loops = [Loop(app, room.value, jobs_of(room)) for room in Room]

    def start(self) -> None:
        event.listen(Session, "after_commit", self._committed)
        for loop in self.loops:
            loop.start()

    def stop(self, patience: float = PATIENCE_S) -> bool:
        """Let each loop finish what it has in hand; True when all did."""
        event.remove(Session, "after_commit", self._committed)
        for loop in self.loops:
            loop.stopping.set()
            loop.woken.set()
        for loop in self.loops:
            loop.join(patience)
        return not any(loop.is_alive() for loop in self.loops)

    def _committed(self, session: Session) -> None:
        """Something was written here: whoever waits for it need not wait for the next second."""
        if session.info.get(WRITE):
            for loop in self.loops:
                loop.woken.set()


@contextmanager
def working(app: Flask) -> Iterator[Worker]:
    """A running worker, stopped gracefully at the end."""
    config: Config = app.config["HOIAM"]
    worker = Worker(app)
    with _only_one(config.data) as is_only, app.app_context():
        if is_only and not config.redis_url and db.engine.dialect.name == "sqlite":
            deliveries.free_claims()  # whoever held them is dead: one file, one worker, no others on Redis
            photo_store.free_claims()
        db.session.rollback()
        worker.start()
        try:
            yield worker
        finally:
            if not worker.stop():
                log.warning("a job was still at work when the worker stopped; it is taken up again at the next start")


@contextmanager
def _only_one(data: Path) -> Iterator[bool]:
    """Is this the only worker of the data folder? Several do no harm, but only the only one may free claims."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
