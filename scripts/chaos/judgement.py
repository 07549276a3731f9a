"""What is left, held against the ledger: nothing lost, nothing doubled, nothing impossible.

From outside where it can be: SQL, the mail server's letters, the files on the disk. The move table is the city's own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psycopg

from app.domain.media.develop import SIZES, darkroom
from app.domain.media.keys import public_key
from app.domain.workflow.moves import BY_CODE
from app.models.choices import OPEN, Status
from chaos.blows import Dealt
from chaos.ledger import Act, Kind, Ledger
from chaos.post import Letter, PostOffice
from chaos.stage import Stage
from tests.proof.town import RESIDENT, ROOT

SETTLES_WITHIN_S = 180
MARKS_WITHIN_S = 1.5  # so soon after the mail server's answer the city has marked a letter as sent, if it lives
RECOVERS_WITHIN_S = 6.0  # PostgreSQL, once it is started again
WAITING = """
    SELECT (SELECT count(*) FROM event WHERE announced_at IS NULL),
           (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'claimed')),
           (SELECT count(*) FROM photo WHERE state = 'raw')
"""
BY_KIND = "SELECT r.code, e.kind, count(*) FROM event e JOIN report r ON r.id = e.report_id GROUP BY 1, 2"
BY_MOVE = "SELECT r.code, e.data->>'move', count(*) FROM event e JOIN report r ON r.id = e.report_id GROUP BY 1, 2"
STANDS = """
    SELECT code, status, unit_id, receive_due_at, handle_due_at, first_handle_due_at, due_at, resolved_at FROM report
"""
# Every change of a report raises its version and writes one event; filing writes two, and version 1.
SUMS = """
    SELECT r.code, r.version, (SELECT count(*) FROM event e WHERE e.report_id = r.id) - 1,
           r.photo_count, (SELECT count(*) FROM photo p WHERE p.report_id = r.id) FROM report r
