"""The process is killed at twenty random moments while people file and staff work. What was acknowledged is there
once, every letter owed went out, and none went out twice but for a kill between the server's answer and our mark."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.proof.sink import Sink, sinking
from tests.proof.town import DISPATCHER, HERE, PASSWORD, RESIDENT, Client, Town, hidden, offered

pytestmark = [pytest.mark.proof, pytest.mark.only_sqlite, pytest.mark.timeout(900)]

REPORTS, KILLS, MUST_HIT = 200, 20, 15
A_ROUND = REPORTS // KILLS
FILERS, ACCOUNT = 4, "filer-0"
SEED = 20251125
ENDS_WITHIN_S = 240  # a guard against standing still, not a measure


@dataclass
class Crowd:
    """Who files and who works, and what is on its way at this moment."""

    town: Town
    allowed: int = 0  # so many reports may be begun
    begun: int = 0
    acknowledged: dict[str, set[str]] = field(default_factory=dict)  # codes by client id
    worked: Counter[str] = field(default_factory=Counter)  # steps the clerk was told are done, by code
    flying: dict[str, str] = field(default_factory=dict)  # thread → what it has asked and not been answered
    retries: int = 0
    is_over: bool = False
    troubles: list[str] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)  # thread → the last thing it heard, told when all stands still
    lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self) -> None:
        """File one report after the other; without an answer, the same again under the same client id."""
        client = self._resident() if threading.current_thread().name == ACCOUNT else Client(self.town.port)
        while (number := self._next()) is not None:
            client_id = f"kill-{number}"
            while not self.is_over:
                answer = self._asked("file", partial(_filed, client, client_id, number))
                if answer is None:
                    continue
                status, text = answer
                if status in (200, 201):
                    with self.lock:
                        self.acknowledged.setdefault(client_id, set()).add(json.loads(text)["code"])
                    break
                if status < 500:
                    self.troubles.append(f"{client_id}: {status} {text[:200]}")
                    return

    def work(self) -> None:
        """Receive and answer what was acknowledged, as one dispatcher does."""
        client = Client(self.town.port)
        while not self.is_over:
            code = self._unworked()
            if code is None:
                time.sleep(0.01)
                continue
            try:
                self._work_on(client, code)
            except AssertionError as trouble:
                self.troubles.append(f"{code}: {trouble}"[:500])
                return

    def _work_on(self, client: Client, code: str) -> None:
        page = self._asked("look", lambda: _page(client, code))
        if page is None:
            return
        status, text = page
        if status != 200:
            assert status >= 500, f"the desk's page answered {status}"
            return
        move = next((one for one in ("receive", "resolve") if one in offered(text)), None)
        if move is None:  # an answer that a kill kept from us had done it
            self.worked[code] = 2
            return
        step = {"csrf_token": hidden(text, "csrf_token"), "version": hidden(text, "version"), "move": move}
        if move == "resolve":
            step |= {"outcome": "cannot_fix", "words": "Đã xem, cần vật tư đặt riêng."}
        answer = self._asked(move, lambda: _pressed(client, code, step))
        if answer is not None and answer[0] in (302, 303):
            self.worked[code] = 1 if move == "receive" else 2

    def _told(self, body: Callable[[], None]) -> None:
        """A thread that falls is a trouble, never a silence."""
        try:
            body()
        except Exception as trouble:
            self.troubles.append(f"{threading.current_thread().name}: {trouble!r}"[:500])

    def standing(self) -> str:
        """Who waits for what, in one line."""
        done, code = len(self.acknowledged), self._unworked()
        return f"{self.begun} begun, {done} acknowledged, next to work {code}; last heard: {self.last}"

    def is_done(self) -> bool:
        """Everything acknowledged and worked, or a trouble that waiting does not mend."""
        return bool(self.troubles) or (len(self.acknowledged) == REPORTS and self._unworked() is None)

    def _resident(self) -> Client:
        """Somebody with an account: told of every step, not only asked to confirm an address."""
        client = Client(self.town.port)
        while not self.is_over:
            try:
                client.sign_in(RESIDENT, PASSWORD)
            except OSError:
                time.sleep(0.05)
            else:
                break
        return client

    def _next(self) -> int | None:
        while not self.is_over:
            with self.lock:
                if self.begun >= REPORTS:
                    return None
                if self.begun < self.allowed:
                    self.begun += 1
                    return self.begun
            time.sleep(0.002)
        return None

    def _unworked(self) -> str | None:
        with self.lock:
            codes = [code for found in self.acknowledged.values() for code in found]
        return next((code for code in codes if self.worked[code] < 2), None)

    def _asked(self, what: str, ask: Callable[[], tuple[int, str]]) -> tuple[int, str] | None:
        """The answer; None when the line broke, to be tried again."""
        name = threading.current_thread().name
        self.flying[name] = what
        try:
            answer = ask()
            self.last[name] = f"{what}: {answer[0]} {len(answer[1])} bytes"
            return answer
        except OSError as error:
            self.last[name] = f"{what}: {error!r}"
            self.retries += 1
            self.flying.pop(name, None)
            time.sleep(0.05)
            return None
        finally:
            self.flying.pop(name, None)

    @contextmanager
    def busy(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._told, args=(self.file,), name=f"filer-{n}") for n in range(FILERS)]
        threads.append(threading.Thread(target=self._told, args=(self.work,), name="dispatcher"))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_over = True
            for thread in threads:
                thread.join(30)


def _filed(client: Client, client_id: str, number: int) -> tuple[int, str]:
    answer = client.send("/api/report", _report(client_id, number))
    return answer.status, answer.text


def _report(client_id: str, number: int) -> dict[str, object]:
    lots = Random(number)
    return {
        "client_id": client_id,
        "category": "rubbish",
        "lat": HERE[0] + lots.uniform(-0.003, 0.003),
        "lng": HERE[1] + lots.uniform(-0.003, 0.003),
        "words": f"Rác chất đống, lần thử {number}",
        "contact": {"email": f"nguoi{number}@example.org"},
    }


def _page(client: Client, code: str) -> tuple[int, str]:
    """The desk's page with the form of the answer, or of what must come before it."""
    address = f"/desk/r/{code}?move=resolve"
    answer = client.get(address)
    if answer.status in (302, 303):
        client.sign_in(DISPATCHER, PASSWORD)
        answer = client.get(address)
    return answer.status, answer.text


