"""The rooms of a lead through the door: people and ready answers, what is refused, and what a refusal keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.mail import list_outbox, read
from app.domain import unit_replies
from app.domain.accounts import find
from app.domain.city import folder, store
from app.extensions import db, unit_of_work
from app.jobs.deliver import deliver
from app.models import Delivery, Localized, Membership, Person, UnitTemplate
from app.models.choices import Role
from tests import factories
from tests.support.application import SIX_WARDS, Browser, Counted
from tests.support.html import faults, parse

SignIn = Callable[..., Browser]
Count = Callable[[], AbstractContextManager[Counted]]
HERE, ELSEWHERE = "ubnd-10001", "ubnd-10002"
INVITED = {"email": "moi@example.org", "name": "Người mới", "role": "clerk"}
WRITTEN = {"title_vi": "Đã dọn", "text_vi": "Đã dọn sạch tại {ward}.", "title_en": "", "text_en": ""}


@pytest.fixture
def lead(db_session: Session) -> Person:
    return factories.staff(HERE, Role.LEAD)


@pytest.fixture
def desk(lead: Person, sign_in: SignIn) -> Browser:
    return sign_in(lead)


@pytest.fixture
def office(db_session: Session, sign_in: SignIn) -> Browser:
    return sign_in(factories.staff(None, Role.ADMIN))


def memberships(unit: str = HERE) -> list[Membership]:
    unit_id = store.current().units[unit].id
    found = select(Membership).where(Membership.unit_id == unit_id, Membership.ended_at.is_(None))
    return list(db.session.scalars(found.order_by(Membership.id)))


def invited(desk: Browser) -> Membership:
    assert desk.post(f"/desk/team/{HERE}/invite", data=INVITED).status_code == 303
    return memberships()[-1]


def template(unit: str = HERE, for_moves: Iterable[str] = ()) -> UnitTemplate:
    unit_id, lead = store.current().units[unit].id, factories.actor(unit, Role.LEAD)
    with unit_of_work():
        return unit_replies.add(unit_id, Localized("Đã dọn"), Localized("Đã dọn sạch."), list(for_moves), by=lead)


# Who gets in ----------------------------------------------------------------------------------------------------------


def test_another_units_people_and_answers_are_closed_to_a_lead(desk: Browser) -> None:
    stranger, theirs = factories.staff(ELSEWHERE).memberships[0], template(ELSEWHERE)
    paths = [
        f"/desk/team?unit={ELSEWHERE}",
        "/desk/team?unit=city",
        f"/desk/team/{ELSEWHERE}/invite",
        "/desk/team/city/invite",
        f"/desk/team/role/{stranger.id}",
        f"/desk/team/{ELSEWHERE}/answers",
        f"/desk/team/{ELSEWHERE}/answers/new",
        f"/desk/team/answers/{theirs.id}",
    ]
    assert {path: desk.get(path).status_code for path in paths} == dict.fromkeys(paths, 403)
    posts = [*paths[2:5], *paths[6:], f"/desk/team/role/{stranger.id}/end"]
    posts += [f"/desk/team/role/{stranger.id}/invite-again", f"/desk/team/answers/{theirs.id}/retire"]
    assert {path: desk.post(path, data=INVITED | WRITTEN).status_code for path in posts} == dict.fromkeys(posts, 403)
    assert memberships(ELSEWHERE)[0].id == stranger.id
    assert len(memberships(ELSEWHERE)) == 2  # and the lead who wrote the answer
    assert theirs.retired_at is None


def test_what_does_not_exist_is_not_found(office: Browser) -> None:
    for path in ("?unit=nowhere", "/nowhere/invite", "/role/99", "/role/99999999999999999999", "/answers/99"):
        assert office.get(f"/desk/team{path}").status_code == 404


def test_an_administrator_begins_with_the_whole_city_and_can_go_to_any_unit(office: Browser) -> None:
    page = office.get("/en/desk/team")
    assert '<option value="city" selected>' in page.text
    assert office.get(f"/desk/team?unit={ELSEWHERE}").status_code == 200


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_needs_twelve_queries_however_many_work_here(desk: Browser, count_queries: Count, many: int) -> None:
    for _ in range(many):
        factories.staff(HERE)
    with count_queries() as counted:
        assert desk.get("/desk/team").status_code == 200
    assert counted.count <= 12, str(counted)


# People ---------------------------------------------------------------------------------------------------------------


def test_an_invitation_goes_out_by_letter_and_its_link_opens_the_desk(
    desk: Browser, new_browser: Callable[[], Browser], outbox: Path
) -> None:
    membership = invited(desk)
    assert "moi@example.org" in desk.get("/desk/team").text
    deliver()
    letter = read(list_outbox()[0].name)
    assert letter.to == "moi@example.org"
    link = next(word for word in letter.text.split() if "/invitation/" in word)
    browser = new_browser()
    done = browser.post("/invitation/" + link.rsplit("/", 1)[1], data={"name": "Mới", "password": "bốn từ dễ nhớ lắm"})
    assert done.status_code == 303
    assert browser.get("/desk").status_code == 200
    assert db.session.get_one(Person, membership.person_id).email == "moi@example.org"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "nonsense"}, "This is not an e-mail address"),
        ({"email": ""}, "This is not an e-mail address"),
        ({"name": ""}, "Write the name"),
        ({"name": "x" * 121}, "At most 120 characters"),
        ({"role": ""}, "Choose one of the roles"),
        ({"role": "admin"}, "Choose one of the roles"),
        ({"categories": "no-such"}, "Choose categories from the list"),
    ],
)
def test_a_refused_invitation_says_why_and_keeps_what_was_typed(
    desk: Browser, wrong: dict[str, str], said: str
) -> None:
    page = desk.post(f"/en/desk/team/{HERE}/invite", data=INVITED | {"sees_contact": "y"} | wrong)
    assert page.status_code == 422
    assert said in page.text
    assert faults(page.text) == []
    kept = INVITED | wrong
    assert f'value="{kept["email"]}"' in page.text
    assert f'value="{kept["name"]}"' in page.text
    assert "checked" in next(line for line in page.text.splitlines() if 'name="sees_contact"' in line)
    assert len(memberships()) == 1


def test_whoever_works_here_already_is_named_beside_the_address(desk: Browser) -> None:
    clerk = factories.staff(HERE)
    page = desk.post(f"/en/desk/team/{HERE}/invite", data=INVITED | {"email": clerk.email or ""})
    assert page.status_code == 422
    assert "This person works here already" in page.text


def test_a_role_is_changed_with_its_limits(desk: Browser) -> None:
    clerk = factories.staff("so-ha-tang", Role.CLERK)
    desk.sign_in(factories.staff("so-ha-tang", Role.LEAD))
    said = {"role": "clerk", "sees_contact": "y", "categories": ["pothole", "rubbish"], "wards": ["10002"]}
    assert desk.post(f"/desk/team/role/{clerk.memberships[0].id}", data=said).status_code == 303
    now = next(one for one in memberships("so-ha-tang") if one.person_id == clerk.id)
    assert (now.sees_contact, sorted(now.categories), now.wards) == (True, ["pothole", "rubbish"], ["10002"])
    page = desk.get(f"/en/desk/team/role/{now.id}")
    assert "Only these categories: 2 chosen" in " ".join(page.text.split())


def test_a_refused_change_stays_on_the_page_and_changes_nothing(desk: Browser) -> None:
    clerk = factories.staff(HERE).memberships[0]
    page = desk.post(f"/en/desk/team/role/{clerk.id}", data={"role": "dispatcher"})
    assert page.status_code == 422
    assert "Choose one of the roles" in page.text
    assert db.session.get_one(Membership, clerk.id).ended_at is None


def test_a_lead_cannot_make_herself_a_clerk(desk: Browser, lead: Person) -> None:
    own = lead.memberships[0].id
    page = desk.post(f"/en/desk/team/role/{own}", data={"role": "clerk"})
    assert page.status_code == 422
    assert "You cannot change or end your own role" in page.text
    assert "Yes, end it" not in page.text
    assert 'name="sees_contact"' not in page.text
    assert "You cannot change or end" in desk.post(f"/en/desk/team/role/{own}/end", follow_redirects=True).text
    assert db.session.get_one(Membership, own).ended_at is None


def test_a_limit_to_something_retired_is_seen_and_not_lost_by_saving(desk: Browser) -> None:
    clerk = factories.staff(HERE, categories=["street-light"]).memberships[0]
    city = folder.read(SIX_WARDS)
    fewer = {code: one for code, one in city.categories.items() if code != "street-light"}
    with unit_of_work():
        store.load(replace(city, categories=fewer, cases=(), templates={}))
    page = desk.get(f"/en/desk/team/role/{clerk.id}")
    assert "street-light (no longer in use)" in page.text
    refused = desk.post(f"/en/desk/team/role/{clerk.id}", data={"role": "clerk", "categories": "street-light"})
    assert refused.status_code == 422
    assert "Choose categories from the list" in refused.text
    assert db.session.get_one(Membership, clerk.id).categories == ["street-light"]


def test_a_role_is_ended_and_stays_on_record(desk: Browser) -> None:
    clerk = factories.staff(HERE)
    page = desk.post(f"/en/desk/team/role/{clerk.memberships[0].id}/end", follow_redirects=True)
    assert f"{clerk.name} no longer works here" in page.text
    assert "Who worked here before" in page.text
    assert desk.get(f"/desk/team/role/{clerk.memberships[0].id}").status_code == 404


def test_somebody_invited_gets_a_second_letter_to_the_address_now_given(desk: Browser) -> None:
    membership = invited(desk)
    again = f"/en/desk/team/role/{membership.id}/invite-again"
    wrong = desk.post(again, data={"again-email": "nonsense"})
    assert wrong.status_code == 422
    assert "This is not an e-mail address" in wrong.text
    assert 'value="nonsense"' in wrong.text
    assert faults(wrong.text) == []
    assert desk.post(again, data={"again-email": "khac@example.org"}).status_code == 303
    letters = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [one.data["to"] for one in letters] == ["moi@example.org", "khac@example.org"]


def test_whoever_has_a_confirmed_address_is_invited_again_there(desk: Browser) -> None:
    factories.a_person(email="moi@example.org")
    membership = invited(desk)
    again = f"/en/desk/team/role/{membership.id}/invite-again"
    assert 'name="again-email"' not in desk.get(f"/en/desk/team/role/{membership.id}").text
    assert "moi@example.org" in desk.post(again, data={"again-email": "other@example.org"}, follow_redirects=True).text
    assert find.by_email("other@example.org") is None


def test_people_of_a_retired_unit_can_still_be_let_go(office: Browser) -> None:
    clerk = factories.staff("dien-luc").memberships[0]
    city = folder.read(SIX_WARDS)
    fewer = {code: one for code, one in city.units.items() if code != "dien-luc"}
    with unit_of_work():
        store.load(replace(city, units=fewer))
    assert office.get("/desk/team?unit=dien-luc").status_code == 200
    assert office.post(f"/desk/team/role/{clerk.id}/end", follow_redirects=True).status_code == 200
    assert db.session.get_one(Membership, clerk.id).ended_at is not None


# Ready answers --------------------------------------------------------------------------------------------------------


def test_a_units_own_answer_is_offered_in_the_form_of_the_step_it_is_for(desk: Browser) -> None:
    report = factories.a_report()
    said = WRITTEN | {"for_moves": ["decline"]}
    assert desk.post(f"/desk/team/{HERE}/answers/new", data=said).status_code == 303
    own = db.session.scalars(select(UnitTemplate)).one()
    offered = desk.get(f"/desk/r/{report.code}?move=decline")
    assert f'value="unit-{own.id}"' in offered.text
    inserted = desk.get(f"/desk/r/{report.code}?move=decline&template=unit-{own.id}")
    field = next(one for one in parse(inserted.text).iter("textarea") if one.get("name") == "words")
    assert (field.text or "").strip() == "Đã dọn sạch tại Phường Một."
    assert f'value="unit-{own.id}"' not in desk.get(f"/desk/r/{report.code}?move=note").text


@pytest.mark.parametrize("move", ["decline", "visit", "transfer", "note"])
def test_an_answer_for_no_step_in_particular_is_offered_wherever_words_are_asked_for(desk: Browser, move: str) -> None:
    report, own = factories.a_report(), template()
    assert f'value="unit-{own.id}"' in desk.get(f"/desk/r/{report.code}?move={move}").text


def test_another_units_answer_is_not_offered(desk: Browser) -> None:
    report, theirs = factories.a_report(), template(ELSEWHERE)
    assert f"unit-{theirs.id}" not in desk.get(f"/desk/r/{report.code}?move=decline").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title_vi": ""}, "Write a title"),
        ({"title_vi": "x" * 121}, "At most 120 characters"),
        ({"text_vi": ""}, "Write the text"),
        ({"text_vi": "x" * 4001}, "At most 4000 characters"),
        ({"text_vi": "Tại {phường} và {wards}"}, "Nothing is filled in for {phường}, {wards}"),
        ({"text_en": "At {place}"}, "Nothing is filled in for {place}"),
        ({"for_moves": "receive"}, "Choose steps from the list"),
    ],
)
def test_a_refused_answer_says_why_and_keeps_what_was_typed(desk: Browser, wrong: dict[str, str], said: str) -> None:
    page = desk.post(f"/en/desk/team/{HERE}/answers/new", data=WRITTEN | wrong)
    assert page.status_code == 422
    assert said in page.text
    assert faults(page.text) == []
    assert (WRITTEN | wrong)["text_vi"] in page.text
    assert db.session.scalars(select(UnitTemplate)).all() == []


def test_an_answer_is_edited_and_put_away(desk: Browser) -> None:
    own = template(for_moves=["resolve"])
    page = desk.get(f"/desk/team/answers/{own.id}")
    ticked = [box.get("value") for box in parse(page.text).iter("input") if box.get("checked") is not None]
    assert ticked == ["resolve"]
    assert desk.post(f"/desk/team/answers/{own.id}", data=WRITTEN).status_code == 303
    assert (own.text.vi, own.for_moves) == ("Đã dọn sạch tại {ward}.", [])
    assert "Đã dọn sạch tại {ward}." in desk.get(f"/desk/team/{HERE}/answers").text
    assert desk.post(f"/desk/team/answers/{own.id}/retire").status_code == 303
    assert own.retired_at is not None
    assert desk.get(f"/desk/team/answers/{own.id}").status_code == 404
