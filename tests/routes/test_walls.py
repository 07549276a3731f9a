"""Between people: another unit's reports, other people's pages, other sites, and what caches and logs may keep."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import logs
from app.models import Event, Membership, Person, Report, UnitTemplate, Words
from app.models.choices import Role
from tests import factories
from tests.support.application import Browser
from tests.support.pages import UNIT, World, a_world, every_page
from tests.support.post import letters_to, link_in, work

ELSEWHERE = "ubnd-10002"
OF_THE_DESK = ("/desk/r/<code>", "/desk/publish/<code>", "/desk/assisted/<code>/receipt")


@pytest.fixture
def world(app: Flask, db_session: Session) -> World:
    return a_world(app)


def told(wrong: list[str]) -> str:
    return "\n".join(["", *dict.fromkeys(wrong)])


# Another unit's -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    url: str
    method: str


def doors(app: Flask, world: World, *, only: Callable[[Rule], bool]) -> Iterator[Door]:
    """Every address that names one thing of UNIT, and each way to ask for it."""
    values = {"membership_id": world.membership, "template_id": world.template, "code": world.codes["new"]}
    for rule in app.url_map.iter_rules():
        if not rule.arguments or not only(rule):
            continue
        named = values | ({"code": UNIT} if "/team/" in rule.rule or rule.rule.startswith("/units") else {})
        _domain, url = rule.build({name: named[name] for name in rule.arguments}) or ("", "")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield Door(url, method)


def is_of_the_desk(rule: Rule) -> bool:
    return rule.rule.startswith("/desk/") and rule.arguments <= {"code", "membership_id", "template_id"}


def everything(session: Session) -> list[Any]:
    """What an intruder could have changed."""
    session.expire_all()
    return [
        session.execute(select(Report.code, Report.version, Report.status, Report.unit_id).order_by(Report.id)).all(),
        *(session.scalar(select(func.count()).select_from(table)) for table in (Event, Words, Person, UnitTemplate)),
        session.execute(select(Membership.id, Membership.ended_at).order_by(Membership.id)).all(),
    ]


SAID = {"move": "receive", "version": "1", "words": "Của người khác", "decision": "publish", "email": "x@example.org"}


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEAD])
def test_another_units_staff_open_and_change_nothing(
    app: Flask, client: Browser, db_session: Session, world: World, role: Role
) -> None:
    client.sign_in(factories.staff(ELSEWHERE, role, sees_contact=True))
    found, before = list(doors(app, world, only=is_of_the_desk)), everything(db_session)
    assert len(found) >= 12
    wrong = []
    for door in found:
        for said in ({}, SAID):
            answer = client.open(door.url, method=door.method, data=said if door.method == "POST" else None)
            if answer.status_code not in (403, 404):
                wrong.append(f"{door.method} {door.url}: {answer.status}")
    assert not wrong, told(wrong)
    assert everything(db_session) == before


@pytest.mark.parametrize("role", [None, Role.OBSERVER, Role.ADMIN])
def test_who_only_looks_changes_no_report(
    app: Flask, client: Browser, db_session: Session, world: World, role: Role | None
) -> None:
    client.sign_in(factories.staff(None, role) if role else factories.a_person())
    before = everything(db_session)[:4]
    for door in doors(app, world, only=lambda rule: is_of_the_desk(rule) and "/team/" not in rule.rule):
        if door.method == "POST":
            client.post(door.url, data=SAID)
    assert everything(db_session)[:4] == before


def test_limits_by_category_and_ward_close_the_page_too(client: Browser, world: World) -> None:
    code = world.codes["new"]
    client.sign_in(factories.staff(UNIT, Role.CLERK, categories=["parking"]))
    assert client.get(f"/desk/r/{code}").status_code == 404
    client.sign_in(factories.staff(UNIT, Role.CLERK, wards=["10002"]))
    assert client.get(f"/desk/r/{code}").status_code == 404
    client.sign_in(factories.staff(UNIT, Role.CLERK, categories=["rubbish"], wards=["10001"]))
    assert client.get(f"/desk/r/{code}").status_code == 200


def test_a_secret_opens_its_own_report_and_no_other(app: Flask, client: Browser, world: World) -> None:
    wrong = []
    others = [secret for status, secret in world.secrets.items() if status != "new"]
    for rule in app.url_map.iter_rules():
        if not {"code", "secret"} <= rule.arguments:
            continue
        for secret in others:
            values = {
                "code": world.codes["new"],
                "secret": secret,
                "move": "withdraw",
                "purpose": "alerts",
                "what": "hide",
                "wish": "stop",
            }
            _domain, url = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = client.open(url, method=method)
                if answer.status_code != 404:
                    wrong.append(f"{method} {rule.rule}: {answer.status}")
    assert not wrong, told(wrong)


def test_what_is_not_public_has_no_public_address(app: Flask, client: Browser, world: World) -> None:
    code = world.codes["sensitive"]
    for rule in app.url_map.iter_rules():
        if rule.arguments != {"code"} or not rule.rule.startswith(("/r/", "/map/")):
            continue
        _domain, url = rule.build({"code": code}) or ("", "")
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(url, method=method)
            assert answer.status_code == 404 or "/sign-in" in answer.headers.get("Location", ""), url
    for listed in ("/reports", "/map", "/map/points.json", "/mine", "/"):
        assert code not in client.get(listed).text, listed


# Caches ---------------------------------------------------------------------------------------------------------------


def test_nothing_of_a_person_is_kept_by_a_cache(app: Flask, world: World) -> None:
    """A page that everybody may keep carries no cookie, no token and no name; the others say that they are private."""
    wrong = []
    for page in every_page(app, world):
        answer = world.people[page.who].get(page.url)
        control = answer.headers.get("Cache-Control", "")
        is_shared = "public" in control or "s-maxage" in control
        is_personal = page.who != "visitor" or page.endpoint.startswith(("own.", "account.", "report."))
        if is_shared and is_personal:
            wrong.append(f"{page.url} as {page.who}: {control}")
        if is_shared and ("Set-Cookie" in answer.headers or "csrf_token" in answer.text):
            wrong.append(f"{page.url}: shared, and made for one browser")
        if not is_shared and "private" not in control and "no-store" not in control:
            wrong.append(f"{page.url}: {control!r}")
        if page.endpoint.startswith(("desk.", "publish.", "account.", "team.", "admin.", "mail.")):
            wrong += [] if "no-store" in control else [f"{page.url}: stays on a shared computer, {control!r}"]
    assert not wrong, told(wrong)


def test_a_signed_in_person_gets_the_public_pages_everybody_gets(app: Flask, world: World) -> None:
    """Else a cache would show one person's page to all."""
    wrong = []
    for page in every_page(app, world):
        public = world.people["visitor"].get(page.url)
        if "public" in public.headers.get("Cache-Control", ""):
            wrong += [page.url] if world.people["lead"].get(page.url).data != public.data else []
    assert not wrong, told(wrong)