def _pressed(client: Client, code: str, fields: dict[str, str]) -> tuple[int, str]:
    answer = client.press(f"/desk/r/{code}", fields)
    return answer.status, answer.text


@dataclass
class Outcome:
    crowd: Crowd
    hits: int
    lines: list[str]


def killed_again_and_again(
    town: Town, chance: Random, sink: Sink | None = None, moments: tuple[float, float] = (0.02, 0.8)
) -> Outcome:
    """Twenty rounds: let some reports begin, wait a moment, kill, say what was in flight, start again."""
    town.make()
    town.start()
    crowd, lines, hits = Crowd(town), [], 0
    with crowd.busy():
        for number in range(1, KILLS + 1):
            crowd.allowed = number * A_ROUND
            waited = chance.uniform(*moments)
            time.sleep(waited)
            flying, stalled = Counter(crowd.flying.values()), sink.stalled if sink else 0
            town.kill()
            claimed = town.count("SELECT count(*) FROM delivery WHERE state = 'claimed'")
            hits += bool(flying or claimed)
            requests = ", ".join(f"{n} × {what}" for what, n in sorted(flying.items())) or "no request"
            silent = f", {stalled} unanswered by the mail server" if sink else ""
            lines.append(
                f"kill {number:2} after {waited * 1000:3.0f} ms: {requests}; {claimed} letters claimed{silent}"
            )
            print(lines[-1], flush=True)
            town.start()
        _until(crowd.is_done, "work", crowd)
        _until(lambda: crowd.troubles or _owed(town) == 0, "letters", crowd)
    town.stop()
    assert crowd.troubles == []
    return Outcome(crowd, hits, lines)


