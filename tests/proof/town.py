"""A small city served by the program itself, in a process of its own that can be killed at any moment."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
SIX_WARDS = ROOT / "tests" / "cities" / "six_wards"
STARTS_WITHIN_S = 40
PASSWORD = "cho-thu-nghiem-20"  # nosec B105 - of a made-up dispatcher in a temporary folder
HERE = (21.02, 105.76)  # well inside the first of the six wards
DISPATCHER, RESIDENT = "dieuphoi@example.org", "nguoidan@example.org"

_MAKE = f"""
from pathlib import Path
from app import create_app, migrations
from app.domain import areas
from app.domain.accounts.passwords import hash_password
from app.domain.city import folder, store
from app.extensions import db, unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role

with create_app().app_context():
    migrations.upgrade(db.engine)
    with unit_of_work():
        store.load(folder.read(Path({str(SIX_WARDS)!r})))
    with unit_of_work() as session:
        areas.import_file(Path({str(SIX_WARDS.with_suffix(".geojson"))!r}))
        known = hash_password({PASSWORD!r})
        staff = Person(name="Điều phối", email={DISPATCHER!r}, password_hash=known, created_at=now())
        session.add(staff)
        session.add(Person(name="Người dân", email={RESIDENT!r}, password_hash=known, created_at=now()))
        session.flush()
        session.add(Membership(person_id=staff.id, unit_id=None, role=Role.DISPATCHER, created_at=now()))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Town:
    """One data folder, one port; `start` and `kill` as often as wanted. Ends no process but its own."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = free_port()

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
        return own | {
            "HOIAM_DATA": str(self.data),
            "HOIAM_CITY": str(SIX_WARDS),
            "HOIAM_RATE_LIMITS": "0",
            "HOIAM_UNDO_SECONDS": "0",
            "HOIAM_LOG_LEVEL": "ERROR",
            "HOIAM_ARGON2_MEMORY_KIB": "64",
            "PORT": str(self.port),
            **self.settings,
        }

    def make(self) -> None:
        """The city, its outlines, a dispatcher and a resident, in an empty folder."""
        subprocess.run([sys.executable, "-c", _MAKE], cwd=ROOT, env=self.environment, check=True, timeout=120)

    def start(self) -> None:
        """Serve, and come back once a page is answered."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "start", "--no-demo"]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        ends = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < ends:
            assert self.process.poll() is None, (self.data / "server.log").read_text()[-2000:]
            try:
                if Client(self.port).ask("GET", "/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"no answer within {STARTS_WITHIN_S} s")

    def kill(self) -> None:
        """As a power cut would: no word, no mercy."""
        assert self.process is not None, "nothing was started"
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """To look, not to touch."""
        path = f"file:{self.data / 'hoiam.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as connection:
            yield connection

    def count(self, question: str, *values: object) -> int:
        with self.database() as connection:
            return int(connection.execute(question, values).fetchone()[0])


@dataclass
class Answer:
    status: int
    text: str
    location: str


@dataclass
class Client:
    """A browser's essentials: cookies, our own origin, one fresh connection a request so that a kill is noticed."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # headers of every request

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | self.said
        if body is not None:
            origin = f"http://127.0.0.1:{self.port}"
            headers |= {"Content-Type": kind, "Origin": origin, "Referer": f"{origin}/"}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, text, response.headers.get("Location", ""))

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def press(self, path: str, fields: dict[str, str]) -> Answer:
        return self.ask("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def send(self, path: str, said: dict[str, object]) -> Answer:
        return self.ask("POST", path, json.dumps(said).encode(), "application/json")

    def upload(self, path: str, fields: dict[str, str], name: str, photo: bytes) -> Answer:
        end = "----end"
        parts = [
            f'--{end}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        head = f'--{end}\r\nContent-Disposition: form-data; name="{name}"; filename="anh.jpg"\r\n'
        parts += [head.encode(), b"Content-Type: image/jpeg\r\n\r\n", photo, f"\r\n--{end}--\r\n".encode()]
        return self.ask("POST", path, b"".join(parts), f"multipart/form-data; boundary={end}")

    def sign_in(self, email: str, password: str) -> None:
        token = hidden(self.get("/sign-in").text, "csrf_token")
        answer = self.press("/sign-in", {"email": email, "password": password, "csrf_token": token})
        assert answer.status in (302, 303), answer


def hidden(page: str, name: str) -> str:
    """The value of a hidden field, empty where the page has none."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return value[1] if value else ""


def offered(page: str) -> set[str]:
    """The steps whose button stands on the page; a link or a word that merely names one is not an offer."""
    fields = re.findall(r'<input[^>]*name="move"[^>]*>', page)
    return {value[1] for field in fields if (value := re.search(r'value="(\w+)"', field))}
