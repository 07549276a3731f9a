"""Every choice that people see has a name, and every status a look of its own."""

from __future__ import annotations

from enum import StrEnum

import pytest

from app.models.choices import Outcome, Status, WaitingFor
from app.web.labels import LABELS, Look, status_look, status_words


@pytest.mark.parametrize("kind", LABELS, ids=lambda kind: kind.__name__)
def test_no_choice_is_left_without_a_name(kind: type[StrEnum]) -> None:
    assert list(LABELS[kind]) == list(kind)


def test_only_what_was_fixed_gets_the_check() -> None:
    assert status_look(Status.RESOLVED, Outcome.FIXED) == Look("pin-done", "done")
    for outcome in (Outcome.NOTHING_FOUND, Outcome.REFERRED, Outcome.CANNOT_FIX):
        assert status_look(Status.RESOLVED, outcome).shape == "pin-answered"


def test_a_clock_that_stands_still_has_one_shape() -> None:
    assert status_look(Status.WAITING) == status_look(Status.PLANNED) == Look("pin-waiting", "waiting")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_look(status: Status) -> None:
    assert status_look(status).shape.startswith("pin-")


def test_a_status_says_what_matters_most() -> None:
    english = {
        "fixed": status_words(Status.RESOLVED, Outcome.FIXED),
        "weather": status_words(Status.WAITING, waiting=WaitingFor.WEATHER),
        "transferred": status_words(Status.NEW, transferred=True),
        "new": status_words(Status.NEW),
    }
    assert {key: str(words) for key, words in english.items()} == {
        "fixed": "Fixed",
        "weather": "Waiting for the weather",
        "transferred": "Waiting for the new unit to receive it",
        "new": "Waiting to be received",
    }