def _owed(town: Town) -> int:
    """Events nobody has looked at yet, and letters on their way."""
    unannounced = town.count("SELECT count(*) FROM event WHERE announced_at IS NULL")
    return unannounced + town.count("SELECT count(*) FROM delivery WHERE state IN ('waiting', 'claimed')")


def _until(is_done: Callable[[], object], what: str, crowd: Crowd) -> None:
    ends = time.monotonic() + ENDS_WITHIN_S
    while not is_done():
        assert time.monotonic() < ends, f"{what} not done within {ENDS_WITHIN_S} s: {crowd.standing()}"
        time.sleep(0.1)


def check_reports(town: Town, outcome: Outcome) -> None:
    """Every acknowledged report is there once, under the one code its filer was told."""
    crowd = outcome.crowd
    assert outcome.hits >= MUST_HIT, outcome.lines
    assert all(len(codes) == 1 for codes in crowd.acknowledged.values())
    with town.database() as connection:
        stands = connection.execute("SELECT client_id, code FROM report").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert Counter(client_id for client_id, _code in stands) == Counter(list(crowd.acknowledged))
    assert dict(stands) == {client_id: codes.copy().pop() for client_id, codes in crowd.acknowledged.items()}
    steps = "SELECT count(*) FROM event WHERE kind = ?"
    assert [town.count(steps, kind) for kind in ("filed", "received", "resolved")] == [REPORTS] * 3
    assert town.count("SELECT count(*) FROM delivery WHERE state IN ('failed', 'waiting', 'claimed')") == 0
    print(f"{REPORTS} reports acknowledged, each there once; {crowd.retries} requests sent again; hits {outcome.hits}")


def sent(town: Town) -> set[int]:
    with town.database() as connection:
        return {id for (id,) in connection.execute("SELECT id FROM delivery WHERE state = 'sent'")}


def number_in(message_id: str) -> int:
    return int(message_id.split("-", 1)[1].split(".", 1)[0])


def test_nothing_acknowledged_is_lost_and_every_letter_lies_in_the_outbox_once(tmp_path: Path) -> None:
    town = Town(tmp_path)
    try:
        outcome = killed_again_and_again(town, Random(SEED))
    finally:
        town.stop()
    check_reports(town, outcome)
    letters = list((tmp_path / "outbox").glob("*.eml"))
    ids = Counter(str(message_from_bytes(letter.read_bytes())["Message-ID"]) for letter in letters)
    assert set(ids.values()) == {1}
    owed = sent(town)
    assert owed <= {number_in(one) for one in ids}
    assert town.count("SELECT count(DISTINCT event_id) FROM delivery") >= REPORTS
    print(f"{len(owed)} letters owed, {len(letters)} lie in the outbox, none twice")


def test_a_letter_goes_out_again_only_where_a_kill_came_between_the_answer_and_our_mark(tmp_path: Path) -> None:
    chance = Random(SEED + 1)
    with sinking(chance) as (sink, port):
        town = Town(tmp_path, {"HOIAM_SMTP_URL": f"smtp://127.0.0.1:{port}", "HOIAM_MAIL_FROM": "hoi-am@example.org"})
        try:
            outcome = killed_again_and_again(town, chance, sink, moments=(0.2, 1.6))
        finally:
            town.stop()
    check_reports(town, outcome)
    repeats = {one: n - 1 for one, n in sink.taken.items() if n > 1}
    assert sum(repeats.values()) <= KILLS
    assert sent(town) <= {number_in(one) for one in sink.taken}
    print(f"{len(sink.taken)} letters taken by the mail server, {sum(repeats.values())} again, same Message-ID")
