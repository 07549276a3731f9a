"""The ground the tests stand on: each begins as new, requests share nothing, queries are counted, time stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, g, has_app_context
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.application import TUESDAY_AT_NINE, Browser, Clock, Counted, close, new_client

if TYPE_CHECKING:
    from app.config import Config


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_finds_the_city_as_new(db_session: Session, turn: str) -> None:
    from app.extensions import unit_of_work
    from app.models import Person, now

    assert db_session.query(Person).count() == 0
    with unit_of_work() as session:
        session.add(Person(name=turn, created_at=now()))
    assert db_session.query(Person).one().name == turn


def test_the_city_of_six_wards_is_loaded_with_its_outlines(db_session: Session) -> None:
    from app.domain import areas
    from app.domain.city import store

    assert len(store.current().wards) == 6
    assert areas.has_outlines()


def test_a_request_shares_no_context_with_the_test(app: Flask, db_session: Session, client: Browser) -> None:
    seen: list[Any] = []
    g.kept = "the test's"

    def look(response: Any) -> Any:
        seen.append(g.get("kept"))
        return response

    app.after_request_funcs.setdefault(None, []).append(look)
    try:
        client.get("/nowhere")
    finally:
        app.after_request_funcs[None].remove(look)
    assert seen == [None]
    assert has_app_context()
    assert g.kept == "the test's"


def test_queries_are_counted_without_the_frame_around_them(
    db_session: Session, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    from app.extensions import unit_of_work

    with count_queries() as counted, unit_of_work() as session:
        session.execute(text("SELECT 1"))
        session.execute(text("SELECT 2"))
    assert counted.count == 2, str(counted)
    db_session.execute(text("SELECT 3"))
    assert counted.count == 2


@pytest.fixture
def small_app(app: Flask, config: Config) -> Iterator[Flask]:
    """The application with one more page, which says who wrote."""
    from app import create_app
    from app.web.access import open_to_all

    made = create_app(config)
    made.test_client_class = Browser
    made.add_url_rule("/write", "write", open_to_all(lambda: current_user.get_id() or "nobody"), methods=["POST"])
    yield made
    with made.app_context():
        close(made)


def test_a_form_carries_the_token_unless_the_test_forbids(small_app: Flask) -> None:
    browser = new_client(small_app)
    assert browser.post("/write").text == "nobody"
    assert browser.post("/write").text == "nobody", "a session that stands keeps its token"
    browser.sends_token = False
    assert browser.post("/write").status_code == 400


def test_signing_in_is_for_one_browser_and_ends_everywhere(
    small_app: Flask, db_session: Session, sign_in: Callable[..., Browser]
) -> None:
    from app.extensions import unit_of_work
    from app.models import Person, now

    with unit_of_work() as session:
        person = Person(name="A", created_at=now())
        session.add(person)
    one, other = new_client(small_app), new_client(small_app)
    sign_in(person, browser=one)
    assert one.post("/write").text == person.get_id()
    assert other.post("/write").text == "nobody"
    with unit_of_work():
        person.session_epoch += 1
    assert one.post("/write").text == "nobody"


def test_the_clock_stands_until_it_is_moved(clock: Clock) -> None:
    from app.models import now

    assert now() == TUESDAY_AT_NINE == now()
    clock.forward(hours=3, minutes=30)
    assert now() == datetime(2025, 11, 25, 5, 30, tzinfo=UTC)
