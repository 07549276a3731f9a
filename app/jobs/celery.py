"""The jobs of a larger city, on Celery. Our rows are the truth; Redis carries only names of jobs and ids.

Whatever Redis forgets, beat's next look finds again; whatever is told twice, the claim of the row makes harmless.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init, worker_ready
from flask import Flask
from kombu.entity import Queue
from redis import Redis, RedisError

from app import logs
from app.adapters.redis import TIMEOUT_S, connected
from app.config import Config
from app.extensions import db
from app.jobs.table import JOBS, SOON_S, Job, Room

PREFIX = "hoiam:"
LETTERS = "letters"
QUEUES = (Room.POST.value, LETTERS, Room.PHOTOS.value)  # in the order in which a free worker looks
NUDGE_LASTS_S = 10
ID_LASTS_S = 120
MOST_IDS = 200  # told at a time
ENOUGH_S = 30  # then others have their turn; beat comes back
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SOFT_S = 30  # so long before its end a job is asked to stop

log = logging.getLogger(__name__)


def make_celery(app: Flask) -> Celery:
    """Celery over this application, for workers and beat. Needs HOIAM_REDIS_URL."""
    config: Config = app.config["HOIAM"]
    celery = Celery("hoiam", set_as_current=False, task_cls=_inside(app))
    celery.conf.update(_settings(config))
    redis = connected(config)
    for job in JOBS:
        _register(celery, job, redis)
    _listen(app, config)
    return celery


def messenger(config: Config) -> Celery:
    """Celery for a web process: it can only tell, and does not wait."""
    celery = Celery("hoiam", set_as_current=False)
    celery.conf.update(_settings(config))
    celery.conf.broker_transport_options |= {
        "socket_timeout": TIMEOUT_S,
        "socket_connect_timeout": TIMEOUT_S,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    }
    return celery


def tell_nudged(celery: Celery, redis: Redis) -> None:
    """There may be something to do. Raises whatever keeps the word from going out.

    Said once until somebody begins to look: a busy hour would keep the workers with nothing but hearing it.
    """
    for job in JOBS:
        if job.is_nudged and redis.set(_nudged(job), 1, nx=True, ex=NUDGE_LASTS_S):
            celery.send_task(_name(job), queue=_queue(job), expires=NUDGE_LASTS_S, retry=False, ignore_result=True)


# --- settings ---------------------------------------------------------------------------------------------------------


def _settings(config: Config) -> dict[str, Any]:
    return {
        "broker_url": broker_url(config.redis_url),
        "broker_transport": "app.adapters.broker:Transport",
        "broker_transport_options": {
            "visibility_timeout": 2 * max(job.longest_s for job in JOBS),
            "global_keyprefix": PREFIX,
            "queue_order_strategy": "priority",
            "socket_connect_timeout": 5,
            "socket_timeout": 30,
            "socket_keepalive": True,
        },
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": Room.POST.value,
        "task_queues": [Queue(name, routing_key=name) for name in QUEUES],
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 5000,
        "worker_enable_remote_control": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # its claim holds; a repeat does no harm
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "beat_schedule": {job.name: _beaten(job) for job in JOBS},
        "beat_scheduler": "celery.beat:Scheduler",  # nothing to remember: what is due stands in our rows
        "timezone": "UTC",
    }


def broker_url(redis_url: str) -> str:
    """Kombu's way to write a unix socket; anything else is written alike."""
    path, _, query = redis_url.removeprefix("unix://").partition("?")
    if not redis_url.startswith("unix://"):
        return redis_url
    return f"redis+socket://{path}" + (f"?{query.replace('db=', 'virtual_host=')}" if query else "")


def _beaten(job: Job) -> dict[str, Any]:
    """A look that nobody had time for is dropped: the next one sees the same. The first comes at once."""
    return {
        "task": _name(job),
        "schedule": job.every,
        "last_run_at": LONG_AGO,
        "options": {"queue": _queue(job), "expires": max(job.every, NUDGE_LASTS_S)},
    }


# --- tasks ------------------------------------------------------------------------------------------------------------


def _name(job: Job) -> str:
    return f"hoiam.{job.name}"


def _nudged(job: Job) -> str:
    """What stands in Redis from a nudge until the look that follows it."""
    return f"{PREFIX}nudged:{job.name}"


def _queue(job: Job) -> str:
    """Where a look at this job stands: naming ids is quick, only what is done with them is slow."""
    return Room.POST.value if job.one else job.room.value


def _inside(app: Flask) -> type[Any]:
    """Tasks run inside the application's context, as the embedded worker's jobs do."""

    class InsideApp(Task):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    return InsideApp


def _register(celery: Celery, job: Job, redis: Redis) -> None:
    # not shared: another application made in this process has tasks of its own
    limits: dict[str, Any] = {"time_limit": job.longest_s, "soft_time_limit": job.longest_s - SOFT_S, "shared": False}
    look = partial(_until_done, job)
    if job.waiting and job.one:
        queue = LETTERS if job.room is Room.POST else job.room.value
        one = celery.task(_plainly(job, job.one), name=f"{_name(job)}.one", **limits)
        look = partial(_tell_ids, job.waiting, one, queue, redis)
    celery.task(_plainly(job, _heard(job, look, redis)), name=_name(job), **limits)


def _plainly(job: Job, body: Callable[..., Any]) -> Callable[..., None]:
    """A failure is one log line of ours and never a message that comes again: the row waits, and beat looks."""

    def done(*ids: int) -> None:
        try:
            body(*ids)
        except Exception:
            db.session.rollback()
            log.exception("the job %s failed and goes on later", job.name)

    return done


def _heard(job: Job, body: Callable[[], None], redis: Redis) -> Callable[[], None]:
    """What is written from here on may be after the look, and is a nudge of its own."""

    def look() -> None:
        if job.is_nudged:
            with suppress(RedisError):  # then it is forgotten after a few seconds
                redis.delete(_nudged(job))
        body()

    return look


def _until_done(job: Job) -> None:
    """What found work looks again at once, as in the embedded worker."""
    ends = time.monotonic() + ENOUGH_S
    while job.body() and job.every <= SOON_S and time.monotonic() < ends:
        pass


def _tell_ids(waiting: Callable[[int], Sequence[int]], one: Task, queue: str, redis: Redis) -> None:
    """Name what is due and nobody's, one message an id, once the queue has been worked off."""
    if redis.llen(f"{PREFIX}{queue}"):
        return
    for id in waiting(MOST_IDS):
        one.apply_async((id,), queue=queue, expires=ID_LASTS_S)


# --- the processes ----------------------------------------------------------------------------------------------------


def _listen(app: Flask, config: Config) -> None:
    def speak_as_ours(**_said: Any) -> None:
        logs.configure(config.log_level)

    def forget_connections(**_said: Any) -> None:
        """A child must not speak on the lines of its parent."""
        with app.app_context():
            db.engine.dispose(close=False)

    def ready(**_said: Any) -> None:
        log.info("the worker is at work")

    setup_logging.connect(speak_as_ours, weak=False)
    worker_process_init.connect(forget_connections, weak=False)
    worker_ready.connect(ready, weak=False)
