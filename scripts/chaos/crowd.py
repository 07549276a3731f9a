"""Who files, adds, joins, rates, works and reads over HTTP under the blows, and writes down what they are told."""

from __future__ import annotations

import html
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from random import Random

from PIL import Image

from chaos.ledger import Act, Filed, Kind, Ledger
from chaos.post import PostOffice
from chaos.stage import ADMIN
from tests.proof.town import DISPATCHER, HERE, PASSWORD, RESIDENT, Answer, Client, hidden, offered

FILERS, FILLERS, DESKS, NEIGHBOURS, PHOTOGRAPHERS, READERS = 3, 1, 2, 1, 1, 1
PAUSE_S = 0.15  # between two things that somebody does; 2 cores serve the crowd too
NOT_NOW = ("Hiện chưa thể phục vụ", "Hệ thống đang quá tải hoặc bảo trì")  # so our page, and our answer to scripts
NO_ROOM = "Kho ảnh đã đầy"
LINK = re.compile(r"https?://[^/\s]+(/\S*/confirm/[^\s]+)")
DONE = re.compile(r"(/r/(\d+)/mine/[^/]+)/sent")
STEPS = ("receive", "note", "resolve")


class Unanswered(Exception):
    """The line broke, or the city said that it cannot answer now."""


class NoRoom(Unanswered):
    """The city said that its storage for photos is full."""


