"""People are looked up in an index, with marks or without, in both databases."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.accounts import find
from app.extensions import db
from tests import factories


@pytest.fixture
def an(db_session: Session) -> str:
    return factories.a_person("Nguyễn Văn Ấn", email="an.nguyen@example.org").name


@pytest.mark.parametrize("words", ["Nguyễn", "nguyen", "NGUYEN VAN", "ấn", "Văn Nguyễn", "an.ngu", "example.org"])
def test_a_name_is_found_however_it_is_typed(an: str, words: str) -> None:
    factories.a_person("Trần Bình", email="binh@example.net")
    assert [one.name for one in find.search(words)] == [an]


@pytest.mark.parametrize("words", ["guyen", "yễn", "…", "nguyen tran"])
def test_what_no_word_begins_with_finds_nobody(an: str, words: str) -> None:
    assert find.search(words) == []


def test_the_search_goes_by_its_index(an: str) -> None:
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        asked = "EXPLAIN QUERY PLAN SELECT rowid FROM person_fts WHERE person_fts MATCH 'nguyen'"
        assert re.search(r"VIRTUAL TABLE INDEX \d+:M", str(connection.execute(text(asked)).all()))
        return
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    asked = "EXPLAIN SELECT id FROM person WHERE to_tsvector('simple', folded) @@ to_tsquery('simple', 'nguyen:*')"
    assert "ix_person_folded" in str(connection.execute(text(asked)).all())
