"""A minute of `make chaos` from a fixed seed; then the city is spoiled by hand, to see that its judge is not blind."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tests.proof.town import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from app.domain.media.keys import public_key
from chaos.__main__ import count, tell  # the scripts import one another by their short names
from chaos.disk import Missing
from chaos.ledger import Act, Kind
from chaos.trial import Trial, after_the_storm

SEED, SECONDS, MOST_KILLS_MUST_HIT = 20261128, 60, 0.75


@pytest.mark.proof
@pytest.mark.timeout(420)
def test_a_minute_of_kills_loses_doubles_and_twists_nothing() -> None:
    with ExitStack() as ending:
        try:
            trial = ending.enter_context(after_the_storm(SECONDS, SEED))
        except Missing as lack:
            pytest.skip(str(lack))
        verdict = trial.judged()
        tell(trial, verdict)
        print(count(trial, verdict))
        assert (verdict.lost, verdict.doubled, verdict.impossible, trial.troubles) == ([], [], [], [])
        assert trial.storm.kills >= 8
        assert trial.storm.hits >= MOST_KILLS_MUST_HIT * trial.storm.kills
        the_judge_sees_what_is_spoiled(trial)


def the_judge_sees_what_is_spoiled(trial: Trial) -> None:
    """A word gone, a word twice, a letter gone, a letter twice, half a photo, a step nobody took: each is named."""
    stage, office = trial.stage, trial.office
    gone, twice = (act for act in some(trial, Kind.NOTE, 2))
    stage.asked("DELETE FROM words WHERE original = %s", gone.words)
    copied = "report_id, event_id, kind, original, public_text, public_at, language, erased_at"
    stage.asked(f"INSERT INTO words ({copied}) SELECT {copied} FROM words WHERE original = %s", twice.words)

    unsent = office.letters.pop(0)
    office.letters[:] = [letter for letter in office.letters if letter.id != unsent.id]
    repeated = office.letters[0]
    office.letters.insert(0, replace(repeated, taken_at=0.0, answered_at=0.1))

    (photographed,) = some(trial, Kind.ADD, 1)
    question = "SELECT p.name FROM photo p JOIN report r ON r.id = p.report_id WHERE r.code = %s"
    assert stage.disk
    for (name,) in stage.asked(question, photographed.code):
        kept = stage.disk.seen / public_key(name, "view")
        kept.write_bytes(kept.read_bytes()[:-1])

    ((twisted,),) = stage.asked(
        "UPDATE report SET status = 'new' WHERE status = 'closed' AND id IN "
        "(SELECT min(id) FROM report WHERE status = 'closed') RETURNING code"
    )

    seen = trial.judged()
    assert any(gone.words in one for one in seen.lost)
    assert any(twice.words in one for one in seen.doubled)
    assert any(one.startswith(f"delivery {unsent.id.split('-')[1].split('.')[0]} ") for one in seen.lost)
    assert any(repeated.id in one for one in seen.doubled)
    assert any(f"photo of {photographed.key}" in one for one in seen.lost)
    assert any(one.startswith(f"{twisted} is new") for one in seen.impossible)
    assert any(one.startswith("flask stats verify") for one in seen.impossible)


def some(trial: Trial, kind: Kind, how_many: int) -> list[Act]:
    return [act for act in trial.ledger.acts if act.kind is kind and act.is_told][:how_many]
