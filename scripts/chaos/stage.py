"""The servers of a larger city, each a process of ours: PostgreSQL, Redis, web processes, worker, beat.

Whoever looks after them in a city (systemd) is played by a thread: what is not there is started again.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bench_database
import psycopg
from trouble import Trouble

from chaos.disk import Disk, Missing
from tests.proof.town import PASSWORD, ROOT, SIX_WARDS, Client, Town, free_port
from tests.support.deploy import said_in_env, started_by
from tests.support.redis import RedisServer

STARTS_WITHIN_S = 60
RESTS_S = 1.0  # between two starts of the same part
ADMIN = "quantri@example.org"

_PEOPLE = f"""
from app import create_app
from app.domain.accounts.passwords import hash_password
from app.extensions import unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role

with create_app().app_context(), unit_of_work() as session:
    admin = Person(name="Quản trị", email={ADMIN!r}, password_hash=hash_password({PASSWORD!r}), created_at=now())
    session.add(admin)
    session.flush()
    session.add(Membership(person_id=admin.id, unit_id=None, role=Role.ADMIN, created_at=now()))
"""


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still live."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found


@dataclass
class Part:
    """One program of the city."""

    name: str
    command: list[str]
    log: Path
    options: dict[str, Any]
    process: subprocess.Popen[bytes] | None = None
    away_until: float = 0.0  # nobody starts it before
    starts: int = 0

    @property
    def is_there(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self.options
            )
        self.starts += 1
        self.away_until = time.monotonic() + RESTS_S

    def kill(self, away_s: float) -> None:
        """SIGKILL, and whatever it had started goes with it as in a unit of systemd; it stays away for so long."""
        self.away_until = time.monotonic() + away_s
        offspring = children(self.pid)
        self.process.kill()  # type: ignore[union-attr]  # `pid` has looked
        for child in offspring:
            with suppress(ProcessLookupError):
                os.kill(child, 9)
        self.process.wait(10)  # type: ignore[union-attr]

    def stop(self) -> None:
        if self.process is None or not self.is_there:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill(0)


@dataclass
class Stage:
    """All parts, in one folder. Ends no process but its own."""

    folder: Path
    smtp_port: int
    parts: dict[str, Part] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port, self.database_port = free_port(), free_port()
        self.data, self.secret = self.folder / "data", secrets.token_urlsafe(48)
        self.redis = RedisServer(self.folder)
        self.is_over = threading.Event()
        self.disk: Disk | None = None
        self._steward = threading.Thread(target=self._tend, name="steward", daemon=True)

    # --- how it is started and ended ---

    @property
    def settings(self) -> dict[str, str]:
        return said_in_env() | {
            "HOIAM_PUBLIC_URL": "",
            "HOIAM_SECRET_KEY": self.secret,
            "HOIAM_DATA": str(self.data),
            "HOIAM_CITY": str(SIX_WARDS),
            "HOIAM_DATABASE_URL": f"postgresql+psycopg://postgres@127.0.0.1:{self.database_port}/postgres",
            "HOIAM_REDIS_URL": self.redis.url,
            "HOIAM_SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}?timeout=8",
            "HOIAM_MAIL_FROM": "hoi-am@example.org",
            "HOIAM_UNDO_SECONDS": "0",
            "HOIAM_RATE_LIMITS": "1",
            "HOIAM_TRUSTED_PROXIES": "1",
            "HOIAM_ARGON2_MEMORY_KIB": "64",
            "HOIAM_LOG_LEVEL": "WARNING",
            "PORT": str(self.port),
            "RUNTIME_DIRECTORY": str(self.folder),
        }

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
        return own | self.settings

    def start(self) -> None:
        """Everything, with a city in it; comes back once a page is answered."""
        if shutil.which("redis-server") is None:
            raise Missing("There is no redis-server here: install it (Debian, Ubuntu: sudo apt install redis-server).")
        self.parts["postgresql"] = self._postgresql()
        self.parts["redis"] = Part("redis", self.redis.command, self.folder / "redis.log", {})
        for part in self.parts.values():
            part.start()
        self._until(self._database_answers, "PostgreSQL")
        self.disk = Disk(self.data / "storage")
        Town(self.data, self.settings).make()
        subprocess.run([sys.executable, "-c", _PEOPLE], cwd=ROOT, env=self.environment, check=True, timeout=60)
        for unit in ("web", "worker", "letters", "beat"):
            self.parts[unit] = self._ours(unit)
            self.parts[unit].start()
        self._until(lambda: Client(self.port).ask("GET", "/readyz").status == 200, "the web processes")
        self._steward.start()

    def stop(self) -> None:
        self.is_over.set()
        if self._steward.is_alive():
            self._steward.join(10)
        for part in reversed(self.parts.values()):
            part.stop()
        if self.disk is not None:
            self.disk.end()

    def _ours(self, unit: str) -> Part:
        """By the very command of deploy/, with the small disk before its eyes."""
        assert self.disk is not None
        program, *words = started_by(unit)
        here = str(Path(sys.executable).with_name(Path(program).name))
        command = self.disk.inside([here, *words], ROOT)
        return Part(unit, command, self.folder / f"{unit}.log", {"env": self.environment})

    def _postgresql(self) -> Part:
        """A cluster that keeps its word (fsync stays on), started without pg_ctl so that its process is ours."""
        cluster = self.folder / "cluster"
        cluster.mkdir()
        self.folder.chmod(0o755)
        options: dict[str, Any] = {"cwd": cluster} | bench_database.becoming(cluster)
        initdb = [bench_database.program("initdb"), "-D", str(cluster), "-U", "postgres", "--auth=trust"]
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, **options
        )
        said = {
            "listen_addresses": "127.0.0.1",
            "port": self.database_port,
            "unix_socket_directories": "",
            "max_connections": 120,
        }
        words = [word for name, value in said.items() for word in ("-c", f"{name}={value}")]
        command = [bench_database.program("postgres"), "-D", str(cluster), *words]
        return Part("postgresql", command, self.folder / "postgresql.log", options)

    def _tend(self) -> None:
        """What is not there is started again once its time has come."""
        while not self.is_over.wait(0.1):
            for part in self.parts.values():
                if not part.is_there and time.monotonic() >= part.away_until:
                    part.start()

    def _until(self, is_so: Callable[[], bool], what: str) -> None:
        ends = time.monotonic() + STARTS_WITHIN_S
        while True:
            with suppress(OSError, psycopg.Error):
                if is_so():
                    return
            if time.monotonic() > ends:
                tails = "\n".join(f"--- {name}\n{part.log.read_text()[-1500:]}" for name, part in self.parts.items())
                raise Trouble(f"{what} did not answer within {STARTS_WITHIN_S} s.\n{tails}")
            time.sleep(0.1)

    # --- how it is looked at ---

    def _database_answers(self) -> bool:
        return self.asked("SELECT 1") == [(1,)]

    def asked(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows straight from the database. Raises psycopg.Error while it is away."""
        address = f"postgresql://postgres@127.0.0.1:{self.database_port}/postgres?connect_timeout=2"
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            cursor = connection.execute(question.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def backends(self) -> list[int]:
        """The processes of PostgreSQL that serve the city's connections."""
        found = []
        for pid in children(self.parts["postgresql"].pid):
            with suppress(OSError):
                if b" 127.0.0.1(" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    def is_whole(self) -> bool:
        """Every part lives and a page is answered."""
        try:
            answer = Client(self.port).ask("GET", "/readyz")
        except OSError:
            return False
        return all(part.is_there for part in self.parts.values()) and answer.status == 200
