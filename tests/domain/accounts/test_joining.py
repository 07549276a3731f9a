"""Signing up, confirming, resetting: whoever reads a mailbox owns its address, and nobody else learns of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts import changes, find, joining, mine
from app.domain.errors import Invalid
from app.extensions import db, unit_of_work
from app.models import Delivery, Participation, Person, now
from app.models.choices import Part, Role
from tests import factories
from tests.support.application import Clock, Counted

GOOD, OTHER = "bốn từ khác hẳn nhau cầu vồng", "một mật khẩu hoàn toàn khác nữa"
Count = Callable[[], AbstractContextManager[Counted]]


def letters() -> list[tuple[str, dict[str, object]]]:
    return [(one.kind, one.data) for one in db.session.scalars(select(Delivery).order_by(Delivery.id))]


def token() -> str:
    return str(letters()[-1][1]["link"]).rpartition("/")[2]


def an_account(email: str = "lan@example.org", password: str = GOOD) -> Person:
    joining.sign_up(email, password, name="Lan")
    return joining.confirm(token(), password)


def test_an_address_is_nobodys_until_its_letter_was_read(db_session: Session) -> None:
    joining.sign_up("Lan@Example.org ", GOOD, name="Lan", language="en")
    assert find.by_email("lan@example.org") is None
    assert joining.sign_in("lan@example.org", GOOD) is None
    person = joining.confirm(token(), GOOD)
    assert (person.email, person.language) == ("lan@example.org", "en")
    assert joining.sign_in(" LAN@example.org", GOOD) is not None


def test_a_stranger_who_signs_up_with_my_address_gets_nothing_when_i_confirm(db_session: Session) -> None:
    """The link asks for the password chosen then, so that nobody's password opens an account in my name."""
    joining.sign_up("lan@example.org", OTHER)
    with pytest.raises(Invalid):
        joining.confirm(token(), GOOD)
    assert find.by_email("lan@example.org") is None


def test_to_a_known_address_goes_a_link_to_a_new_password_and_nothing_changes(db_session: Session) -> None:
    person = an_account()
    joining.sign_up("lan@example.org", OTHER)
    assert [kind for kind, _data in letters()] == ["confirm_account", "reset_password"]
    assert joining.sign_in("lan@example.org", OTHER) is None
    assert joining.sign_in("lan@example.org", GOOD) == person


def writes(counted: Counted) -> int:
    return sum(text.lstrip().upper().startswith(("INSERT", "UPDATE")) for text in counted.statements)


def test_asking_costs_a_write_whether_the_address_is_known_or_not(db_session: Session, count_queries: Count) -> None:
    person = an_account()
    factories.a_person(email="khac@example.org")
    seen = []
    for email in ("lan@example.org", "khong@example.org", "lan@example.org", "khong@example.org"):
        with count_queries() as counted:
            joining.ask_reset(email)
        seen.append(writes(counted))
    assert set(seen) == {1}
    seen = []
    for email in ("khac@example.org", "moi@example.org"):
        with count_queries() as counted:
            changes.ask_new_email(person.id, email, password=GOOD)
        seen.append(writes(counted))
    assert set(seen) == {1}


def test_nobody_is_written_to_who_has_no_account(db_session: Session) -> None:
    joining.ask_reset("khong@example.org")
    assert letters() == []


def test_reports_of_a_guest_come_along_once_the_same_address_is_proved(db_session: Session) -> None:
    guest = factories.a_person(email="lan@example.org")
    report = factories.a_report()
    with unit_of_work() as session:
        session.add(Participation(report_id=report.id, person_id=guest.id, part=Part.REPORTER, created_at=now()))
    joining.sign_up("lan@example.org", OTHER)
    joining.set_password(joining.Purpose.RESET, token(), GOOD)
    person = joining.sign_in("lan@example.org", GOOD)
    assert person is not None
    assert [one.id for one in mine.filed_by(person.id).reports] == [report.id]


def test_a_closed_account_is_gone_and_the_address_free(db_session: Session) -> None:
    person = an_account()
    with pytest.raises(Invalid):
        changes.close(person.id, password=OTHER)
    changes.close(person.id, password=GOOD)
    assert joining.sign_in("lan@example.org", GOOD) is None
    joining.ask_reset("lan@example.org")
    assert [kind for kind, _data in letters()] == ["confirm_account"]
    again = an_account(password=OTHER)
    assert again.id != person.id
    assert mine.filed_by(again.id).reports == []


def test_the_last_administrator_cannot_close_the_door_behind_them(db_session: Session) -> None:
    only = factories.staff(None, Role.ADMIN)
    password = passwords_of(only)
    with pytest.raises(Invalid, match="quản trị duy nhất"):
        changes.close(only.id, password=password)
    factories.staff(None, Role.ADMIN)
    changes.close(only.id, password=password)
    assert [one.ended_at for one in db.session.get_one(Person, only.id).memberships] != [None]


def passwords_of(person: Person) -> str:
    joining.ask_reset(person.email or "")
    joining.set_password(joining.Purpose.RESET, token(), GOOD)
    return GOOD


def test_a_new_address_that_somebody_took_meanwhile_is_refused(db_session: Session) -> None:
    person = an_account()
    changes.ask_new_email(person.id, "moi@example.org", password=GOOD)
    link = token()
    factories.a_person(email="moi@example.org")
    with pytest.raises(Invalid, match="đã được dùng"), unit_of_work():
        changes.use_new_email(link)
    assert db.session.get_one(Person, person.id).email == "lan@example.org"


def test_the_old_address_hears_of_a_new_one(db_session: Session) -> None:
    person = an_account()
    changes.ask_new_email(person.id, "moi@example.org", password=GOOD)
    with unit_of_work():
        changes.use_new_email(token())
    assert (letters()[-1][0], letters()[-1][1]["to"]) == ("email_changed", "lan@example.org")
    assert joining.sign_in("moi@example.org", GOOD) is not None
    assert joining.sign_in("lan@example.org", GOOD) is None


def test_who_never_confirms_is_forgotten_after_two_weeks(clock: Clock, db_session: Session) -> None:
    joining.sign_up("lan@example.org", GOOD, name="Lan")
    kept = an_account("hoa@example.org")
    clock.forward(days=13)
    with unit_of_work():
        assert joining.forget_unconfirmed() == 0
    clock.forward(days=2)
    with unit_of_work():
        assert joining.forget_unconfirmed() == 1
    assert [one.id for one in db.session.scalars(select(Person))] == [kept.id]
