"""A link of our letters that was used or is too old says so, and offers the next step; never whether somebody has an
account."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts import joining, links, passwords, team
from app.domain.accounts.links import Purpose
from app.domain.accounts.team import Terms
from app.domain.city import store
from app.domain.reports import guests
from app.extensions import db, unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import letters_to, link_in, work

GOOD = "bốn từ khác hẳn nhau cầu vồng"
LAN = "lan@example.org"
Post = Callable[..., str]


@pytest.fixture
def post(app: Flask, outbox: Path, clock: Clock, db_session: Session) -> Post:
    """The path of the newest letter's link, once the worker has sent what is owed."""

    def newest(address: str = LAN, part: str = "") -> str:
        work(app)
        return link_in(letters_to(address, outbox)[-1], part)

    return newest


def over(client: Browser, link: str, heading: str) -> str:
    """What the page of a link that is over says; well made, and under the right heading."""
    answer = client.get("/en" + link.removeprefix("/en"))
    assert answer.status_code == 410
    assert faults(answer.text) == []
    assert f"<h1>{heading}</h1>" in answer.text
    assert "withdrawn by the sender" not in answer.text
    return answer.text


def action_of(page: str) -> str:
    return re.findall(r'<main.*?<form class="form" method="post" action="([^"]+)"', page, re.DOTALL)[0]


def an_account(email: str = LAN) -> Person:
    return factories.a_person("Lan", email=email, password_hash=passwords.hash_password(GOOD))


def test_a_sign_up_left_lying_is_confirmed_by_a_second_letter(client: Browser, post: Post, clock: Clock) -> None:
    client.post("/sign-up", data={"email": LAN, "password": GOOD})
    first = post(part="/sign-up/confirm/")
    clock.forward(days=8)
    page = over(client, first, "This link has expired")
    assert LAN in page
    answer = client.post(action_of(page))
    assert f"on its way to {LAN}" in answer.text
    second = post(part="/sign-up/confirm/")
    assert second != first
    assert client.post(second, data={"password": GOOD}).status_code == 303
    page = over(client, first, "This link has been used already")
    assert 'href="/en/sign-in"' in page


def test_a_sign_up_that_was_forgotten_is_begun_anew(client: Browser, post: Post, clock: Clock) -> None:
    client.post("/sign-up", data={"email": LAN, "password": GOOD})
    first = post(part="/sign-up/confirm/")
    clock.forward(days=15)
    with unit_of_work():
        assert joining.forget_unconfirmed() == 1
    page = over(client, first, "This link has expired")
    assert 'href="/en/sign-up"' in page
    assert client.post(f"{first}/again").status_code == 200  # says what it always says, and writes to nobody


def test_an_expired_link_to_a_new_password_offers_another_with_the_address_filled_in(
    client: Browser, post: Post, clock: Clock
) -> None:
    an_account()
    client.post("/reset", data={"email": LAN})
    first = post(part="/reset/")
    clock.forward(hours=3)
    page = over(client, first, "This link has expired")
    assert action_of(page) == "/en/reset"
    assert f'value="{LAN}"' in page
    client.post(action_of(page), data={"email": LAN})
    second = post(part="/reset/")
    assert client.post(second, data={"password": "một mật khẩu hoàn toàn khác nữa"}).status_code == 303
    page = over(client, second, "This link has been used already")
    assert f'value="{LAN}"' in page


@pytest.fixture
def invited(post: Post) -> str:
    lead = factories.actor("ubnd-10001", Role.LEAD)
    with unit_of_work():
        unit_id = store.current().units["ubnd-10001"].id
        team.invite(LAN, "Người mới", unit_id, Terms(Role.CLERK), by=lead)
    return post(part="/invitation/")


def test_an_expired_invitation_is_sent_again_to_the_same_mailbox(
    client: Browser, invited: str, post: Post, clock: Clock
) -> None:
    clock.forward(days=8)
    page = over(client, invited, "This link has expired")
    assert f"on its way to {LAN}" in client.post(action_of(page)).text
    second = post(part="/invitation/")
    assert client.post(second, data={"name": "Lan", "password": GOOD}).headers["Location"].endswith("/desk")
    page = over(client, second, "This link has been used already")
    assert "Your password is chosen." in page


def test_an_invitation_to_a_role_that_ended_is_not_sent_again(
    client: Browser, invited: str, outbox: Path, clock: Clock
) -> None:
    with unit_of_work() as session:
        role = session.scalars(select(Membership).join(Membership.person).where(Person.name == "Người mới")).one()
        role.ended_at = now()
    clock.forward(days=8)
    client.post(f"{invited}/again")
    work(client.application)
    assert len(letters_to(LAN, outbox)) == 1


def test_an_invitation_that_a_newer_one_replaced_says_so_and_sends_nothing(
    client: Browser, invited: str, outbox: Path
) -> None:
    lead = factories.actor("ubnd-10001", Role.LEAD)
    role = db.session.scalars(select(Membership).join(Membership.person).where(Person.name == "Người mới")).one()
    with unit_of_work():
        team.invite_again(role.id, "dung@example.org", by=lead)
    page = over(client, invited, "This invitation is no longer valid")
    assert "newest letter" in page
    client.post(f"{invited}/again")
    work(client.application)
    assert len(letters_to(LAN, outbox)) == 1


def test_an_expired_new_address_leads_back_to_the_form_that_asks_for_the_password(
    client: Browser, post: Post, clock: Clock
) -> None:
    lan = an_account()
    client.sign_in(lan)
    client.post("/account/email", data={"email": "moi@example.org", "password": GOOD})
    link = post("moi@example.org", "/account/email/")
    clock.forward(days=2)
    page = over(client, link, "This link has expired")
    assert 'href="/en/account/email"' in page
    client.post("/account/email", data={"email": "moi@example.org", "password": GOOD})
    link = post("moi@example.org", "/account/email/")
    assert client.post(link).status_code == 303
    over(client, link, "This link has been used already")


def test_one_link_asks_for_few_letters(edge: Callable[..., Browser], db_session: Session, clock: Clock) -> None:
    token = links.make(Purpose.CONFIRM, factories.a_person(password_hash="kept"), LAN)
    clock.forward(days=8)
    browser = edge(rate_limits=True)
    codes = [browser.post(f"/sign-up/confirm/{token}/again").status_code for _press in range(6)]
    assert codes == [200] * 5 + [429]


@pytest.mark.parametrize("path", ["/sign-up/confirm/{}/again", "/invitation/{}/again"])
def test_a_made_up_link_asks_for_nothing(client: Browser, db_session: Session, path: str) -> None:
    assert client.post(path.format("W10.aaaa.bbbb")).status_code == 404


def test_an_expired_link_to_follow_offers_another(
    client: Browser, outbox: Path, clock: Clock, app: Flask, db_session: Session
) -> None:
    report = factories.a_report()
    clock.forward(hours=1)
    with unit_of_work():
        guests.ask(report, "theo@example.org", language="en")
    work(app)
    first = link_in(letters_to("theo@example.org", outbox)[-1], "/follow/confirm/")
    clock.forward(days=8)
    page = over(client, first, "This link has expired")
    assert 'value="theo@example.org"' in page
    client.post(action_of(page), data={"email": "theo@example.org"})
    work(app)
    second = link_in(letters_to("theo@example.org", outbox)[-1], "/follow/confirm/")
    assert second != first
    assert client.get(second).status_code == 200