"""
# What waits for a moment of its own is told that the moment has come: another try, and the claim of somebody dead. No
# living worker holds a letter or photo for so long, since the mail server is patient for 8 s and the darkroom for 40.
TIME_PASSES = (
    "UPDATE delivery SET not_before = not_before - 86400 WHERE state = 'waiting'",
    """UPDATE delivery SET claimed_at = claimed_at - 86400
       WHERE state = 'claimed' AND claimed_at < extract(epoch FROM now()) - 20""",
    """UPDATE photo SET claimed_until = claimed_until - 86400
       WHERE state = 'raw' AND claimed_until < extract(epoch FROM now()) + 600 - 45""",
)
SENDERS, DATABASE = ("letters", "letter process"), ("postgresql", "backend")


@dataclass
class Verdict:
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    letters: int = 0
    again: int = 0  # letters sent again under their own id, each explained

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.impossible)


def settle(stage: Stage) -> tuple[int, ...]:
    """Let everything that is owed be done; answers what still waits after the time that it may take."""
    ends = time.monotonic() + SETTLES_WITHIN_S
    left: tuple[int, ...] = (-1,)
    while any(left) and time.monotonic() < ends:
        try:
            for statement in TIME_PASSES:
                stage.asked(statement)
            left = tuple(stage.asked(WAITING)[0])
        except psycopg.Error:  # it may be on its way back
            left = (-1,)
        time.sleep(0.5)
    return left


class Judge:
    def __init__(self, stage: Stage, ledger: Ledger, office: PostOffice, dealt: list[Dealt]) -> None:
        self.stage, self.ledger, self.office = stage, ledger, office
        self.dealt = dealt
        self.verdict = Verdict(acknowledged=sum(act.is_told for act in ledger.acts))
        self.by_kind: dict[Kind, list[Act]] = defaultdict(list)
        for act in ledger.acts:
            self.by_kind[act.kind].append(act)

    def judged(self, left: tuple[int, ...]) -> Verdict:
        for what, n in zip(("events nobody announced", "letters waiting", "photos waiting"), left, strict=False):
            if n:
                self.verdict.lost.append(f"{n} {what} after {SETTLES_WITHIN_S} s")
        self._reports()
        self._words()
        self._moves()
        self._presses()
        self._photos()
        self._letters()
        self._states()
        self._figures()
        return self.verdict

    # --- every write once ---

    def _once(self, act: Act, found: int) -> None:
        """Told: there, once. Not told: there at most once."""
        name = f"{act.kind} {act.key} {act.code}"
        if act.is_told and found == 0:
            self.verdict.lost.append(name)
        if found > 1:
            self.verdict.doubled.append(f"{name}: {found} times")

    def _reports(self) -> None:
        codes: dict[str, list[str]] = defaultdict(list)
        for client_id, code in self.stage.asked("SELECT client_id, code FROM report"):
            codes[client_id].append(code)
        for act in self.by_kind[Kind.FILE]:
            self._once(act, len(codes[act.key]))
            if act.is_told and codes[act.key] and codes[act.key] != [act.code]:
                self.verdict.lost.append(f"{act.key} was told {act.code} and is {codes[act.key]}")
        asked = {act.key for act in self.by_kind[Kind.FILE]}
        self.verdict.doubled += [f"a report nobody filed: {one}" for one in codes if one not in asked]

    def _words(self) -> None:
        texts = Counter(text for (text,) in self.stage.asked("SELECT original FROM words"))
        for act in self.ledger.acts:
            if act.words:
                self._once(act, texts[act.words])

    def _moves(self) -> None:
        done = self._events(BY_MOVE)
        for act in self.by_kind[Kind.MOVE]:
            self._once(act, done.get((act.code, act.key), 0))

    def _presses(self) -> None:
        """What leaves no words: "the same problem", and a confirmed address."""
        done = self._events(BY_KIND)
        for kind, event in ((Kind.JOIN, "joined"), (Kind.CONFIRM, "contact_confirmed")):
            pressed: dict[str, Act] = {}
            for act in self.by_kind[kind]:  # pressed again after a broken line: still the same press
                if act.code not in pressed or act.is_told:
                    pressed[act.code] = act
            for act in pressed.values():
                self._once(act, done.get((act.code, event), 0))
        question = """
            SELECT r.code, r.affected, 1 + (SELECT count(*) FROM anonymous_join a WHERE a.report_id = r.id)
            FROM report r
        """
        for code, affected, joined in self.stage.asked(question):
            if affected != joined:
                self.verdict.impossible.append(f"{code}: {affected} affected, {joined} by rows")

    def _events(self, question: str) -> dict[tuple[str, str], int]:
        return {(code, name): n for code, name, n in self.stage.asked(question)}

    # --- photos, byte for byte ---

    def _photos(self) -> None:
        """What was sent, developed here once more, must be the bytes that lie there."""
        assert self.stage.disk is not None
        names: dict[str, list[str]] = defaultdict(list)
        question = "SELECT r.code, p.name, p.state FROM photo p JOIN report r ON r.id = p.report_id"
        for code, name, state in self.stage.asked(question):
            if state == "ready":
                names[code].append(name)
            else:
                self.verdict.lost.append(f"a photo of {code} is {state}")
        with darkroom() as room, tempfile.TemporaryDirectory() as folder:
            for act in self.ledger.acts:
                if not act.photo or not (act.is_told or names[act.code]):
                    continue
                sent = Path(folder, "sent")
                sent.write_bytes(act.photo)
                known = room.develop(sent, Path(folder))
                same = [
                    name
                    for name in names[act.code]
                    if all(self._kept(name, size) == known.file(size).read_bytes() for size in SIZES)
                ]
                self._once(Act(act.kind, f"photo of {act.key}", code=act.code, told_at=act.told_at), len(same))

    def _kept(self, name: str, size: str) -> bytes:
        assert self.stage.disk is not None
        try:
            return (self.stage.disk.seen / public_key(name, size)).read_bytes()
        except FileNotFoundError:
            return b""

    # --- letters, by their ids ---

    def _letters(self) -> None:
        taken = defaultdict(list)
        for letter in self.office.letters:
            taken[letter.id].append(letter)
        self.verdict.letters = len(taken)
        numbers = defaultdict(set)
        for id in taken:
            numbers[int(id.split("-", 1)[1].split(".", 1)[0])].add(id)
        self.verdict.doubled += [f"delivery {n} has {len(ids)} ids" for n, ids in numbers.items() if len(ids) > 1]
        for id, times in taken.items():
            for before, _after in pairwise(times):
                if self._explains(before):
                    self.verdict.again += 1
                else:
                    self.verdict.doubled.append(f"letter {id} was sent again for no reason")
        for id, state, error in self.stage.asked("SELECT id, state, error FROM delivery WHERE state <> 'cancelled'"):
            if state != "sent" or id not in numbers:
                self.verdict.lost.append(f"delivery {id} is {state} ({error}), taken {len(numbers[id])} times")
        question = """
            SELECT event_id FROM delivery WHERE event_id IS NOT NULL GROUP BY event_id, person_id, channel
            HAVING count(*) > 1
        """
        self.verdict.doubled += [f"event {row[0]} owes two letters" for row in self.stage.asked(question)]
        self._owed()

    def _explains(self, letter: Letter) -> bool:
        """We never answered; or whoever sent it was killed before it could mark it, or the database could not."""
        answered = letter.answered_at
        if answered is None:
            return True
        for blow in self.dealt:
            if blow.what in SENDERS and letter.taken_at - 0.2 <= blow.at <= answered + MARKS_WITHIN_S:
                return True
            back = blow.at + blow.away_s + RECOVERS_WITHIN_S
            if blow.what in DATABASE and blow.at - MARKS_WITHIN_S <= answered <= back:
                return True
        return False

    def _owed(self) -> None:
        """Whoever left an address was asked to confirm it, once; whoever has an account was told of the answer."""
        for act in self.by_kind[Kind.FILE]:
            if act.is_told and act.address != RESIDENT:
                asking = {one.id for one in self.office.to(act.address) if "/confirm/" in one.text}
                self._once(Act(act.kind, f"letter to {act.address}", code=act.code, told_at=act.told_at), len(asking))
        told = [one.text for one in self.office.letters if RESIDENT in one.to]
        for act in self.by_kind[Kind.MOVE]:
            if act.is_told and act.key == "resolve" and act.address:
                shown = f"{act.code[:3]}-{act.code[3:6]}-{act.code[6:]}"
                if not any(shown in text and "vật tư đặt riêng" in text for text in told):
                    self.verdict.lost.append(f"letter about the answer to {act.code}")

    # --- no impossible state ---

    def _states(self) -> None:
        chains = defaultdict(list)
        question = """
            SELECT r.code, e.kind, e.data FROM event e JOIN report r ON r.id = e.report_id
            WHERE e.undone_at IS NULL ORDER BY e.report_id, e.id
        """
        for code, kind, data in self.stage.asked(question):
            chains[code].append((kind, data))
        for code, version, events, photo_count, photos in self.stage.asked(SUMS):
            if version != events:
                self.verdict.impossible.append(f"{code} is version {version}; its events say {events}")
            if photo_count != photos:
                self.verdict.impossible.append(f"{code} counts {photo_count} photos and has {photos}")
        for code, status, *facts in self.stage.asked(STANDS):
            unit, *clocks, resolved_at = facts
            if Status(status) in OPEN and (unit is None or None in clocks):
                self.verdict.impossible.append(f"{code} is {status} without owner or clock")
            if Status(status) in (Status.RESOLVED, Status.CLOSED) and resolved_at is None:
                self.verdict.impossible.append(f"{code} is {status} and was never resolved")
            self._chain(code, Status(status), chains[code])

    def _chain(self, code: str, status: Status, chain: list[tuple[str, dict[str, object]]]) -> None:
        """Walk from filing to now by the move table."""
        if [kind for kind, _ in chain[:2]] != ["filed", "routed"]:
            self.verdict.impossible.append(f"{code} begins with {chain[:2]}")
            return
        here = Status.HELD if chain[1][1].get("held") else Status.NEW
        for kind, data in chain[2:]:
            move = BY_CODE.get(str(data.get("move")))
            if move is not None:
                if here not in move.starts:
                    self.verdict.impossible.append(f"{code}: {move.code} from {here}")
                here = move.to or here
            elif kind == "rated" and data.get("closes"):
                here = Status.CLOSED if here is Status.RESOLVED else here
        if here is not status:
            self.verdict.impossible.append(f"{code} is {status}; its events lead to {here}")

    def _figures(self) -> None:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "stats", "verify"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.stage.environment, capture_output=True, text=True, check=False, timeout=120
        )
        if done.returncode != 0:
            self.verdict.impossible.append(f"flask stats verify: {done.stdout[-400:]} {done.stderr[-400:]}")
