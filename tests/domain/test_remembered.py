"""What a city remembers about itself is remembered once, however many begin at the same moment."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain import remembered
from app.domain.remembered import CODE_KEY, code_key
from app.extensions import db, unit_of_work
from app.models import Kept
from tests.support.two_hands import while_the_first_is_not_done


@pytest.mark.only_postgresql
def test_the_first_two_reports_of_a_city_get_codes_of_the_same_key(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "_keys", {})
    with unit_of_work() as session:
        session.execute(delete(Kept).where(Kept.name == CODE_KEY))
    keys: list[bytes] = []

    def second() -> bytes:
        with unit_of_work():
            return code_key()

    later = while_the_first_is_not_done(app, lambda: keys.append(code_key()), second)
    assert later.result() == keys[0]
    (kept,) = db.session.scalars(select(Kept.value).where(Kept.name == CODE_KEY))
    assert bytes.fromhex(kept["hex"]) == keys[0]
