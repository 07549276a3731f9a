"""A second, empty database of either kind, and what tells two cities apart."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from app.domain.moving import places, rows
from tests.support.databases import PostgresDatabase, SqliteDatabase

MakeDatabase = Callable[[str], str]


@pytest.fixture
def another_database(request: pytest.FixtureRequest, tmp_path: Path) -> MakeDatabase:
    """`another_database("postgresql")`: the URL of one with nothing in it."""
    made: list[str] = []

    def make(kind: str) -> str:
        made.append(kind)
        if kind == "sqlite":
            folder = tmp_path / f"other{len(made)}"
            folder.mkdir()
            return SqliteDatabase(folder).url
        address = request.getfixturevalue("postgres_address")
        return PostgresDatabase(address, f"{request.getfixturevalue('worker_name')}_other{len(made)}").url

    return make


def commanded(app: Flask, *arguments: str) -> Result:
    """A command of this application, though a test holds the context of another one open."""
    return contextvars.Context().run(app.test_cli_runner().invoke, args=list(arguments))


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in plain values."""
    with places.engine_of(url).connect() as connection:
        return {
            table.name: sorted((row for page in rows.pages(connection, table) for row in page), key=repr)
            for table in rows.tables()
        }


def tables_of(url: str) -> set[str]:
    """What the database itself says is there."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%' AND name NOT LIKE 'sqlite_%'"
        if url.startswith("sqlite")
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    with places.engine_of(url).connect() as connection:
        return set(connection.scalars(text(query)))
