"""Redis, where a city has one: what its processes tell each other in passing. Nothing lies there that may be lost.

Nobody waits for it: what does not answer at once is left alone for a few seconds, and each process goes on by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from limits.storage import MemoryStorage, RedisStorage, Storage

from app.config import Config

if TYPE_CHECKING:  # the embedded default has no such library
    from redis import Redis

TIMEOUT_S = 0.25
REST_S = 5.0
SCHEME = "hoiam-shared"

T = TypeVar("T")

log = logging.getLogger(__name__)


def quickly() -> dict[str, Any]:
    """How a web process connects: one fresh try where a connection has gone stale, and no patience."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {"socket_connect_timeout": TIMEOUT_S, "socket_timeout": TIMEOUT_S, "retry": Retry(NoBackoff(), 1)}


def connected(config: Config) -> Redis:
    """A client of the city's Redis; it connects when it is first asked."""
    from redis import Redis

    client: Redis = Redis.from_url(config.redis_url, **quickly())
    return client


class Rest:
    """After a failure nobody asks again for a few seconds, so that a dead server costs one short wait now and then."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def begin(self, error: Exception) -> None:
        if self.is_over:
            log.warning("Redis does not answer, %s: %s", self._what, type(error).__name__)
        self._until = time.monotonic() + REST_S


class SharedCounts(Storage):
    """How often somebody came, counted in Redis for all processes; while it is away, in the memory of this one.

    Flask-Limiter's own way back from a dead storage does not cover what is counted after the answer was made: a
    report would be filed and its reporter shown an error.
    """

    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, redis_url: str = "") -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._shared = RedisStorage(redis_url, **quickly())
        self._own = MemoryStorage()
        self._rest = Rest("limits hold for each process alone")

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()  # none is let out

    def _ask(self, question: Callable[[Storage], T]) -> T:
        if self._rest.is_over:
            try:
                return question(self._shared)
            except self._shared.base_exceptions as error:
                self._rest.begin(error)
        return question(self._own)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._ask(lambda kept: kept.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._ask(lambda kept: kept.get(key))

    def get_expiry(self, key: str) -> float:
        return self._ask(lambda kept: kept.get_expiry(key))

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        return self._ask(lambda kept: kept.reset())

    def clear(self, key: str) -> None:
        self._ask(lambda kept: kept.clear(key))
