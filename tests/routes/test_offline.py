"""The manifest, the worker and the pages it keeps: complete, the same for everybody, new when anything in them is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.city import store
from app.domain.reports import secret_of
from app.extensions import unit_of_work
from app.routes import offline
from tests import factories
from tests.support.application import Browser, Counted
from tests.support.html import parse

NAMED = re.compile(r'(?:from |import\(|\[".*", )"(\.[^"]+\.js)"')  # a module that another one names


def shell(client: Browser) -> dict[str, Any]:
    found = re.search(r"^self\.SHELL = (.*);$", client.get("/sw.js").text, re.MULTILINE)
    assert found
    said: dict[str, Any] = json.loads(found[1])
    return said


def test_the_worker_is_asked_for_anew_each_time_and_reigns_at_the_root(client: Browser, app: Flask) -> None:
    answer = client.get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert client.get("/sw.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert 'import * as outbox from "/static/js/outbox.js?v=' in client.get("/sw.js?as=module").text


def test_everything_the_worker_keeps_is_there_and_carries_no_cookie(client: Browser, db_session: Session) -> None:
    for address in shell(client)["files"]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "Set-Cookie" not in answer.headers, address
        assert answer.cache_control.public, address


def test_every_module_of_the_kept_pages_is_kept(client: Browser, db_session: Session) -> None:
    """Followed from import to import: one that is missing would break the form without a network."""
    files = {address.partition("?")[0] for address in shell(client)["files"]}
    to_see = [address for address in files if address.endswith(".js")]
    seen = set()
    while to_see:
        address = to_see.pop()
        seen.add(address)
        text = client.get(address).text
        for named in NAMED.findall(text):
            found = "/static/" + "/".join(_resolved(address, named))
            if found not in seen:
                to_see.append(found)
    assert seen <= files


def test_the_scripts_of_the_form_are_light(client: Browser, db_session: Session) -> None:
    """Everything that any step of either form may load, the map included, packed as it travels."""
    text = "".join(client.get(page).text for page in ("/report", "/report/place", "/report/offline", "/report/unsent"))
    to_see = [*re.findall(r'<script[^>]+src="([^"?]+)', text), "/static/js/report-what.js", "/static/js/report-send.js"]
    seen: dict[str, int] = {}
    while to_see:
        address = to_see.pop()
        if address not in seen:
            answer = client.get(address, headers={"Accept-Encoding": "gzip"})
            seen[address] = len(answer.data)
            source = client.get(address).text
            to_see += ["/static/" + "/".join(_resolved(address, named)) for named in NAMED.findall(source)]
    assert "/static/vendor/leaflet/leaflet.js" in seen
    assert "/static/vendor/idb/idb.js" in seen
    assert sum(seen.values()) < 90_000, seen


def _resolved(address: str, named: str) -> list[str]:
    parts = address.removeprefix("/static/").split("/")[:-1]
    for part in named.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return parts


def test_whatever_is_new_in_what_is_kept_makes_a_new_worker(
    client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shell(client)["version"]
    assert shell(client)["version"] == before
    monkeypatch.setattr(offline, "_sources", lambda: "other templates")
    assert shell(client)["version"] != before


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_kept_form_holds_every_ward_and_category_with_its_questions(
    client: Browser, db_session: Session, prefix: str
) -> None:
    page, city, lang = parse(client.get(f"{prefix}/report/offline").text), store.current(), prefix.strip("/") or "vi"
    wards = {option.get("value"): option.text for option in page.iterfind(".//select[@id='ward']/option")}
    assert wards.items() >= {ward.code: ward.name.in_(lang) for ward in city.wards.values()}.items()
    kinds = {option.get("value") for option in page.iterfind(".//select[@id='category']//option")}
    assert kinds >= city.categories.keys()
    text = client.get(f"{prefix}/report/offline").text
    for category in city.categories.values():
        for question in category.questions:
            if question.code != "danger":
                assert f'"answer_{question.code}' in text


@pytest.mark.parametrize(("prefix", "name"), [("", "Gửi phản ánh"), ("/en", "Send report")])
def test_the_manifest_makes_an_app_of_it(client: Browser, db_session: Session, prefix: str, name: str) -> None:
    answer = client.get(f"{prefix}/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    said = json.loads(answer.text)
    assert (said["lang"], said["display"], said["scope"]) == (prefix.strip("/") or "vi", "standalone", "/")
    assert said["shortcuts"][0]["name"] == name
    assert [client.get(way["url"]).status_code for way in said["shortcuts"]] == [200, 200, 200]
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    assert [client.get(icon["src"]).mimetype for icon in said["icons"]] == ["image/png"] * 4
    assert said["share_target"]["action"] == f"{prefix}/report/shared"


def test_every_page_names_the_manifest_in_its_language(client: Browser, db_session: Session) -> None:
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/").text
    assert 'rel="manifest" href="/en/manifest.webmanifest"' in client.get("/en/").text


def test_only_own_pages_may_be_kept_and_only_without_a_cookie(client: Browser, db_session: Session) -> None:
    report = factories.a_report()
    with unit_of_work():
        own = f"/r/{report.code}/mine/{secret_of(report)}"
    first, second = client.get(own), client.get(own)
    assert "Set-Cookie" in first.headers
    assert "X-Keep" not in first.headers
    assert second.headers["X-Keep"] == "own"
    assert client.get("/mine").headers["X-Keep"] == "own"
    for other in ("/", "/report", f"/r/{report.code}", "/account", "/desk", "/sign-in"):
        assert "X-Keep" not in client.get(other).headers, other


@pytest.mark.parametrize("path", ["/report/offline", "/report/unsent", "/offline", "/sw.js", "/manifest.webmanifest"])
def test_what_is_kept_costs_the_server_little(
    client: Browser, db_session: Session, path: str, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    client.get(path)
    with count_queries() as counted:
        client.get(path)
    assert counted.count <= 2, str(counted)