# The policy of contents ----------------------------------------------------------------------------------------------


def test_every_answer_carries_a_strict_policy(app: Flask, world: World) -> None:
    wrong = []
    addresses = [(page.who, page.url) for page in every_page(app, world)]
    for who, url in (*addresses, ("visitor", "/nowhere"), ("visitor", "/static/nothing.css"), ("visitor", "/r/1")):
        answer = world.people[who].get(url)
        policy = answer.headers.get("Content-Security-Policy", "")
        if url.startswith("/embed/map"):  # the one page for frames of other sites, which holds no form
            assert "form-action 'none'" in policy
            policy = policy.replace("frame-ancestors *", "frame-ancestors 'none'").replace(
                "form-action 'none'", "form-action 'self'"
            )
        if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy or "http:" in policy:
            wrong.append(f"{url}: {policy!r}")
        if "frame-ancestors 'none'" not in policy or "form-action 'self'" not in policy:
            wrong.append(f"{url}: can be framed, or its forms sent elsewhere")
        if answer.headers.get("X-Content-Type-Options") != "nosniff":
            wrong.append(f"{url}: its type can be guessed")
        if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
            wrong.append(f"{url}: tells others the address of a secret link")
    assert not wrong, told(wrong)


# Other sites ----------------------------------------------------------------------------------------------------------


def forged(app: Flask, browser: Browser, **headers: str) -> Iterator[tuple[str, TestResponse]]:
    """What every address that takes a form answers to one that is not ours."""
    browser.sends_token = False
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()):
            url = re.sub(r"<(any\(([^,]+)[^>]*|id:[^>]*|[^>]*)>", lambda found: found[2] or "1", rule.rule)
            yield url, browser.post(url, data={"email": "x@example.org"}, headers=headers)


