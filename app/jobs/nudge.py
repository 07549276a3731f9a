"""A web process of a larger city has written something: the workers hear of it at once, if Redis can be reached.

If not, nothing is lost: whatever is owed stands in our own rows, and beat's next look finds it within a second or two.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.adapters.redis import Rest, connected
from app.config import Config
from app.extensions import WRITE

if TYPE_CHECKING:  # the embedded default has no such library
    from redis import Redis

NAME = "nudge"


class Nudge:
    """The way to the workers."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._rest = Rest("workers look by themselves")

    @cached_property
    def _celery(self) -> Any:
        from app.jobs.celery import messenger

        return messenger(self._config)

    @cached_property
    def _redis(self) -> Redis:
        return connected(self._config)

    def send(self) -> None:
        from app.jobs.celery import tell_nudged

        if not self._rest.is_over:
            return
        try:
            tell_nudged(self._celery, self._redis)
        except Exception as error:  # whatever it is, the row is written and the answer must not suffer
            self._rest.begin(error)


def init_app(app: Flask) -> None:
    config: Config = app.config["HOIAM"]
    if config.redis_url:
        app.extensions[NAME] = Nudge(config)


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    """Only requests nudge: workers and commands look again by themselves."""
    if session.info.get(WRITE) and has_request_context() and (nudge := current_app.extensions.get(NAME)):
        nudge.send()
