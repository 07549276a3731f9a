"""How the life of one made-up report goes on from its filing: taken by the hands of its unit, in working time."""

from __future__ import annotations

import math
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.domain import publication
from app.domain.demo.beside import Beside
from app.domain.demo.hanging import can_be_shown
from app.domain.demo.life import Life, Picture
from app.domain.demo.teller import NotYet
from app.domain.events import Recording
from app.domain.permissions import SYSTEM, Actor, Grant
from app.domain.workflow import Details
from app.domain.workflow.effects import EFFECTS, Step
from app.models.choices import (
    EventKind,
    Outcome,
    PhotoKind,
    Rating,
    RatingReason,
    Role,
    Severity,
    Status,
    WaitingFor,
    WordsKind,
)

_OUTCOMES = (Outcome.FIXED, Outcome.NOTHING_FOUND, Outcome.REFERRED, Outcome.CANNOT_FIX)
_USUALLY, _OFFENCES = (84, 6, 3, 7), (66, 24, 4, 6)
_PASSING = frozenset({"do-xe", "lan-chiem", "tieng-on", "trat-tu-cong-cong", "dot-rac", "cheo-keo", "te-nan"})
_UNHAPPY = (
    (RatingReason.NOT_HANDLED, 22),
    (RatingReason.RECURRED, 14),
    (RatingReason.LATE, 22),
    (RatingReason.UNCLEAR, 22),
    (RatingReason.ATTITUDE, 6),
    (RatingReason.OTHER, 14),
)
_BACKLOG = timedelta(days=18)  # what came lately waits longer


