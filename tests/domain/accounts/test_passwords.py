"""Passwords: kept as slow hashes, refused where somebody could guess them, and never told apart by time."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.domain.accounts import joining, passwords
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Person
from tests import factories

GOOD = "bốn từ khác hẳn nhau cầu vồng"


def test_a_password_is_kept_as_an_argon2id_hash_of_its_own(db_session: Session) -> None:
    first, second = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
    assert first.startswith("$argon2id$")
    assert GOOD not in first
    assert first != second
    assert passwords.is_right(GOOD, first)
    assert not passwords.is_right(GOOD + " ", first)


@pytest.mark.parametrize("kept", [None, "", "no hash at all", "$argon2id$v=19$m=64,t=2,p=1$broken"])
def test_what_is_no_hash_opens_nothing(db_session: Session, kept: str | None) -> None:
    assert not passwords.is_right(GOOD, kept)
    assert not passwords.is_right("nobody's password", kept)


def test_where_there_is_no_account_a_hash_is_checked_all_the_same(
    db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is counted, not the seconds: those depend on the machine."""
    checked: list[str] = []
    hasher = passwords._hasher(64)

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return hasher.verify(kept, password)

        def check_needs_rehash(self, kept: str) -> bool:
            return hasher.check_needs_rehash(kept)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(passwords, "_hasher", lambda memory_kib: Counting())
    factories.a_person(email="co@example.org", password_hash=hasher.hash(GOOD))
    factories.a_person(email="khach@example.org")  # a guest: an address and no password
    for email in ("co@example.org", "khach@example.org", "khong@example.org"):
        assert joining.sign_in(email, "sai mật khẩu") is None
    assert len(checked) == 3
    assert len({kept.split("$")[3] for kept in checked}) == 1  # and each costs the same


@pytest.mark.parametrize(
    "guessed",
    [
        "ngan",
        "1234567890",
        "password123",
        "matkhau123456",
        "mật khẩu của tôi",
        "anhyeuem1314",
        "hanoimuathu",
        "aaaaaaaaaaaaaaaa",
        "qwertyuiop12",
        "lanngoc1990",
        "x" * 201,
    ],
)
def test_what_can_be_guessed_is_refused_with_words_that_help(db_session: Session, guessed: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(guessed, about=("lan@example.org", "Lan Ngọc"))
    assert refused.value.field == "password"
    assert len(str(refused.value.message)) > 15


@pytest.mark.parametrize("good", [GOOD, "correct horse battery staple", "Tr0ng!veo-9xKq", "dòng sông 47 cái ghế xanh"])
def test_what_is_hard_to_guess_is_taken(db_session: Session, good: str) -> None:
    passwords.check(good, about=("lan@example.org", "Lan Ngọc"))


def test_a_hash_of_older_settings_is_made_anew_at_the_next_sign_in(app: Flask, db_session: Session) -> None:
    old = passwords._hasher(32).hash(GOOD)
    person_id = factories.a_person(email="lan@example.org", password_hash=old).id
    assert passwords.is_outdated(old)
    assert joining.sign_in("lan@example.org", "sai mật khẩu") is None
    assert db.session.get_one(Person, person_id).password_hash == old
    assert joining.sign_in("lan@example.org", GOOD) is not None
    fresh = db.session.get_one(Person, person_id).password_hash
    assert fresh != old
    assert not passwords.is_outdated(fresh or "")
    assert joining.sign_in("lan@example.org", GOOD) is not None
