"""Walks the whole: the promises of the house that no single test file keeps."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import Connection, MetaData, create_engine, inspect, select
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ROOT = Path(__file__).resolve().parent.parent
TOP = (
    *("app/routes", "app/models", "app/domain", "app/forms", "app/web", "app/adapters", "app/jobs", "migrations"),
    *("static", "templates", "tests", "cities/hanoi", "docs", "wsgi.py", "requirements.txt", "Makefile"),
    *("CHANGELOG.md", "README.md", ".ci/run", "docs/glossary.md", "docs/adr"),
)
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


@pytest.mark.parametrize("path", TOP)
def test_the_house_has_its_rooms(path: str) -> None:
    assert (ROOT / path).exists()


# Doors ------------------------------------------------------------------------------------------------------------


def test_every_view_says_who_may_enter(app: Flask) -> None:
    silent = [
        f"{rule.endpoint} ({rule.rule})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not getattr(app.view_functions[rule.endpoint], "__access__", None)
    ]
    assert silent == []


def test_calls_go_down_never_up() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/checks.py", "contracts"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_routes_hold_no_query() -> None:
    """A route asks the domain; it neither builds a statement nor runs one."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files("app/routes")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _is_query(node)
    ]
    assert found == []


def _is_query(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="select" | "update" | "delete"):
            return True
        case ast.Attribute(attr="execute" | "scalars" | "scalar", value=ast.Attribute(attr="session")):
            return True
    return False


def test_one_place_reads_the_machines_clock() -> None:
    """`models.moment.now()` is the clock, so that a test can make it stand and a city can trust its promises."""
    clock = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(\)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files("app")
        if path.name != "moment.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if clock.search(line)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX)\b")
    found = [
        str(path.relative_to(ROOT))
        for folder in ("app", "scripts", "templates", "migrations", "tests")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".py", ".html", ".txt", ".sh"} and path != Path(__file__)
        if later.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


# Settings and pins --------------------------------------------------------------------------------------------------


def test_every_setting_is_in_the_operators_book() -> None:
    names = set(re.findall(r'"((?:HOIAM_[A-Z0-9_]+)|PORT)"', (ROOT / "app" / "config.py").read_text(encoding="utf-8")))
    book = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in book} == set()


def test_no_setting_is_read_behind_the_back_of_the_config() -> None:
    reads = re.compile(r"os\.(environ|getenv)")
    found = [
        str(path.relative_to(ROOT))
        for path in python_files("app")
        if path != ROOT / "app" / "config.py" and reads.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def pins(name: str) -> dict[str, str]:
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    return {found[0].lower().replace("_", "-"): found[1] for found in PIN.findall(text)}


def wishes(name: str) -> Iterator[str]:
    for line in (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines():
        wanted = line.partition("#")[0].strip()
        if wanted.startswith("-r "):
            yield from wishes(wanted[3:].removesuffix(".in"))
        elif wanted:
            yield re.split(r"[\[~=<>!;\s]", wanted)[0].lower().replace("_", "-")


@pytest.mark.parametrize(
    "name",
    ["requirements", "requirements-prod", "requirements-dev", "requirements-vision", "requirements-pictures"],
)
def test_every_library_is_pinned_with_hashes(name: str) -> None:
    assert {wish for wish in wishes(name) if wish not in pins(name)} == set()
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    starts = [match.start() for match in PIN.finditer(text)]
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_larger_sets_keep_the_pins_of_the_smaller() -> None:
    smaller, prod, dev = pins("requirements"), pins("requirements-prod"), pins("requirements-dev")
    assert {name: version for name, version in smaller.items() if prod.get(name) != version} == {}
    assert {name: version for name, version in prod.items() if dev.get(name) != version} == {}


def test_pins_name_no_machine() -> None:
    for name in (
        "requirements",
        "requirements-prod",
        "requirements-dev",
        "requirements-vision",
        "requirements-pictures",
    ):
        text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
        assert re.findall(r"https?://|file:|--index-url|--find-links", text) == []


# The database -------------------------------------------------------------------------------------------------------


def test_models_match_migrations(app: Flask, db_session: Session) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from app.models import Base

    with plain_connection(db_session.get_bind().engine.url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
        assert compare_metadata(context, Base.metadata) == []


def is_ours(item: Any, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Full text has no model: SQLite's tables and PostgreSQL's indexes for it are made by hand."""
    if not reflected or compare_to is not None:
        return True
    indexed = kind == "index" and (item.table.name == "report_text" or name == "ix_person_folded")
    by_hand = indexed or (kind == "table" and "_fts" in (name or ""))
    return not by_hand


def plain_connection(url: Any) -> Connection:
    """A connection with the database's own habits, outside the application's pool."""
    return create_engine(url, poolclass=NullPool).connect()


def test_migrations_go_up_down_and_up_again(empty_database: Callable[[], str]) -> None:
    from app import migrations

    engine = create_engine(empty_database(), poolclass=NullPool)
    migrations.upgrade(engine)
    first = schema(engine.connect())
    migrations.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(engine)
    assert schema(engine.connect()) == first
    assert migrations.current(engine) == migrations.head()
    engine.dispose()


def schema(connection: Connection) -> dict[str, Any]:
    """Tables, their columns and indexes, as the database tells them."""
    with connection:
        found = inspect(connection)
        return {
            table: (
                sorted(column["name"] for column in found.get_columns(table)),
                sorted(str(index["name"]) for index in found.get_indexes(table)),
            )
            for table in found.get_table_names()
        }


def test_each_migration_goes_down_and_up_with_rows_present(app: Flask, db_session: Session) -> None:
    from alembic.script import ScriptDirectory

    from app import migrations
    from app.domain import figures, workflow
    from app.extensions import unit_of_work
    from tests import factories

    report = factories.a_report()
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "receive", by=clerk)
    db_session.close()
    engine = db_session.get_bind().engine
    before = count_rows(plain_connection(engine.url))
    assert (before["ward"], before["report"], before["words"]) == (6, 1, 1)
    steps = list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())
    for step in steps[:-1]:  # all but the first: below it there is nothing to keep rows in
        migrations.downgrade(engine, str(step.down_revision))
        migrations.upgrade(engine)
        assert count_rows(plain_connection(engine.url)) == before, step.revision
        assert figures.verify() == [], step.revision
        db_session.close()
    migrations.downgrade(engine, "base")
    migrations.upgrade(engine)
    assert count_rows(plain_connection(engine.url))["ward"] == 0


def count_rows(connection: Connection) -> dict[str, int]:
    with connection:
        metadata = MetaData()
        metadata.reflect(connection)
        return {
            name: len(connection.execute(select(*table.primary_key.columns)).all())
            for name, table in metadata.tables.items()
            if table.primary_key.columns and "_fts" not in name
        }
