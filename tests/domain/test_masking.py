"""Words with what betrays a person covered."""

from __future__ import annotations

from app.domain.masking import covered, masked, places

SAID = "Xe 29A1-123.45, chủ là 0912345678, nhà số 7."


def test_several_are_masked_and_the_rest_stays() -> None:
    assert masked(SAID) == "Xe •••, chủ là •••, nhà số 7."


def test_what_somebody_uncovered_stays_readable() -> None:
    uncovered = places(SAID, ["0912345678"])
    assert covered(SAID, uncovered) == "Xe •••, chủ là 0912345678, nhà số 7."
    assert covered(SAID) == masked(SAID)


def test_only_what_was_found_can_be_uncovered() -> None:
    assert places(SAID, ["nhà số 7", ""]) == []
    assert places("xe 29-B1\n234.56", ["29-B1\r\n234.56"]) == [[3, 15]]
