"""The links of letters: each for one person, one purpose and one use."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.domain.accounts import changes, joining, links
from app.domain.accounts.links import LASTS, Purpose
from app.domain.errors import Gone, NotFound
from app.extensions import db, unit_of_work
from app.models import Person, now
from tests import factories
from tests.support.application import Clock

GOOD = "bốn từ khác hẳn nhau cầu vồng"


@pytest.fixture
def person(db_session: Session) -> Person:
    return factories.a_person(email="lan@example.org")


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_lives_as_long_as_its_letter_says(clock: Clock, person: Person, purpose: Purpose) -> None:
    token = links.make(purpose, person, "lan@example.org")
    clock.forward(hours=links.hours(purpose))
    assert links.opened(purpose, token).person.id == person.id
    clock.forward(seconds=2)
    with pytest.raises(Gone):
        links.opened(purpose, token)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_good_for_its_own_purpose_alone(person: Person, purpose: Purpose) -> None:
    token = links.make(purpose, person, "lan@example.org")
    for other in set(Purpose) - {purpose}:
        with pytest.raises(NotFound):
            links.opened(other, token)


@pytest.mark.parametrize("made_up", ["", "x", "a.b.c", "\x00", "é" * 9, "W10.aaaa.bbbb", "a" * 5000])
def test_a_made_up_link_leads_nowhere(db_session: Session, made_up: str) -> None:
    for purpose in Purpose:
        with pytest.raises(NotFound):
            links.opened(purpose, made_up)


def change(person: Person, **values: object) -> None:
    with unit_of_work():
        found = db.session.get_one(Person, person.id)
        for name, value in values.items():
            setattr(found, name, value)


@pytest.mark.parametrize(
    "changed",
    [{"password_hash": "another"}, {"email": "khac@example.org"}, {"session_epoch": 9}, {"closed_at": now()}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_link_is_void_once_its_person_has_changed(person: Person, changed: dict[str, object]) -> None:
    token = links.make(Purpose.RESET, person, "lan@example.org")
    change(person, **changed)
    with pytest.raises(Gone):
        links.opened(Purpose.RESET, token)


def test_a_link_that_was_used_is_used_up(person: Person) -> None:
    token = links.make(Purpose.RESET, person, "lan@example.org")
    joining.set_password(Purpose.RESET, token, GOOD)
    with pytest.raises(Gone):
        joining.set_password(Purpose.RESET, token, "một mật khẩu hoàn toàn khác nữa")
    assert joining.sign_in("lan@example.org", GOOD) is not None


def test_of_several_links_asked_for_the_first_that_is_used_ends_the_others(person: Person) -> None:
    first, second = (links.make(Purpose.RESET, person, "lan@example.org") for _letter in range(2))
    joining.set_password(Purpose.RESET, second, GOOD)
    with pytest.raises(Gone):
        links.opened(Purpose.RESET, first)


def test_closing_ends_every_link(person: Person) -> None:
    joining.set_password(Purpose.RESET, links.make(Purpose.RESET, person, "lan@example.org"), GOOD)
    open_links = {one: links.make(one, db.session.get_one(Person, person.id), "lan@example.org") for one in LASTS}
    changes.close(person.id, password=GOOD)
    for purpose, token in open_links.items():
        with pytest.raises(Gone):
            links.opened(purpose, token)
