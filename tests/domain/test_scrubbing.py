"""What was erased is cleaned up after once."""

from flask import Flask
from sqlalchemy.orm import Session

from app.domain import scrubbing
from app.extensions import unit_of_work


def test_what_was_erased_is_cleaned_up_after_once(app: Flask, db_session: Session) -> None:
    assert scrubbing.scrub() == 0
    with unit_of_work():
        scrubbing.ask()
    assert scrubbing.scrub() == 1
    assert scrubbing.scrub() == 0
