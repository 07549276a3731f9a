"""What the crowd asked for, and what it was told is done: kept outside of the city, to hold the city against it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    FILE = "file"
    ADD = "add"
    MOVE = "move"
    NOTE = "note"
    RATE = "rate"
    JOIN = "join"
    CONFIRM = "confirm"


@dataclass
class Act:
    """One write that somebody asked for. Told: it is there once. Never told: it is there once or not at all."""

    kind: Kind
    key: str  # what marks it in the database: a client id, words of its own, a move
    words: str = ""  # to be found there
    code: str = ""  # of the report
    address: str = ""  # who is to be written to
    photo: bytes = b""
    told_at: float | None = None

    @property
    def is_told(self) -> bool:
        return self.told_at is not None


@dataclass
class Filed:
    """A report somebody was told of."""

    code: str
    own: str  # the path of the page that only its reporter knows
    address: str
    has_account: bool
    step: int = 0  # how far the desk has come
    is_added: bool = False
    is_rated: bool = False
    is_joined: bool = False
    is_confirmed: bool = False


@dataclass
class Ledger:
    acts: list[Act] = field(default_factory=list)
    reports: list[Filed] = field(default_factory=list)
    flying: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)  # "what status", and "what broke" where the line did
    slowest: dict[str, float] = field(default_factory=dict)  # seconds
    rough: list[str] = field(default_factory=list)  # answers in nobody's words
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asks(self, act: Act) -> Act:
        with self.lock:
            self.acts.append(act)
        return act

    def told(self, act: Act) -> None:
        act.told_at = time.monotonic()

    def files(self, report: Filed) -> None:
        with self.lock:
            self.reports.append(report)

    @contextmanager
    def in_flight(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        with self.lock:
            self.flying[what] += 1
        try:
            yield
        finally:
            with self.lock:
                self.flying[what] -= 1
                self.slowest[what] = max(self.slowest.get(what, 0), time.monotonic() - began)

    def flies(self) -> dict[str, int]:
        """What was asked and is not answered at this moment."""
        with self.lock:
            return {what: n for what, n in sorted(self.flying.items()) if n}

    def counts(self, what: str) -> None:
        with self.lock:
            self.answers[what] += 1

    def told_since(self, moment: float, *kinds: Kind) -> int:
        with self.lock:
            return sum(1 for act in self.acts if act.kind in kinds and act.told_at and act.told_at >= moment)
