"""The databases of the tests: a fresh copy of a migrated, loaded template for each test, on SQLite and PostgreSQL.

Every test that asks for `app` (or anything built on it) runs on each database that `--database` names, unless it is
marked `only_sqlite`, `only_postgresql` or `browser`. Pages, which ask the database by way of the domain, run again on
PostgreSQL in `make proof` only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from psycopg import sql

from tests.support import postgres

PAGES = {"routes", "web", "test_pages.py", "test_canary.py"}
NO_POSTGRES = "PostgreSQL could not be started here: {}"


class Database(Protocol):
    """One database that can be put back to its template."""

    name: str
    url: str

    def keep_template(self) -> None:
        """What stands in the database now is the template from here on. No connection may be open."""

    def restore(self) -> None:
        """Be the template again. No connection may be open."""


class SqliteDatabase:
    """A file; the template is a copy beside it."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "hoiam.sqlite3"
        self._template = folder / "template.sqlite3"
        self.url = f"sqlite:///{self._file}"

    def keep_template(self) -> None:
        shutil.copyfile(self._file, self._template)  # the last connection has merged the WAL when it closed

    def restore(self) -> None:
        for ending in ("-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        fresh = self._file.with_suffix(".fresh")
        shutil.copyfile(self._template, fresh)
        fresh.replace(self._file)  # another file of the same name: a connection left open keeps the old one to itself


class PostgresDatabase:
    """A database of the shared server; the template is another one."""

    name = "postgresql"

    def __init__(self, server: str, worker: str) -> None:
        self._server = server
        self._database = f"hoiam_{worker}"
        self._template = f"hoiam_template_{worker}"
        self.url = postgres.url_for(server, self._database)
        self._clone(self._database, "template0")

    def keep_template(self) -> None:
        self._clone(self._template, self._database)

    def restore(self) -> None:
        self._clone(self._database, self._template)

    def _clone(self, name: str, template: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that needs a database runs once on each."""
    if "database" not in metafunc.fixturenames:
        return
    wish = metafunc.config.getoption("--database")
    names = ["sqlite", "postgresql"] if wish == "both" else [wish]
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if marks & {"only_sqlite", "browser", "proof"} or "open_page" in metafunc.fixturenames:
        names = ["sqlite"] if "sqlite" in names else []
    if "only_postgresql" in marks:
        names = ["postgresql"] if "postgresql" in names else []
    again = [pytest.mark.proof] if PAGES & set(Path(str(metafunc.module.__file__)).parts) else []
    runs = [pytest.param(name, marks=again if name == "postgresql" else ()) for name in names]
    metafunc.parametrize("database", runs, indirect=True, scope="session")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SharedServer(), "one PostgreSQL for all test processes")


class _SharedServer:
    """Started by the first process when a test wants it, known to the others by its address."""

    def __init__(self) -> None:
        self._server: postgres.Server | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        """xdist: hand the server's address to a worker."""
        config: pytest.Config = node.config  # type: ignore[attr-defined]
        if config.getoption("--database") != "sqlite":
            node.workerinput["postgres"] = self.address()  # type: ignore[attr-defined]

    def address(self) -> tuple[str, str]:
        """(address, "") or ("", why there is none)."""
        if self._server is None:
            try:
                self._server = postgres.start()
            except postgres.Unavailable as reason:
                return ("", str(reason))
        return (self._server.address, "")

    def pytest_unconfigure(self) -> None:
        if self._server is not None:
            self._server.stop()


@pytest.fixture(scope="session")
def postgres_address(request: pytest.FixtureRequest) -> str:
    """The server that all test processes share, as a psycopg address; skips by name where there is none."""
    shared = getattr(request.config, "workerinput", {}).get("postgres")
    if shared is None:
        shared = request.config.pluginmanager.get_plugin("one PostgreSQL for all test processes").address()
    address, why_not = shared
    if not address:
        pytest.skip(NO_POSTGRES.format(why_not))
    return str(address)


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """gw0, gw1 …, or alone."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "alone"))


@pytest.fixture(scope="session")
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Iterator[Database]:
    """The database of this run, still empty; `app` migrates it, loads the city and restores it for each test."""
    if request.param == "sqlite":
        yield SqliteDatabase(tmp_path_factory.mktemp("sqlite"))
    else:
        yield PostgresDatabase(request.getfixturevalue("postgres_address"), worker_name)


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Callable[[], str]:
    """Makes a database with nothing in it, of the same kind, and answers with its URL. For migration tests."""
    made: list[str] = []

    def make() -> str:
        made.append("x")
        if database.name == "sqlite":
            return SqliteDatabase(_folder(tmp_path / f"empty{len(made)}")).url
        address = request.getfixturevalue("postgres_address")
        worker = request.getfixturevalue("worker_name")
        return PostgresDatabase(address, f"{worker}_empty{len(made)}").url

    return make


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
