"""The life of an account, in the browser and by its letters: from signing up to closing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.domain.accounts import passwords, team
from app.domain.accounts.team import Terms
from app.domain.city import store
from app.extensions import db, unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import letters_to, link_in, text_of, work

GOOD, OTHER = "bốn từ khác hẳn nhau cầu vồng", "một mật khẩu hoàn toàn khác nữa"
LAN = "lan@example.org"
New = Callable[[], Browser]


@pytest.fixture
def post(app: Flask, outbox: Path) -> Callable[..., str]:
    """The path of the newest letter's link, once the worker has sent what is owed."""

    def newest(address: str = LAN, part: str = "") -> str:
        work(app)
        return link_in(letters_to(address, outbox)[-1], part)

    return newest


@pytest.fixture
def lan(db_session: Session) -> Person:
    """Somebody with an account."""
    return factories.a_person("Lan", email=LAN, password_hash=passwords.hash_password(GOOD))


def sign_in(browser: Browser, password: str = GOOD, email: str = LAN, **more: str) -> TestResponse:
    return browser.post("/en/sign-in", data={"email": email, "password": password, **more})


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


# From the first letter to the last ------------------------------------------------------------------------------------


def test_a_whole_life(client: Browser, new_browser: New, db_session: Session, post: Any, outbox: Path) -> None:
    answer = client.post("/en/sign-up", data={"email": "Lan@Example.org", "name": "Lan", "password": GOOD})
    assert "on its way to" in answer.text
    assert sign_in(client).status_code == 422  # not before the letter was read
    link = post(part="/sign-up/confirm/")
    page = client.get(link)
    assert faults(page.text) == []
    assert not is_in(client)  # a mail scanner only looks
    assert client.post(link, data={"password": GOOD}).headers["Location"].endswith("/account")
    assert is_in(client)
    assert client.post(link, data={"password": GOOD}).status_code == 410  # the link was used

    phone = new_browser()
    assert sign_in(phone).status_code == 303
    said = {"name": "Lan Ngọc", "language": "en"}
    assert client.post("/account/settings", data=said).status_code == 303
    person = db_session.scalars(select(Person)).one()
    assert (person.name, person.language) == ("Lan Ngọc", "en")

    assert client.post("/account/password", data={"old": GOOD, "new": OTHER}).status_code == 303
    assert (is_in(client), is_in(phone)) == (True, False)

    client.post("/account/email", data={"email": "moi@example.org", "password": OTHER})
    assert sign_in(phone, OTHER).status_code == 303  # nothing has changed yet
    assert client.post(post("moi@example.org", "/account/email/")).status_code == 303
    assert (is_in(client), is_in(phone)) == (True, False)
    work(client.application)
    assert "moi@example.org" not in text_of(letters_to(LAN, outbox)[-1])

    phone.post("/reset", data={"email": "moi@example.org"})
    assert phone.post(post("moi@example.org", "/reset/"), data={"password": GOOD}).status_code == 303
    assert (is_in(phone), is_in(client)) == (True, False)

    assert sign_in(client, email="moi@example.org").status_code == 303
    phone.post("/account/sign-out-everywhere")
    assert (is_in(phone), is_in(client)) == (False, False)

    sign_in(client, email="moi@example.org")
    refused = client.post("/en/account/close", data={"password": OTHER})
    assert (refused.status_code, "This is not your password." in refused.text) == (422, True)
    assert client.post("/account/close", data={"password": GOOD}).status_code == 303
    assert not is_in(client)
    assert sign_in(client, email="moi@example.org").status_code == 422


# Who has an account ---------------------------------------------------------------------------------------------------


def without_names(page: str) -> str:
    """The page without what is new on each: the token, the address typed, marks of the moment."""
    return re.sub(r'value="[^"]*"|[\w.]+@example\.org', "…", page)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/reset"])