class Story(Beside):
    """Tells one life to its end, or to this moment."""

    def tell(self, merge_into: Life | None = None) -> None:
        try:
            if merge_into is not None and self._is_same(merge_into):
                self._merge(merge_into)
            elif self.chance.random() < 0.012:
                self._later(timedelta(minutes=self.chance.randrange(10, 2000)))
                self._move("withdraw", by=self._reporter())
            else:
                self._course()
        except NotYet:
            pass
        self._catch_up(self.world.until)
        self._close()

    def _course(self) -> None:
        chance, life = self.chance, self.life
        is_slow = chance.random() < (0.2 if life.filed_at > self.world.until - _BACKLOG else 0.05)
        declines = chance.random() < (0.065 if life.status is Status.NEW else 0)
        self._route_again()
        self._worked(chance.expovariate(1 / 130) * (6 if is_slow else 1) + 4)
        if declines and chance.random() < 0.5:
            self._decline()
            return
        self._move("receive", by=self._clerk())
        if declines:
            self._worked(chance.uniform(30, 500))
            self._decline()
            return
        self._work(is_slow)
        if self._rate():
            self._worked(chance.uniform(20, 200))
            self._assign()
            self._work(is_slow=False)
            self._rate(may_reopen=False)

    def _route_again(self) -> None:
        """What no rule was sure of is looked at by the dispatcher; some reports went to the wrong unit."""
        life, chance = self.life, self.chance
        if chance.random() > (0.35 if life.needs_routing_check else 0.03):
            return
        other = self._other_unit()
        if other is None:
            return
        self._worked(chance.uniform(20, 400))
        by = self._dispatcher() if life.needs_routing_check else self._clerk()
        reason = chance.choice(tuple(self.city.transfers))
        words = self.book.say("answers.transfer", chance)
        # the guard against the third transfer asks the database and concerns nobody here: this is the first
        guard_free = Actor(by.kind, by.person_id, (*by.grants, Grant(Role.DISPATCHER, None)))
        self._move("transfer", by=guard_free, details=Details(words=words, transfer_to=other, transfer_reason=reason))
        self._worked(chance.uniform(15, 200))

    def _other_unit(self) -> str | None:
        here = self.city.unit_of(self.life.unit_id)
        ward = self.city.ward_of(self.life.ward_id)
        departments = [code for code, unit in self.city.units.items() if unit.kind == "department"]
        others = [code for code in (ward.unit, *departments[:2]) if code != here.code]
        return self.chance.choice(others) if others else None

    def _assign(self) -> None:
        clerk = self.world.cast.clerks[self.life.unit_id]
        with self.life.recording(EventKind.ASSIGNED, self.at, self._lead(), public=False) as entry:
            entry.data |= {"move": "assign", "assignee": clerk}
            self.life.assignee_id = clerk

    def _work(self, is_slow: bool) -> None:
        """From receipt to the answer."""
        chance, life = self.chance, self.life
        allowed = max(60, self._hours().minutes_between(self.at, life.handle_due_at))
        whole = allowed * chance.lognormvariate(math.log(0.5), 0.5) * (chance.uniform(2, 6) if is_slow else 1)
        self._worked(whole * 0.12)
        if life.status is Status.RECEIVED:
            self._move("start", by=self._clerk())
        draw = chance.random()
        if draw < 0.16:
            self._move("note", by=self._clerk(), details=Details(words=self.book.say("answers.note", chance)))
        if draw > 0.8:
            self._worked(whole * 0.15)
            self._visit()
        self._detour()
        self._worked(whole * 0.7)
        self._answer()

    def _visit(self) -> None:
        words = self.book.say("answers.visit", self.chance)
        self._move("visit", by=self._clerk(), details=Details(words=words, visit_on=self._today()))

    def _detour(self) -> None:
        """Not every report goes straight: questions, pauses, plans, extensions."""
        draw = self.chance.random()
        if draw < 0.05:
            self._ask()
        elif draw < 0.11:
            self._pause()
        elif draw < 0.18 and self.life.severity is not Severity.URGENT:
            self._plan() if draw < 0.14 else self._extend()

    def _ask(self) -> None:
        chance = self.chance
        self._move("ask", by=self._clerk(), details=Details(words=self.book.say("answers.ask", chance)))
        assert self.life.due_at is not None  # a question has an end
        if chance.random() < 0.7:
            self._later((self.life.due_at - self.at) * chance.uniform(0.05, 0.9))
            self._move("reply", by=self._reporter(), details=Details(words=self.book.say("answers.reply", chance)))
            self._check_again(self.at)
            return
        self._later(self.life.due_at - self.at)
        self._move("resume", by=SYSTEM)

    def _pause(self) -> None:
        chance = self.chance
        for_what = chance.choice((WaitingFor.OUTSIDE, WaitingFor.OUTSIDE, WaitingFor.WEATHER, WaitingFor.PROCEDURE))
        until = self._today() + timedelta(days=chance.randrange(3, 16))
        words = self.book.waiting(for_what.value)
        self._move("pause", by=self._clerk(), details=Details(words=words, waiting_for=for_what, until=until))
        assert self.life.due_at is not None  # a pause has an end
        self._later((self.life.due_at - self.at) * chance.uniform(0.4, 0.98))
        self._move("resume", by=self._clerk())

    def _plan(self) -> None:
        chance = self.chance
        on = self._today() + timedelta(days=chance.randrange(15, 75))
        words = self.book.say("answers.plan", chance, date=f"{on:%d/%m/%Y}")
        self._move("plan", by=self._clerk(), details=Details(words=words, planned_on=on))
        days = (on - self._today()).days
        self._later(timedelta(days=days * chance.uniform(0.7, 1.0)))
        self._worked(chance.uniform(10, 200))
        self._move("begin_planned", by=self._clerk())

    def _extend(self) -> None:
        chance, life = self.chance, self.life
        local = life.handle_due_at.astimezone(ZoneInfo(self.city.timezone)).date()
        until = max(local, self._today()) + timedelta(days=chance.randrange(4, 12))
        words = self.book.say("answers.extension", chance)
        self._move("ask_extension", by=self._clerk(), details=Details(words=words, until=until))
        self._worked(chance.uniform(20, 400))
        self._move("extend", by=self._lead())

    def _answer(self) -> None:
        """The outcome with its words. What a form must prove is drawn here: the photo after, the visit, the letter."""
        chance, life, category = self.chance, self.life, self.category
        weights = _OFFENCES if category.code in _PASSING else _USUALLY
        outcome = chance.choices(_OUTCOMES, weights)[0]
        day = self._day(self.at)
        said: dict[str, object] = {"outcome": outcome.value}
        if outcome is Outcome.FIXED:
            words = self.book.fixed(category, chance, day)
        else:
            words = self.book.say(f"answers.{outcome.value}", chance, date=day)
        if outcome is Outcome.NOTHING_FOUND:
            said["visit_on"] = self._today().isoformat()
        if outcome is Outcome.REFERRED:
            number = f"{chance.randrange(100, 2000)}/CV"
            said["letter"] = {
                "body": self.book.say("letters", chance),
                "number": number,
                "on": self._today().isoformat(),
            }
        details = Details(words=words, outcome=Outcome.CANNOT_FIX)  # the one outcome that asks for no row as proof
        event = self._move("resolve", by=self._clerk(), details=details, **said)
        life.outcome = outcome
        may_show = self.with_photos and outcome is Outcome.FIXED and can_be_shown(category)
        if may_show and (category.proof or chance.random() < 0.2):
            life.pictures.append(Picture(PhotoKind.AFTER, self.at - timedelta(minutes=20), self.at, event))

    def _decline(self) -> None:
        chance, life = self.chance, self.life
        code = chance.choice(tuple(self.city.refusals))
        self._move("decline", by=self._clerk(), details=Details(words=self.book.refusal(code), refusal=code))
        if chance.random() > 0.15:
            return
        self._later(timedelta(hours=chance.uniform(2, 120)))
        self._move("appeal", by=self._reporter(), details=Details(words=self.book.say("appealed", chance)))
        self._worked(chance.uniform(200, 1500))
        if chance.random() < 0.6:
            self._uphold()
            return
        words = self.book.say("answers.granted", chance)
        with life.recording(EventKind.REOPENED, self.at, self._lead()) as entry:
            self._reopen_anew(entry.data, appeal=True)
            entry.say(WordsKind.ANSWER, words, public=True)
        self._work(is_slow=False)
        self._rate(may_reopen=False)

    def _uphold(self) -> None:
        with self.life.recording(EventKind.APPEAL_UPHELD, self.at, self._lead()) as entry:
            entry.data |= {"move": "uphold_refusal"}
            entry.say(WordsKind.ANSWER, self.book.say("answers.upheld", self.chance), public=True)
            self.life.is_appeal_open = False
            self.life.object_until = None

    def _reopen_anew(self, data: dict[str, object], *, appeal: bool) -> None:
        entry = Recording(EventKind.REOPENED, self.at, self.at)
        EFFECTS["reopen"](Step(self.city, self.life.row, Details(), entry, self._lead()))
        data |= entry.data | {"move": "grant_appeal", "appeal": appeal}
        self.life.is_appeal_open = False
        self.life.status = Status.RECEIVED

    def _rate(self, *, may_reopen: bool = True) -> bool:
        """Half of the answers are rated. True when the report was reopened by it."""
        chance, life = self.chance, self.life
        if chance.random() > (0.2 if life.is_nameless else 0.52):
            return False
        self._later(timedelta(hours=chance.uniform(1, 200)))
        is_good = life.outcome is Outcome.FIXED and not life.is_late
        rating = chance.choices(tuple(Rating), (52, 26, 22) if is_good else (15, 30, 55))[0]
        reason = None
        if rating is Rating.UNSATISFIED:
            reason = chance.choices([one for one, _ in _UNHAPPY], [n for _, n in _UNHAPPY])[0]
        text = self.book.say(f"rated.{reason.value if reason else rating.value}", chance)
        with life.recording(EventKind.RATED, self.at, self._reporter()) as entry:
            entry.data |= {"rating": rating.value, "reason": reason.value if reason else ""}
            entry.say(WordsKind.RATING, text, public=False)
            life.rating = rating
            if reason is None:
                life.status, life.closed_at, life.object_until = Status.CLOSED, self.at, None
                entry.data |= {"closes": True}
        if not may_reopen or reason not in (RatingReason.NOT_HANDLED, RatingReason.RECURRED):
            return False
        self._move("reopen", by=self._reporter(), details=Details(words=text, rating_reason=reason))
        return True

    def _close(self) -> None:
        life = self.life
        if life.status is Status.RESOLVED and life.object_until is not None and life.object_until <= self.world.until:
            self.at = life.object_until
            self._move("close", by=SYSTEM)

    def _is_same(self, head: Life) -> bool:
        """Was the earlier one still open when this one came, and does it stand?"""
        was_open = head.resolved_at is None or head.resolved_at > self.life.filed_at + timedelta(days=1)
        return was_open and head.status not in (Status.MERGED, Status.WITHDRAWN)

    def _merge(self, head: Life) -> None:
        self._worked(self.chance.uniform(15, 300))
        with self.life.recording(EventKind.MERGED, self.at, self._dispatcher()) as entry:
            entry.data |= {"move": "merge", "status": self.life.status.value}
            self.life.head, self.life.status, self.life.due_at = head, Status.MERGED, None
            publication.follow_status(self.life.row)
        head.affected += self.life.affected
        head.version += 1
