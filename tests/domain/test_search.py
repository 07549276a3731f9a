"""How the text of reports is asked for words on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import search
from app.models import Report
from tests import factories

pytestmark = pytest.mark.only_postgresql


@pytest.mark.parametrize(("words", "is_index_first"), [("rac", False), ("rac cho", False), ("rac truoc cho", True)])
def test_three_words_are_looked_up_before_any_report_is_walked(
    db_session: Session, words: str, is_index_first: bool
) -> None:
    report = factories.a_report(words="Rác chất đống trước cổng chợ")
    condition = search.matching(words, staff=True)
    assert condition is not None
    asked = select(Report.id).where(condition).order_by(Report.id.desc()).limit(21)
    assert ("OFFSET 0" in str(asked.compile(db_session.get_bind()))) is is_index_first
    assert list(db_session.scalars(asked)) == [report.id]
