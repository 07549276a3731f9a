"""How a database says it would answer a statement, in the words of either dialect."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# On a table of a few rows PostgreSQL reads all of it; what it does with millions shows when it may not.
WITH_MANY_ROWS = ("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_hashagg")


def plan_of(session: Session, statement: Any, without: tuple[str, ...] = WITH_MANY_ROWS) -> str:
    """The plan of a statement, a line each step. Values stand in the text, as a planner may see them."""
    asked = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})).replace("%%", "%")
    if session.get_bind().dialect.name == "sqlite":
        return "\n".join(str(row[-1]) for row in session.execute(text(f"EXPLAIN QUERY PLAN {asked}")))
    for name in without:
        session.execute(text(f"SET {name} = off"))
    try:
        return "\n".join(str(row[0]) for row in session.execute(text(f"EXPLAIN (COSTS OFF) {asked}")))
    finally:
        for name in without:
            session.execute(text(f"RESET {name}"))


def is_sorted(plan: str) -> bool:
    """Does the database sort rows, instead of reading them in their order?"""
    return "TEMP B-TREE" in plan or "Sort" in plan
