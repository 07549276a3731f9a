"""What is killed and what is taken away, and when: drawn from the seed before anything begins, so that it can be drawn
again. Each kill says what was in flight."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random

import psycopg

from chaos.crowd import Crowd
from chaos.ledger import Kind, Ledger
from chaos.post import Mood, PostOffice
from chaos.stage import Stage, children

BEFORE_THE_FIRST_S, BETWEEN_S = 4.0, (3.4, 6.0)
# of every round, in an order that is drawn; what stands twice comes twice
KILLS = (
    *("web process", "web process", "web process", "all web", "worker", "job process", "letters", "letter process"),
    *("beat", "redis", "redis", "postgresql", "backend", "backend"),
)
# even a short run has these
FIRST = ("redis", "web process", "worker", "backend", "postgresql", "job process", "letter process")
AWAY_S = {
    "redis": (2.0, 7.0),
    "postgresql": (0.5, 3.0),
    "all web": (0.3, 1.5),
    "worker": (0.3, 3.0),
    "letters": (0.3, 3.0),
    "beat": (0.3, 3.0),
}
PART_OF = {
    "web process": "web",
    "all web": "web",
    "job process": "worker",
    "letter process": "letters",
    "backend": "postgresql",
}
MOODS = (Mood.SILENT, Mood.BUSY, Mood.RUDE)
# In hand: claimed a moment ago. An older claim is of somebody dead, or of a mail server that does not answer.
IN_HAND = """
    SELECT (SELECT count(*) FROM delivery
            WHERE state = 'claimed' AND claimed_at > extract(epoch FROM now()) - 8),
           (SELECT count(*) FROM photo
            WHERE state = 'raw' AND claimed_until > extract(epoch FROM now()) + 600 - 8)