def test_no_page_tells_who_has_an_account(client: Browser, new_browser: New, lan: Person, path: str) -> None:
    known, unknown = (
        browser.post(path, data={"email": email, "password": OTHER})
        for browser, email in ((client, LAN), (new_browser(), "khong@example.org"))
    )
    assert known.status_code == unknown.status_code
    assert without_names(known.text) == without_names(unknown.text)


def test_the_page_of_a_new_address_does_not_tell_whose_it_is(client: Browser, lan: Person, post: Any) -> None:
    factories.a_person(email="co@example.org")
    client.sign_in(lan)
    known, unknown = (
        client.post("/account/email", data={"email": email, "password": GOOD})
        for email in ("co@example.org", "moi@example.org")
    )
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert without_names(known.text) == without_names(unknown.text)


# Sessions -------------------------------------------------------------------------------------------------------------


def test_a_session_given_to_somebody_before_they_sign_in_is_worth_nothing_after(
    client: Browser, new_browser: New, lan: Person
) -> None:
    client.get("/sign-in")
    planted = client.get_cookie("hoiam")
    attacker = new_browser()
    if planted is not None:
        attacker.set_cookie("hoiam", planted.value)
    sign_in(client)
    fresh = client.get_cookie("hoiam")
    assert fresh is not None
    assert planted is None or fresh.value != planted.value
    assert not is_in(attacker)


def test_what_an_earlier_visitor_left_in_the_session_is_gone(client: Browser, lan: Person) -> None:
    with client.session_transaction() as kept:
        kept["desk_queue"] = {"words": "của người trước"}
    sign_in(client)
    with client.session_transaction() as kept:
        assert "desk_queue" not in kept


@pytest.mark.parametrize("cookie", ["", "1", "1.", "1.0.0", "²³.0", "-1.0", "9" * 40 + ".0", "1.7"])
def test_a_made_up_person_in_a_session_is_nobody(client: Browser, lan: Person, cookie: str) -> None:
    with client.session_transaction() as kept:
        kept["_user_id"] = cookie
    assert client.get("/account").status_code == 302


def test_staff_are_signed_out_after_an_hour_away_and_residents_are_not(
    client: Browser, new_browser: New, clock: Clock, db_session: Session
) -> None:
    kept = passwords.hash_password(GOOD)
    resident = factories.a_person(email=LAN, password_hash=kept)
    clerk = factories.staff("ubnd-10001")
    with unit_of_work():
        db.session.get_one(Person, clerk.id).password_hash = kept
    desk = new_browser()
    assert sign_in(desk, email=clerk.email or "").status_code == 303
    assert sign_in(client, email=resident.email or "").status_code == 303
    for _look in range(3):
        clock.forward(minutes=50)
        assert desk.get("/desk").status_code == 200
    clock.forward(minutes=61)
    assert desk.get("/desk").status_code == 302
    assert is_in(client)
    clock.forward(days=31)
    assert not is_in(client)


def test_a_day_at_the_desk_ends_however_busy_it_was(client: Browser, clock: Clock, db_session: Session) -> None:
    clerk = factories.staff("ubnd-10001")
    with unit_of_work():
        db.session.get_one(Person, clerk.id).password_hash = passwords.hash_password(GOOD)
    sign_in(client, email=clerk.email or "")
    codes = []
    for _look in range(16):
        clock.forward(minutes=50)
        codes.append(client.get("/desk").status_code)
    assert codes[:14] == [200] * 14
    assert codes[15] == 302


# Where one goes on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("inside", ["/account/settings", "/reports?words=rác", "/r/482160358/follow"])
def test_one_goes_on_to_where_one_wanted_to_go(client: Browser, lan: Person, inside: str) -> None:
    assert sign_in(client, next=inside).headers["Location"].startswith("/en" + inside.partition("?")[0])


@pytest.mark.parametrize(
    "outside",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:evil.example",
        "evil.example",
        "/%0d%0aSet-Cookie:x=1\r\n",
        "@evil.example",
        "/" * 3000,
    ],
)
def test_nobody_is_led_to_another_site(client: Browser, lan: Person, outside: str) -> None:
    answer = sign_in(client, next=outside)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/en/account"
    assert client.get("/en/sign-in", query_string={"next": outside}).headers["Location"] == "/en/account"


