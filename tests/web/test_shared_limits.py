"""Several processes count limits together in Redis; without it each counts for itself, and people can still report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from redis import from_url

from app import create_app
from app.config import Config
from app.extensions import limiter
from tests.support.application import close
from tests.support.redis import Redis

CALLS = 120  # an hour, of /api/report by one connection
COMES_BACK_WITHIN_S = 30


@pytest.fixture
def app_on_redis(config: Config, redis: Redis, app: Flask) -> Iterator[Flask]:
    """The city of `app`, served by a process that counts in Redis."""
    was = limiter.enabled
    made = create_app(replace(config, redis_url=redis.url, rate_limits=True))
    yield made
    limiter.enabled = was
    with made.app_context():
        close(made)


def refused(app: Flask) -> bool:
    """Has this process met the limit of `/api/report`'s calls?"""
    return app.test_client().post("/api/report", json={}, headers={"Origin": "http://localhost"}).status_code == 429


def test_what_one_process_counted_the_next_one_knows(app_on_redis: Flask, redis: Redis) -> None:
    assert sum(not refused(app_on_redis) for _ in range(CALLS + 5)) == CALLS
    other = create_app(replace(app_on_redis.config["HOIAM"]))
    assert refused(other)
    with other.app_context():
        close(other)


def test_without_redis_people_report_and_limits_still_hold(app_on_redis: Flask, redis: Redis) -> None:
    assert not refused(app_on_redis)
    redis.kill()
    began = time.perf_counter()
    assert not refused(app_on_redis)
    assert time.perf_counter() - began < 5
    assert sum(not refused(app_on_redis) for _ in range(CALLS + 5)) <= CALLS
    assert refused(app_on_redis)


def test_redis_counts_again_when_it_comes_back(app_on_redis: Flask, redis: Redis) -> None:
    redis.kill()
    assert not refused(app_on_redis)
    redis.start()
    with from_url(redis.url) as asked:
        ends = time.monotonic() + COMES_BACK_WITHIN_S
        while not asked.dbsize():
            assert time.monotonic() < ends, "nothing was counted in Redis after it came back"
            refused(app_on_redis)
            time.sleep(0.2)