"""


@dataclass(frozen=True)
class Blow:
    at: float  # seconds after the beginning
    what: str
    away_s: float = 0.0


@dataclass(frozen=True)
class Dealt:
    """A kill that struck, for the judgement."""

    what: str
    at: float  # by the monotonic clock
    away_s: float


@dataclass(frozen=True)
class Window:
    """A time during which something cannot be had."""

    at: float
    what: str  # "storage", or a mood of the mail server
    lasts_s: float


def drawn(seconds: float, lots: Random) -> tuple[list[Blow], list[Window]]:
    """Everything that will happen within that time."""
    blows, at, hand = [], BEFORE_THE_FIRST_S, list(FIRST)
    lots.shuffle(hand)
    while at < seconds - 1:
        if not hand:
            hand = list(KILLS)
            lots.shuffle(hand)
        what = hand.pop()
        blows.append(Blow(at, what, lots.uniform(*AWAY_S[what]) if what in AWAY_S else 0.0))
        at += lots.uniform(*BETWEEN_S)
    return blows, [*_windows(seconds, lots)]


def _windows(seconds: float, lots: Random) -> Iterable[Window]:
    """Mail and storage by turns, a pause after each; all moods come before one comes again."""
    at, moods = lots.uniform(5, 8), list(MOODS)
    lots.shuffle(moods)
    turns: list[str] = ["storage", moods[0], "storage", moods[1], "storage", moods[2]]
    while at + 7 < seconds:
        for what in turns:
            lasts = lots.uniform(6, 10)
            if at + lasts > seconds - 1:
                return
            yield Window(at, what, lasts)
            at += lasts + lots.uniform(2, 6)


@dataclass
class Storm:
    """Deals the blows, and sees what goes on meanwhile."""

    stage: Stage
    crowd: Crowd
    ledger: Ledger
    office: PostOffice
    lots: Random
    began: float = field(default_factory=time.monotonic)
    lasted: float = 0.0
    kills: int = 0
    hits: int = 0
    dealt: list[Dealt] = field(default_factory=list)
    helped: dict[str, list[int]] = field(default_factory=dict)  # per outage: how much was acknowledged in it
    closed_now: set[str] = field(default_factory=set)
    endings: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    lookers: list[threading.Thread] = field(default_factory=list)  # who read the page "Mail" at the end of an outage

    def rage(self, blows: list[Blow], windows: list[Window], seconds: float) -> None:
        coming: list[Blow | Window] = sorted([*blows, *windows], key=lambda one: one.at)
        while coming or self.endings or self.elapsed < seconds:
            self._end_what_is_over()
            if coming and coming[0].at <= self.elapsed:
                one = coming.pop(0)
                if isinstance(one, Blow):
                    self._deal(one)
                else:
                    self._open(one)
            if "storage" in self.closed_now and self.stage.disk:
                self.stage.disk.fill()
            time.sleep(0.05)
        self.lasted = self.elapsed
        for looker in self.lookers:
            looker.join(60)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def say(self, what: str) -> None:
        print(f"{self.elapsed:6.1f} s  {what}", flush=True)

    # --- kills ---

    def _deal(self, blow: Blow) -> None:
        jobs = self._jobs()
        flying, unanswered = self.ledger.flies(), self.office.unanswered
        if not self._strike(blow):
            return
        self.kills += 1
        self.dealt.append(Dealt(blow.what, time.monotonic(), blow.away_s))
        said = [f"{n} × {what}" for what, n in flying.items()]
        said += [f"{unanswered} letters at the mail server"] if unanswered else []
        said += [f"{n} {what}" for what, n in (jobs or {}).items() if n]
        said += ["jobs unknown: the database is away"] if jobs is None else []
        self.hits += bool(flying or unanswered or any((jobs or {}).values()))
        away = f", away {blow.away_s:.1f} s" if blow.away_s else ""
        self.say(f"kill {self.kills:2}  {blow.what}{away}  |  in flight: {', '.join(said) or 'nothing'}")
        if blow.what == "redis":
            self._watch("redis", blow.away_s, lambda: None)

    def _jobs(self) -> dict[str, int] | None:
        """What the workers have in hand; None while the database cannot say."""
        try:
            rows = self.stage.asked(IN_HAND)
        except psycopg.Error:
            return None
        return {"letters claimed": rows[0][0], "photos claimed": rows[0][1]}

    def _strike(self, blow: Blow) -> bool:
        """False when there is nothing there to be killed."""
        part = self.stage.parts[PART_OF.get(blow.what, blow.what)]
        if not part.is_there:
            return False
        match blow.what:
            case "web process" | "job process" | "letter process":
                return self._one_of(children(part.pid))
            case "backend":
                return self._one_of(self.stage.backends())
        if part.name == "postgresql":  # the others notice that their head is gone, and end
            part.away_until = time.monotonic() + blow.away_s
            os.kill(part.pid, signal.SIGKILL)
        else:
            part.kill(blow.away_s)
        return True

    def _one_of(self, pids: list[int]) -> bool:
        if not pids:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.lots.choice(pids), signal.SIGKILL)
            return True
        return False

    # --- what cannot be had for a while ---

    def _open(self, window: Window) -> None:
        if window.what == "storage":
            self.say(f"         the storage is full for {window.lasts_s:.1f} s")
            self.closed_now.add("storage")
            self._watch("storage", window.lasts_s, self._clear)
        else:
            self.say(f"         the mail server {window.what}, for {window.lasts_s:.1f} s")
            self.office.mood = Mood(window.what)
            self._watch("mail", window.lasts_s, self._calm)

    def _watch(self, what: str, lasts_s: float, end: Callable[[], None]) -> None:
        """When it is over, say what was done meanwhile."""
        since, turned_away = time.monotonic(), self.crowd.turned_away
        over: Callable[[], None] = partial(self._over, what, since, turned_away, end)
        if what == "mail":  # a page is read then, and a slow one must not hold the next blow up
            looker = threading.Thread(target=over)
            self.lookers.append(looker)
            over = looker.start
        self.endings.append((time.monotonic() + lasts_s, over))

    def _over(self, what: str, since: float, turned_away: int, end: Callable[[], None]) -> None:
        filed = self.ledger.told_since(since, Kind.FILE)
        worked = self.ledger.told_since(since, Kind.MOVE, Kind.NOTE)
        said = ""
        try:
            if what == "mail":
                said = f", {self.crowd.waits()} letters wait as the page says"
            if what == "storage":
                said = f", {self.crowd.turned_away - turned_away} photos turned away in our words"
        except Exception as trouble:
            self.crowd.troubles.append(f"the page Mail: {trouble!r}")
        finally:
            end()
        self.helped.setdefault(what, []).append(filed + worked)
        self.say(f"         {what} is back; meanwhile {filed} filed, {worked} steps at the desk{said}")

    def _end_what_is_over(self) -> None:
        for ending in [one for one in self.endings if one[0] <= time.monotonic()]:
            self.endings.remove(ending)
            ending[1]()

    def _clear(self) -> None:
        self.closed_now.discard("storage")
        if self.stage.disk:
            self.stage.disk.clear()

    def _calm(self) -> None:
        self.office.mood = Mood.WELL
