"""One English word may mean two things; each place says the Vietnamese of its own."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask, render_template_string
from sqlalchemy.orm import Session

from app.domain.city import store
from app.domain.workflow.moves import BY_CODE
from app.models import Membership
from app.models.choices import Role
from app.web import kinds
from app.web.labels import label
from tests import factories
from tests.support.application import Browser, Clock


def test_the_tables_of_the_numbers_are_headed_by_what_their_lines_are(
    client: Browser, db_session: Session, clock: Clock
) -> None:
    factories.a_report()
    heads = re.findall(
        r'<table class="compare">.*?<th scope="col">([^<]+)</th>', client.get("/numbers").text, re.DOTALL
    )
    assert heads == ["Đơn vị", "Loại việc", "Phường/xã"]


def test_the_window_of_a_pin_is_closed_and_a_report_ends(client: Browser, db_session: Session) -> None:
    words = json.loads(re.findall(r"data-words='([^']+)'", client.get("/map").text)[0])
    assert words["close"] == "Đóng"
    with client.application.test_request_context("/"):
        assert str(BY_CODE["close"].label) == "Kết thúc"


@pytest.mark.parametrize(
    ("listed", "said"), [("categories", "loại việc khác"), ("wards", "phường/xã khác")], ids=["categories", "wards"]
)
def test_more_of_something_says_of_what(app: Flask, db_session: Session, listed: str, said: str) -> None:
    city = store.current()
    codes = list(getattr(city, listed))[:5]
    role = Membership(role=Role.CLERK, **{"categories": [], "wards": [], listed: codes})
    with app.test_request_context("/"):
        line = render_template_string(
            '{% from "team/_terms.html" import said with context %}{{ said(role, city) }}', role=role, city=city
        )
    assert f"và 2 {said}" in line


def test_the_dispatching_unit_is_no_person(app: Flask, db_session: Session) -> None:
    with app.test_request_context("/"):
        assert str(kinds.UNITS["dispatch"]) == "Bộ phận điều phối"
        assert str(label(Role.DISPATCHER)) == "Điều phối viên"
