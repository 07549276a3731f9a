"""Limits hold for all processes together while Redis answers, and for each alone while it does not."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.redis import REST_S
from tests.factories import HERE
from tests.proof.town import Town
from tests.support.redis import RedisServer

pytestmark = [pytest.mark.only_sqlite, pytest.mark.timeout(180)]

BY_CONTACT = 5  # an hour
AT_ONCE_S = 2.0  # a busy machine files in a few tenths; a library left to itself waits for minutes


@pytest.fixture
def two(tmp_path: Path, redis_server: RedisServer) -> Iterator[list[Town]]:
    """Two processes of one city."""
    settings = {"HOIAM_REDIS_URL": redis_server.url, "HOIAM_RATE_LIMITS": "1"}
    towns = [Town(tmp_path, settings), Town(tmp_path, settings)]
    towns[0].make()
    try:
        for town in towns:
            town.start()
        yield towns
    finally:
        for town in towns:
            town.stop()


def filed(town: Town, contact: str, client_id: str) -> int:
    """The status of one report; it was answered at once."""
    said = {
        "client_id": client_id,
        "category": "rubbish",
        "lat": HERE[0],
        "lng": HERE[1],
        "words": "Rác chất đống bên vỉa hè",
        "contact": {"email": contact},
    }
    connection = http.client.HTTPConnection("127.0.0.1", town.port, timeout=20)
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{town.port}"}
    began = time.monotonic()
    connection.request("POST", "/api/report", json.dumps(said), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert time.monotonic() - began < AT_ONCE_S
    return answer.status


def filed_until_refused(towns: list[Town], contact: str) -> int:
    """So many reports this contact may file, one process after the other."""
    for number in range(30):
        status = filed(towns[number % len(towns)], contact, f"{contact}-{time.monotonic_ns()}")
        if status == 429:
            return number
        assert status in (200, 201)
    raise AssertionError("there is no limit")


def test_a_limit_is_shared_and_survives_the_death_of_redis(two: list[Town], redis_server: RedisServer) -> None:
    assert filed_until_refused(two, "mot@example.org") == BY_CONTACT
    redis_server.kill()
    assert filed_until_refused(two[:1], "mot@example.org") == BY_CONTACT  # the memory of this process begins anew
    assert filed_until_refused(two[1:], "mot@example.org") == BY_CONTACT
    redis_server.start()
    time.sleep(REST_S)
    assert filed_until_refused(two, "hai@example.org") == BY_CONTACT
    redis_server.fall_silent()
    assert filed_until_refused(two[:1], "hai@example.org") == BY_CONTACT
    redis_server.wake()
