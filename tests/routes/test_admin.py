"""The city as it stands, through the door: who reads it, what a search finds, the dry run, versions, everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.domain.accounts import find
from app.domain.city import check, folder, store
from app.extensions import unit_of_work
from app.models import Person
from app.models.choices import Role
from tests import factories
from tests.support.application import SIX_WARDS, Browser, Counted
from tests.support.html import faults, parse

SignIn = Callable[..., Browser]
Count = Callable[[], AbstractContextManager[Counted]]
ROOMS = ("units", "wards", "categories", "rules", "calendars", "sites", "versions", "try")


@pytest.fixture
def office(db_session: Session, sign_in: SignIn) -> Browser:
    return sign_in(factories.staff(None, Role.ADMIN))


def said(page: str) -> str:
    """The words of a page, on one line."""
    return " ".join(" ".join(parse(page).itertext()).split())


# Who gets in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.OBSERVER, Role.ADMIN])
def test_whoever_oversees_the_city_reads_its_rooms(db_session: Session, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(factories.staff(None, role))
    assert {room: browser.get(f"/admin/{room}").status_code for room in ROOMS} == dict.fromkeys(ROOMS, 200)
    wanted = 200 if role is Role.ADMIN else 403
    assert {browser.get(path).status_code for path in ("/admin/people", "/admin/mail")} == {wanted}
    assert ('href="/admin/people"' in browser.get("/admin/units").text) is (role is Role.ADMIN)


@pytest.mark.parametrize("role", [Role.CLERK, Role.LEAD])
def test_the_rooms_are_closed_to_staff_of_a_unit(db_session: Session, sign_in: SignIn, role: Role) -> None:
    browser = sign_in(factories.staff("ubnd-10001", role))
    rooms = (*ROOMS, "people", "mail", "mail/x.eml", "categories/rubbish")
    assert {room: browser.get(f"/admin/{room}").status_code for room in rooms} == dict.fromkeys(rooms, 403)
    assert 'href="/admin/units"' not in browser.get("/desk").text


def test_an_administrator_without_a_unit_begins_among_the_units(office: Browser) -> None:
    assert office.get("/desk").location == "/admin/units"


# What stands there ----------------------------------------------------------------------------------------------------


def test_the_lists_hold_everything_the_city_has(office: Browser) -> None:
    city = store.current()
    for room, entries in (("units", city.units), ("wards", city.wards), ("sites", city.sites)):
        page = said(office.get(f"/admin/{room}").text)
        assert [one.code for one in entries.values() if one.name.vi not in page] == []
    page = said(office.get("/admin/categories").text)
    assert [one.code for one in city.categories.values() if one.name.vi not in page] == []


@pytest.mark.parametrize(
    ("path", "found", "hidden"),
    [
        ("/admin/units?q=dien+luc", "Công ty Điện lực", "Sở Văn hóa"),
        ("/admin/wards?q=mot", "Phường Một", "Phường Hai"),
        ("/admin/categories?q=pothole", "pothole", "rubbish"),
        ("/admin/sites?q=den+lang", "Đền Cổ", "Hồ Xanh"),
        ("/admin/rules?q=ho+xanh", "lake-rubbish", "street-pothole"),
    ],
)
def test_a_search_without_marks_finds_its_things_and_nothing_else(
    office: Browser, path: str, found: str, hidden: str
) -> None:
    page = said(office.get(path).text)
    assert found in page
    assert hidden not in page


@pytest.mark.parametrize("room", ["units", "wards", "categories", "rules", "sites", "people"])
def test_a_search_that_finds_nothing_leads_back_to_everything(office: Browser, room: str) -> None:
    page = office.get(f"/en/admin/{room}?q=zebra").text
    assert "Nothing matches" in page
    assert f'href="/en/admin/{room}">Show all' in page
    assert 'value="zebra"' in page


def test_a_category_is_shown_whole_with_the_rules_that_may_decide_in_their_order(office: Browser) -> None:
    page = office.get("/en/admin/categories/pothole").text
    places = re.findall(r'<li class="rule" id="([\w-]+)" value="(\d+)"', page)
    assert places == [("street-pothole", "3"), ("alley-pothole", "4")]
    category = store.current().categories["pothole"]
    words = said(page)
    assert [one.code for one in category.questions if one.label.en not in words] == []
    assert [case.name for case in store.current().cases if case.category == "pothole" and case.name not in words] == []
    assert office.get("/admin/categories/nothing").status_code == 404


def test_rules_stand_in_order_each_with_the_examples_it_decides(office: Browser) -> None:
    city = store.current()
    page = parse(office.get("/admin/rules").text)
    shown = [one for one in page.iter("li") if one.get("class") == "rule"]
    assert [one.get("id") for one in shown] == [rule.code for rule in city.rules]
    for one, rule in zip(shown, city.rules, strict=True):
        words = " ".join(one.itertext())
        decided = [case.name for case in city.cases if check.try_case(city, case).rule_code == rule.code]
        assert [name for name in decided if name not in words] == []


def test_what_only_the_place_can_say_stays_general(office: Browser) -> None:
    words = said(office.get("/en/admin/rules").text)
    assert "‹special place› is kept by ‹whoever keeps the special place›." in words
    assert "@site" not in words
    assert "{" not in words


def test_calendars_say_the_hours_and_the_days_off(office: Browser) -> None:
    words = said(office.get("/en/admin/calendars").text)
    calendar = store.current().calendars["office"]
    opens, closes = calendar.week[0][0]
    assert f"Monday {opens // 60:02}:{opens % 60:02}–{closes // 60:02}:{closes % 60:02}" in words
    assert "Sunday closed" in words
    assert f"Days off {len(calendar.days_off)}" in words


def test_versions_say_what_each_load_changed(office: Browser) -> None:
    city = folder.read(SIX_WARDS)
    fewer = {code: one for code, one in city.sites.items() if code != "ho-xanh"}
    with unit_of_work():
        store.load(replace(city, sites=fewer, rules=city.rules[:1], cases=()))
    newest = said(office.get("/en/admin/versions").text)
    assert "No longer in use: special place ho-xanh" in newest
    assert "No longer in use: rule alley-pothole" in newest
    assert "The first load: everything was new." in said(office.get("/en/admin/versions?version=1").text)
    assert office.get("/admin/versions?version=3").status_code == 404
    for nonsense in ("-1", "x", "99999999999999999999"):
        assert said(office.get(f"/en/admin/versions?version={nonsense}").text) == newest


# The dry run ----------------------------------------------------------------------------------------------------------


def tried(office: Browser, **asked: str) -> str:
    page = office.get("/en/admin/try", query_string=asked)
    assert page.status_code == 200
    assert faults(page.text) == []
    return said(page.text)


def test_the_dry_run_names_unit_rule_reason_promises_and_who_would_be_next(office: Browser) -> None:
    words = tried(office, category="rubbish", place="21.02, 105.835")
    assert "It would go to Department of Infrastructure" in words
    assert "Department of Infrastructure keeps Green Lake clean." in words
    assert "Rule 2 lake-rubbish" in words
    assert "Special place Green Lake" in words
    assert "To be received by" in words
    assert "To be handled by" in words
    assert "Next in line People's Committee of Ba Ward (usually in charge)" in words


def test_the_dry_run_asks_the_questions_of_the_category(office: Browser) -> None:
    street = tried(office, category="pothole", place="21.02, 105.76", answer_road="street")
    alley = tried(office, category="pothole", place="21.02, 105.76", answer_road="alley")
    assert "It would go to Department of Infrastructure" in street
    assert "It would go to People's Committee of Mot Ward" in alley


def test_near_a_border_the_dry_run_says_so_and_names_the_neighbour(office: Browser) -> None:
    words = tried(office, category="rubbish", place="21.02, 105.7952")
    assert "The pin lies near a border" in words
    assert "Beyond the border Hai Ward" in words


def test_danger_makes_it_urgent(office: Browser) -> None:
    assert "Severity Normal" in tried(office, category="rubbish", ward="10001")
    assert "Severity Urgent" in tried(office, category="rubbish", ward="10001", danger="y")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"category": ""}, "Choose a category."),
        ({"category": "nothing", "ward": "10001"}, "Choose a category."),
        ({"category": "rubbish"}, "Choose the ward."),
        ({"category": "rubbish", "ward": "99999"}, "Choose wards from the list."),
        ({"category": "rubbish", "place": "by the lake"}, "Write coordinates like 21.0285, 105.8542."),
        ({"category": "rubbish", "place": "10.77, 106.70"}, "This place lies outside"),
        ({"category": "rubbish", "place": "x" * 501}, "At most 500 characters."),
        ({"category": "pothole", "ward": "10001", "answer_road": "sky"}, "Choose one of the answers."),
    ],
)
def test_a_dry_run_that_cannot_be_made_says_why_and_keeps_what_was_typed(
    office: Browser, asked: dict[str, str], why: str
) -> None:
    page = office.get("/en/admin/try", query_string=asked)
    assert page.status_code == 422
    assert why in said(page.text)
    assert faults(page.text) == []
    assert f'value="{asked.get("place", "")}"' in page.text
    assert "It would go to" not in page.text


# Everybody ------------------------------------------------------------------------------------------------------------


def test_staff_are_listed_and_residents_found_by_name_or_address(office: Browser) -> None:
    clerk, resident = factories.staff("ubnd-10001"), factories.a_person("Đỗ Thị Ngát", email="ngat@example.org")
    first = said(office.get("/admin/people").text)
    assert clerk.name in first
    assert resident.name not in first
    for words in ("Ngát", "NGAT@example", "Đỗ", "ngat", "do thi", "NGAT DO", "ngá"):
        found = said(office.get("/admin/people", query_string={"q": words}).text)
        assert resident.name in found, words
        assert clerk.name not in found


def test_people_are_found_by_the_name_and_address_they_have_now(office: Browser) -> None:
    person = factories.a_person("Nguyễn Văn Ấn", email="an@example.org")
    with unit_of_work() as session:
        found = session.get_one(Person, person.id)
        found.name, found.email = "Trần Ấn", "tran@example.org"
    asked = {words: said(office.get("/admin/people", query_string={"q": words}).text) for words in ("tran", "nguyen")}
    assert "Trần Ấn" in asked["tran"]
    assert "Trần Ấn" not in asked["nguyen"]


@pytest.mark.parametrize("words", ["'; DROP TABLE person; --", '"', "*", "@@", "NOT", "a" * 200, "<>&|!:*"])
def test_a_strange_search_for_people_breaks_nothing(office: Browser, words: str) -> None:
    assert office.get("/admin/people", query_string={"q": words}).status_code == 200


def test_the_list_of_people_goes_on_page_by_page(office: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "PAGE", 3)
    names = {factories.staff("ubnd-10001").name for _ in range(7)} | {"admin"}
    seen: list[str] = []
    path: str | None = "/admin/people"
    while path:
        page = office.get(path)
        people = next(one for one in parse(page.text).iter("ul") if one.get("class") == "ledger")
        seen += ["".join(one.itertext()).strip() for one in people.iter("b")]
        older = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == 8
    assert set(seen) == names


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_of_people_needs_twelve_queries_however_long(office: Browser, count_queries: Count, many: int) -> None:
    for _ in range(many):
        factories.staff("ubnd-10001")
    with count_queries() as counted:
        assert office.get("/admin/people").status_code == 200
    assert counted.count <= 12, str(counted)


def test_a_strange_page_of_people_breaks_nothing(office: Browser) -> None:
    for strange in ("before=99999999999999999999999", "before=-1", "before=x", "q=%27%25_%F0%9F%8F%99"):
        assert office.get(f"/admin/people?{strange}").status_code == 200