@dataclass
class Crowd:
    port: int
    ledger: Ledger
    office: PostOffice
    lots: Random
    is_over: threading.Event = field(default_factory=threading.Event)
    troubles: list[str] = field(default_factory=list)
    numbers: int = 0
    turned_away: int = 0  # photos that found no room, told in our own words
    most_waited: int = 0  # letters that the page "Mail" said are waiting
    is_signed_in: bool = False  # the resident with an account
    closed: bool = False  # nothing new is begun

    @contextmanager
    def at_work(self) -> Iterator[None]:
        roles = (
            (self.file, FILERS),
            (self.fill, FILLERS),
            (self.work, DESKS),
            (self.befriend, NEIGHBOURS),
            (self.photograph, PHOTOGRAPHERS),
            (self.read, READERS),
        )
        threads = [
            threading.Thread(target=self._steadily, args=(role,), name=f"{role.__name__}-{n}", daemon=True)
            for role, many in roles
            for n in range(many)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.closed = True
            for thread in threads:
                thread.join(60)
            self.is_over.set()
            self.troubles += [f"{thread.name} did not come to an end" for thread in threads if thread.is_alive()]

    def _steadily(self, role: Callable[[Random, Client], None]) -> None:
        """One after the other until all is over. What breaks off is no trouble; whatever else is, and is told."""
        lots, client = Random(f"{self.lots.random()} {threading.current_thread().name}"), Client(self.port)
        while not self.closed:
            try:
                role(lots, client)
            except Unanswered:
                time.sleep(0.1)
            except Exception as trouble:
                self.troubles.append(f"{threading.current_thread().name}: {trouble!r}"[:600])
                return
            time.sleep(lots.uniform(0.2, 1.8) * PAUSE_S)

    # --- what they do ---

    def file(self, lots: Random, client: Client) -> None:
        """A report under an id of its own, sent again under the same until an answer comes, as our script does."""
        number = self._number()
        has_account = threading.current_thread().name == "file-0"
        if has_account and not self.is_signed_in:
            self._sign_in(client, RESIDENT)
            self.is_signed_in = True
        who = client if has_account else Client(self.port)
        who.said = somewhere(lots)
        address = RESIDENT if has_account else f"nguoi{number}@example.org"
        act = self.ledger.asks(Act(Kind.FILE, f"chaos-{number}", words=f"Rác chất đống, lần {number}", address=address))
        while not self.is_over.is_set():
            try:
                answer = self._asked(
                    "file", lambda: who.send("/api/report", report(act, "" if has_account else address, lots))
                )
            except Unanswered:
                time.sleep(0.2)
                continue
            assert answer.status in (200, 201), f"{act.key}: {answer.status} {answer.text[:200]}"
            said = json.loads(answer.text)
            if act.code:
                assert act.code == said["code"], f"{act.key} was told two codes"
            act.code = said["code"]
            self.ledger.told(act)
            self.ledger.files(Filed(act.code, said["link"], address, has_account))
            return

    def fill(self, lots: Random, client: Client) -> None:
        """A report by the form, a page a step, with a photo; pressed again until an answer comes."""
        client, number = Client(self.port, said=somewhere(lots)), self._number()
        photo = picture(lots)
        page = self._asked("look", lambda: client.get("/report"))
        token = {"csrf_token": hidden(page.text, "csrf_token")}
        try:
            self._leads(self._asked("photo", lambda: client.upload("/report", token, "photos", photo)))
        except NoRoom:
            photo = b""  # as the page says: go on without it
        here = {"lat": str(HERE[0]), "lng": str(HERE[1]), "source": "map"}
        words = f"Rác chất đống, mẫu {number}"
        what = {"words": words, "category": "rubbish", "danger": "no", "asked": "rubbish"}
        self._leads(self._asked("place", lambda: client.press("/report/place", token | here)))
        self._leads(self._asked("what", lambda: client.press("/report/what", token | what)))
        page = self._asked("look", lambda: client.get("/report/send"))
        address, key = f"nguoi{number}@example.org", hidden(page.text, "client_id")
        act = self.ledger.asks(Act(Kind.FILE, key, words=words, address=address, photo=photo))
        fields = token | {"email": address, "client_id": key}
        while not self.is_over.is_set():
            try:
                answer = self._asked("send", lambda: client.press("/report/send", fields))
            except Unanswered:
                time.sleep(0.2)
                continue
            self._leads(answer)
            found = DONE.search(answer.location)
            assert found, f"send led to {answer.location}"
            act.code = found[2]
            self.ledger.told(act)
            self.ledger.files(Filed(act.code, found[1], address, has_account=False, is_added=True))
            return

    def work(self, lots: Random, client: Client) -> None:
        """One step with the oldest report that waits for one."""
        found = self._next(lots, lambda one: one.step < len(STEPS))
        if found is None:
            return
        move = STEPS[found.step]
        if move == "note" and lots.random() < 0.5:
            found.step += 1
            return
        page = self._desk(client, f"/desk/r/{found.code}?move={move}")
        if move not in offered(page.text):
            found.step += 1  # an answer that never came had done it, or it is no longer to be done
            return
        words = f"Ghi chép {self._number()} của {found.code}"
        fields = {"csrf_token": hidden(page.text, "csrf_token"), "version": hidden(page.text, "version"), "move": move}
        if move == "note":
            fields["words"] = words
        if move == "resolve":
            fields |= {"outcome": "cannot_fix", "words": f"Đã xem, cần vật tư đặt riêng. {words}"}
        act = Act(Kind.NOTE, words, words, found.code) if move == "note" else Act(Kind.MOVE, move, code=found.code)
        if found.has_account:
            act.address = found.address
        self.ledger.asks(act)
        answer = self._asked(move, lambda: client.press(f"/desk/r/{found.code}", fields))
        if answer.status in (302, 303):
            self.ledger.told(act)
            found.step += 1
        else:
            assert answer.status in (403, 409, 422), f"{move} {found.code}: {answer.status}"

    def befriend(self, lots: Random, client: Client) -> None:
        """What residents do later: confirm an address, say "the same problem", rate an answer."""
        found = self._next(lots, lambda one: not (one.is_confirmed or one.has_account))
        if found and (link := self._link(found)):
            self._confirm(found, link, Client(self.port, said=somewhere(lots)))
        found = self._next(lots, lambda one: not one.is_joined and not one.is_rated and one.step < len(STEPS))
        if found and lots.random() < 0.5:
            self._join(found, Client(self.port, said=somewhere(lots)))
        found = self._next(lots, lambda one: not one.is_rated and one.step >= len(STEPS))
        if found:
            self._rate(found, lots, Client(self.port, said=somewhere(lots)))

    def photograph(self, lots: Random, client: Client) -> None:
        """A photo and some words more, on the reporter's own page."""
        found = self._next(lots, lambda one: not one.is_added)
        if found is None:
            return
        client = Client(self.port, said=somewhere(lots))
        page = self._asked("look", lambda: client.get(found.own))
        words = f"Bổ sung {self._number()} cho {found.code}"
        act = self.ledger.asks(Act(Kind.ADD, words, words, found.code, photo=picture(lots)))
        fields = {"add-csrf_token": hidden(page.text, "add-csrf_token"), "add-words": words}
        try:
            answer = self._asked("photo", lambda: client.upload(f"{found.own}/add", fields, "add-photos", act.photo))
        except NoRoom:
            raise
        except Unanswered:
            found.is_added = True  # it may be there: nobody sends the same words twice
            raise
        assert answer.status in (302, 303), f"photo {found.code}: {answer.status} {answer.text[-400:]}"
        self.ledger.told(act)
        found.is_added = True

    def read(self, lots: Random, client: Client) -> None:
        """Pages everybody reads."""
        found = self._next(lots, lambda one: True)
        paths = ["/", "/reports", "/map", "/tiles/14/13010/7212.json"]
        if found:
            paths += [f"/r/{found.code}", found.own]
        path = lots.choice(paths)
        answer = self._asked("read", lambda: client.get(path))
        assert answer.status == 200, f"{path.split('/')[1]}: {answer.status}"

    def waits(self) -> int:
        """How many letters wait, as the administrators' page says it."""
        client = Client(self.port)
        for _ in range(20):
            try:
                page = self._desk(client, "/admin/mail", ADMIN)
            except Unanswered:
                time.sleep(0.2)
                continue
            found = re.search(r"(\d+) thư đang chờ", page.text)
            assert found, "the page does not say how many letters wait"
            self.most_waited = max(self.most_waited, int(found[1]))
            return int(found[1])
        return 0

    # --- how they do it ---

    def _confirm(self, found: Filed, link: str, client: Client) -> None:
        page = self._asked("look", lambda: client.get(link))
        act = self.ledger.asks(Act(Kind.CONFIRM, link, code=found.code))
        answer = self._asked("confirm", lambda: client.press(link, {"csrf_token": hidden(page.text, "csrf_token")}))
        assert answer.status in (302, 303), f"confirm {found.code}: {answer.status}"
        self.ledger.told(act)
        found.is_confirmed = True

    def _join(self, found: Filed, client: Client) -> None:
        path = f"/r/{found.code}/join"
        page = self._asked("look", lambda: client.get(path))
        found.is_joined = True
        act = self.ledger.asks(Act(Kind.JOIN, client.said["X-Forwarded-For"], code=found.code))
        answer = self._asked("join", lambda: client.press(path, {"csrf_token": hidden(page.text, "csrf_token")}))
        assert answer.status in (302, 303), f"join {found.code}: {answer.status}"
        if "/with/" in answer.location:
            self.ledger.told(act)

    def _rate(self, found: Filed, lots: Random, client: Client) -> None:
        page = self._asked("look", lambda: client.get(found.own))
        words = f"Đánh giá {self._number()} cho {found.code}"
        said = {"rate-rating": lots.choice(("satisfied", "acceptable")), "rate-words": words}
        if 'name="rate-rating"' not in page.text:
            return
        act = self.ledger.asks(Act(Kind.RATE, words, words, found.code))
        found.is_rated = True
        token = {"rate-csrf_token": hidden(page.text, "rate-csrf_token")}
        answer = self._asked("rate", lambda: client.press(f"{found.own}/rate", token | said))
        assert answer.status in (302, 303), f"rate {found.code}: {answer.status}"
        self.ledger.told(act)

    def _leads(self, answer: Answer) -> None:
        assert answer.status in (302, 303), f"{answer.status} {answer.text[-400:]}"

    def _link(self, found: Filed) -> str:
        """Where the letter leads that asks to confirm the address; empty before it came."""
        links = [link[1] for letter in self.office.to(found.address) if (link := LINK.search(letter.text))]
        return links[0] if links else ""

    def _desk(self, client: Client, path: str, who: str = DISPATCHER) -> Answer:
        answer = self._asked("look", lambda: client.get(path))
        if answer.status in (302, 303):
            self._sign_in(client, who)
            answer = self._asked("look", lambda: client.get(path))
        if answer.status != 200:
            raise Unanswered
        return answer

    def _sign_in(self, client: Client, who: str) -> None:
        page = self._asked("sign in", lambda: client.get("/sign-in"))
        said = {"email": who, "password": PASSWORD, "csrf_token": hidden(page.text, "csrf_token")}
        answer = self._asked("sign in", lambda: client.press("/sign-in", said))
        if answer.status not in (302, 303):
            raise Unanswered

    def _asked(self, what: str, ask: Callable[[], Answer]) -> Answer:
        """The answer. Raises Unanswered where the line broke, or where our page says that it cannot be done now."""
        with self.ledger.in_flight(what):
            try:
                answer = ask()
            except OSError as error:
                self.ledger.counts(f"{what} broke off")
                raise Unanswered from error
        self.ledger.counts(f"{what} {answer.status}")
        if answer.status >= 500:
            said = _said(answer)
            if answer.status == 503 and NO_ROOM in said:
                self.turned_away += 1
                raise NoRoom
            if answer.status != 503 or not any(words in said for words in NOT_NOW):
                self.ledger.rough.append(f"{what}: {answer.status} {' '.join(said.split())[:300]}")
            raise Unanswered
        return answer

    def _next(self, lots: Random, is_wanted: Callable[[Filed], bool]) -> Filed | None:
        """One of the reports that wait for this, not always the same."""
        with self.ledger.lock:
            wanted = [one for one in self.ledger.reports if is_wanted(one)]
        return lots.choice(wanted[:20]) if wanted else None

    def _number(self) -> int:
        with self.ledger.lock:
            self.numbers += 1
            return self.numbers


def _said(answer: Answer) -> str:
    """What a person or a script reads."""
    if answer.text.startswith("{"):
        return str(json.loads(answer.text).get("message"))
    return html.unescape(answer.text)


def somewhere(lots: Random) -> dict[str, str]:
    """Somebody at a connection of their own, as nginx would name it."""
    return {"X-Forwarded-For": f"10.{lots.randrange(256)}.{lots.randrange(256)}.{lots.randrange(1, 255)}"}


def report(act: Act, address: str, lots: Random) -> dict[str, object]:
    return {
        "client_id": act.key,
        "category": "rubbish",
        "lat": HERE[0] + lots.uniform(-0.02, 0.02),
        "lng": HERE[1] + lots.uniform(-0.02, 0.02),
        "words": act.words,
        "contact": {"email": address},
    }


def picture(lots: Random) -> bytes:
    """A photo like no other: coarse noise, in colour, at a size of its own."""
    small = Image.frombytes("RGB", (16, 12), lots.randbytes(16 * 12 * 3))
    kept = BytesIO()
    small.resize((lots.randrange(360, 520), lots.randrange(270, 400)), Image.Resampling.BICUBIC).save(kept, "JPEG")
    return kept.getvalue()