def test_the_door_sends_one_back_to_the_page_one_asked_for(client: Browser, lan: Person) -> None:
    answer = client.get("/en/account/settings?x=1")
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    wanted = re.findall(r'name="next"[^>]*value="([^"]*)"', page.text)[0]
    assert sign_in(client, next=wanted).headers["Location"].startswith("/en/account/settings")


# What is refused keeps what was typed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said", "field"),
    [
        ("/sign-up", {"email": "lan", "name": "Lan Ngọc", "password": GOOD}, "email"),
        ("/sign-up", {"email": LAN, "name": "Lan Ngọc", "password": "matkhau123"}, "password"),
        ("/sign-up", {"email": LAN, "name": "L" * 121, "password": GOOD}, "name"),
        ("/sign-in", {"email": LAN, "password": ""}, "password"),
        ("/sign-in", {"email": LAN, "password": OTHER}, "password"),
        ("/reset", {"email": "lan@"}, "email"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_never_shows_the_password(
    client: Browser, lan: Person, path: str, said: dict[str, str], field: str
) -> None:
    page = client.post(path, data=said)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert faults(page.text) == []
    for name, value in said.items():
        if value:
            assert (f'value="{value}"' in page.text) == (name != "password")


# Staff ----------------------------------------------------------------------------------------------------------------


def test_an_invitation_is_accepted_by_its_letter_once(
    client: Browser, new_browser: New, db_session: Session, post: Any
) -> None:
    lead = factories.actor("ubnd-10001", Role.LEAD)
    with unit_of_work():
        unit_id = store.current().units["ubnd-10001"].id
        team.invite("moi@example.org", "Người mới", unit_id, Terms(Role.CLERK), by=lead)
    assert sign_in(client, email="moi@example.org").status_code == 422
    link = post("moi@example.org", "/invitation/")
    assert faults(client.get(link).text) == []
    assert client.post(link, data={"name": "", "password": GOOD}).status_code == 422
    assert client.post(link, data={"name": "Người mới", "password": "ngan"}).status_code == 422
    assert client.post(link, data={"name": "Người mới", "password": GOOD}).headers["Location"].endswith("/desk")
    assert client.get("/desk").status_code == 200
    assert new_browser().post(link, data={"name": "Kẻ khác", "password": OTHER}).status_code == 410


def test_a_role_that_ended_ends_at_the_next_click(client: Browser, db_session: Session) -> None:
    report = factories.a_report()
    clerk = factories.staff(factories.unit_of(report), sees_contact=True)
    client.sign_in(clerk)
    assert client.get(f"/desk/r/{report.code}").status_code == 200
    with unit_of_work() as session:
        session.scalars(select(Membership).where(Membership.person_id == clerk.id)).one().ended_at = now()
    for method, path in (
        ("GET", "/desk"),
        ("GET", f"/desk/r/{report.code}"),
        ("POST", f"/desk/r/{report.code}/contact"),
    ):
        assert client.open(path, method=method).status_code == 403, path
    assert is_in(client)  # still somebody, like every resident


def test_two_people_never_share_an_address(client: Browser, new_browser: New, db_session: Session, post: Any) -> None:
    """Two sign-ups for one mailbox, both confirmed: one account, and the newer password holds."""
    client.post("/sign-up", data={"email": LAN, "password": GOOD})
    first = post(part="/confirm/")
    client.post("/sign-up", data={"email": LAN, "password": OTHER})
    second = post(part="/confirm/")
    assert client.post(first, data={"password": GOOD}).status_code == 303
    other = new_browser()
    assert other.post(second, data={"password": OTHER}).status_code == 303
    assert db_session.scalar(select(func.count()).select_from(Person).where(Person.email == LAN)) == 1
    assert (is_in(client), is_in(other)) == (False, True)
