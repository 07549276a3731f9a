"""A mail server with moods. What it has taken counts from the last byte on, answered or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from aiosmtpd.controller import Controller

from tests.proof.town import free_port
from tests.support.post import text_of


class Mood(StrEnum):
    WELL = "takes letters"
    SILENT = "takes letters and does not answer"
    BUSY = "answers 451"
    RUDE = "takes letters and drops the line"


@dataclass
class Letter:
    """One letter, once for each time that it was taken."""

    id: str
    to: str
    text: str
    taken_at: float
    answered_at: float | None = None  # with 250; None: never


class PostOffice:
    def __init__(self) -> None:
        self.mood = Mood.WELL
        self.letters: list[Letter] = []
        self.refused = 0
        self.unanswered = 0  # letters whose sender waits for our word at this moment

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.mood is Mood.BUSY:
            self.refused += 1
            return "451 4.3.2 Not now"
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        letter = Letter(str(message["Message-ID"]), str(message["To"]), text_of(message), time.monotonic())
        self.letters.append(letter)
        self.unanswered += 1
        try:
            await asyncio.sleep(0.05)  # as a server does that writes to its disk
            while self.mood is Mood.SILENT and not server.transport.is_closing():
                await asyncio.sleep(0.05)
            if self.mood is Mood.RUDE:
                server.transport.abort()
                return "421 4.3.2 Good night"
        finally:
            self.unanswered -= 1
        letter.answered_at = None if server.transport.is_closing() else time.monotonic()
        return "250 Taken"

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in list(self.letters) if address in letter.to]


@contextmanager
def open_office() -> Iterator[tuple[PostOffice, int]]:
    """The office and its port, on the loopback alone."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield office, int(controller.port)
    finally:
        office.mood = Mood.WELL
        controller.stop()
