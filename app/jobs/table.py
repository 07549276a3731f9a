"""What there is to do again and again, and how often: the one table that the embedded worker and Celery's beat read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain import deliveries, expected, heartbeat, scrubbing
from app.domain.alerts import telling
from app.domain.media import store as photo_store
from app.domain.notices import telling as notices
from app.domain.notifications import announce
from app.domain.suspensions import moving as suspensions
from app.extensions import unit_of_work
from app.jobs import clocks, digest, photos
from app.jobs.deliver import deliver, deliver_one

SOON_S = 1.0


class Room(StrEnum):
    """Where it is done: a thread of the embedded worker, a queue of Celery's. What is slow keeps nobody waiting."""

    POST = "post"
    PHOTOS = "photos"


@dataclass(frozen=True)
class Job:
    """One thing to do again and again; `body` answers how much it did.

    Where things have ids Celery does them one by one: `waiting` names those that are due and nobody's, `one` claims
    and does one, or nothing where somebody else has it.
    """

    name: str
    body: Callable[[], int]
    every: float  # seconds between two looks
    room: Room = Room.POST
    waiting: Callable[[int], Sequence[int]] | None = None
    one: Callable[[int], int] | None = None
    longest_s: int = 240  # then it is ended: before the claim of a letter or photo falls free
    is_nudged: bool = False  # a commit of a web process says that there may be something


def beat() -> int:
    with unit_of_work():
        heartbeat.beat()
    return 0


JOBS = (
    Job("heartbeat", beat, 30),  # first a sign of life, which a slow letter must not delay
    Job("announce", announce, SOON_S, is_nudged=True),
    Job("deliver", deliver, SOON_S, waiting=deliveries.waiting_ids, one=deliver_one),
    Job("show", clocks.show_settled, SOON_S),
    Job("clocks", clocks.turn, 30),
    Job("suspensions", suspensions.turn, 10, longest_s=1800),
    Job("digest", digest.digest, 60),
    Job("alerts", telling.tell, 30),
    Job("neighbours", clocks.ask_around, 600),
    Job("notices", notices.tell, 10),
    Job("reminders", clocks.remind, 600),
    Job("expected", expected.renew, 21_600, longest_s=1800),
    Job("scrub", scrubbing.scrub, 60, longest_s=1800),
    Job("forget", clocks.forget, 3600, longest_s=1800),
    Job(
        "photos",
        photos.develop,
        SOON_S,
        Room.PHOTOS,
        waiting=photo_store.waiting_ids,
        one=photo_store.finish,
        longest_s=540,
        is_nudged=True,
    ),
    Job("sweep", photos.sweep, 3600, Room.PHOTOS, longest_s=1800),
)


def jobs_of(room: Room) -> list[Job]:
    return [job for job in JOBS if job.room is room]
