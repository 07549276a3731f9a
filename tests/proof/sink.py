"""A mail server that takes messages and, now and then, stays silent for a while before it says that it has them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from random import Random
from typing import Any

from aiosmtpd.controller import Controller

from tests.proof.town import free_port


class Sink:
    """Every message it has taken, by Message-ID. A message counts once its last byte is there, answered or not."""

    def __init__(self, chance: Random, stall_s: float, share: float) -> None:
        self.chance, self.stall_s, self.share = chance, stall_s, share
        self.taken: Counter[str] = Counter()
        self.stalled = 0  # messages taken and not answered yet, at this moment

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content)
        self.taken[str(message["Message-ID"])] += 1
        self.stalled += 1
        try:
            if self.chance.random() < self.share:
                await asyncio.sleep(self.stall_s)
        finally:
            self.stalled -= 1
        return "250 Taken"


@contextmanager
def sinking(chance: Random, *, stall_s: float = 0.5, share: float = 0.4) -> Iterator[tuple[Sink, int]]:
    """The sink and its port, on the loopback alone."""
    sink = Sink(chance, stall_s, share)
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield sink, int(controller.port)
    finally:
        controller.stop()