@pytest.mark.parametrize("who", ["visitor", "resident", "lead", "admin"])
def test_a_form_without_its_token_does_nothing(app: Flask, db_session: Session, world: World, who: str) -> None:
    before = everything(db_session)
    wrong = [url for url, answer in forged(app, world.people[who]) if answer.status_code not in (400, 403)]
    assert not wrong, told(wrong)
    assert everything(db_session) == before


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost.elsewhere.example", "http://["])
def test_another_sites_form_does_nothing_even_with_a_token(
    app: Flask, client: Browser, db_session: Session, origin: str
) -> None:
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and not rule.arguments:
            assert client.post(rule.rule, headers={"Origin": origin}).status_code == 400, rule.rule


def test_a_token_of_one_browser_is_no_good_in_another(
    client: Browser, new_browser: Callable[[], Browser], db_session: Session
) -> None:
    stolen = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[0]
    other = new_browser()
    other.sends_token = False
    other.get("/sign-in")
    assert other.post("/reset", data={"email": "x@example.org", "csrf_token": stolen}).status_code == 400


# The outer edge -------------------------------------------------------------------------------------------------------


def test_a_made_up_forwarder_does_not_lift_the_limit(edge: Callable[..., Browser]) -> None:
    browser = edge(rate_limits=True)
    codes = [
        browser.post(
            "/sign-in",
            data={"email": "x@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{n}", "X-Real-IP": f"10.0.0.{n}", "Forwarded": f"for=10.0.0.{n}"},
        ).status_code
        for n in range(12)
    ]
    assert codes == [422] * 10 + [429] * 2


def test_behind_one_proxy_only_what_it_added_counts(edge: Callable[..., Browser]) -> None:
    browser = edge(rate_limits=True, trusted_proxies=1)
    codes = [
        browser.post(
            "/sign-in",
            data={"email": "x@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.9"},
        ).status_code
        for n in range(12)
    ]
    assert codes == [422] * 10 + [429] * 2


def test_a_made_up_host_is_in_no_letter_and_on_no_page(
    edge: Callable[..., Browser], db_session: Session, world: World
) -> None:
    browser = edge(public_url="https://phananh.example.vn", secure_cookies=True, trusted_proxies=1)
    own = f"/r/{world.codes['new']}/mine/{world.secrets['new']}"
    for address in ("/", "/reports", own, f"{own}/sent", "/sign-in"):
        for headers in ({"Host": "evil.example"}, {"Host": "phananh.example.vn", "X-Forwarded-Host": "evil.example"}):
            answer = browser.get(address, headers=headers)
            assert "evil.example" not in answer.text + str(answer.headers), (address, headers)


def test_cookies_of_a_city_behind_https_travel_there_alone(edge: Callable[..., Browser], world: World) -> None:
    browser = edge(secure_cookies=True)
    seen = set()
    for address in (
        "/sign-in",
        f"/r/{world.codes['new']}/join",
        f"/r/{world.codes['new']}/mine/{world.secrets['new']}",
    ):
        answer = browser.get(address, base_url="https://localhost")
        for cookie in answer.headers.getlist("Set-Cookie"):
            seen.add(cookie.partition("=")[0])
            assert "; Secure" in cookie
            assert "; HttpOnly" in cookie
            assert "; SameSite=Lax" in cookie
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert seen == {"hoiam", "hoiam_browser", "hoiam_mine"}


# Logs -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """What the program would have written to its log, at the most talkative level."""
    caplog.set_level(logging.DEBUG, logger="app")
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    handler.setFormatter(logs.Line())
    logging.getLogger().addHandler(handler)
    yield heard
    logging.getLogger().removeHandler(handler)


def test_a_life_of_an_account_leaves_no_secret_in_the_log(
    app: Flask, client: Browser, lines: io.StringIO, outbox: Path, db_session: Session
) -> None:
    password = "bốn từ khác hẳn nhau cầu vồng"
    client.post("/sign-up", data={"email": "lan@example.org", "name": "Lan Ngọc", "password": password})
    work(app)
    link = link_in(letters_to("lan@example.org", outbox)[0], "/confirm/")
    client.post(link, data={"password": "wrong one"})
    client.post(link, data={"password": password})
    client.post("/reset", data={"email": "lan@example.org"})
    work(app)
    said = lines.getvalue()
    assert "sent" in said
    for secret in ("lan@example.org", "Lan Ngọc", password, link.rpartition("/")[2], "wrong one"):
        assert secret not in said


def test_an_error_of_the_database_names_no_value(lines: io.StringIO, db_session: Session) -> None:
    name, email = "Lan Ngọc", "lan@example.org"
    factories.a_person(name, email=email)
    try:
        factories.a_person(name, email=email)
    except IntegrityError:
        logging.getLogger("app").exception("an unexpected error")
    said = lines.getvalue()
    assert "IntegrityError" in said
    assert name not in said
    assert email not in said
