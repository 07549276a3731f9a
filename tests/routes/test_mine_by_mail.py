"""My reports on another phone: one letter, whose link opens them for two hours."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.reports import filing, secret_of
from app.models import Report
from tests.factories import a_report
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import letters_to, link_in, work

EMAIL = "lan@example.org"


@pytest.fixture
def mine(clock: Clock, db_session: Session, app: Flask, client: Browser, outbox: Path) -> list[Report]:
    """Two reports whose address is confirmed, and one of somebody else."""
    filed = [a_report(contact=filing.Contact("Lan", EMAIL, "")) for _ in range(2)]
    a_report()
    work(app)
    for letter in letters_to(EMAIL, outbox):
        client.post(link_in(letter, "/confirm/"))
    work(app)
    return filed


def asked(app: Flask, client: Browser, outbox: Path, email: str = EMAIL) -> str:
    client.post("/mine/by-mail", data={"email": email})
    work(app)
    return link_in(letters_to(EMAIL, outbox)[-1], "/mine/by-mail/")


def test_the_link_opens_all_of_mine_and_nobody_elses_for_two_hours(
    app: Flask, client: Browser, new_browser: object, mine: list[Report], outbox: Path, clock: Clock
) -> None:
    link = asked(app, client, outbox)
    page = app.test_client().get(link)
    assert faults(page.text) == []
    assert page.headers["Cache-Control"] == "private, no-store"
    assert [f"/r/{one.code}/mine/{secret_of(one)}" in page.text for one in mine] == [True, True]
    assert page.text.count("/mine/") >= 2
    clock.forward(hours=2, seconds=1)
    assert app.test_client().get(link).status_code == 410
    assert app.test_client().get("/mine/by-mail/guessed").status_code == 404


def test_what_is_answered_never_tells_who_has_filed(
    app: Flask, client: Browser, mine: list[Report], outbox: Path
) -> None:
    before = len(list(outbox.glob("*.eml")))
    answers = [client.post("/mine/by-mail", data={"email": one}) for one in ("khong@example.org", EMAIL.upper())]
    assert {answer.status_code for answer in answers} == {303}
    work(app)
    assert len(list(outbox.glob("*.eml"))) == before + 1
    refused = client.post("/mine/by-mail", data={"email": "khong phai"})
    assert refused.status_code == 422
    assert faults(refused.text) == []
