"""What the preview shows is what everybody and the unit are shown afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain import preview
from app.domain.public_view import whole
from app.domain.reports import filing
from app.extensions import db
from app.jobs import clocks
from app.models import Report, now
from tests.factories import a_filing, a_report, with_time_to_edit

pytestmark = pytest.mark.usefixtures("db_session")

SAYS = {
    "words": "Đèn tắt, gọi 0977 123 456",
    "wayfinding": "sau chợ",
    "nearest_address": "Số 7 ngõ Canari",
    "answers": {},
}


def settled(view, like):
    """But for its number, its moments and its history, which come with the filing."""
    ours = ("code", "events", "filed_at", "updated_at", "last_public_word_at")
    return replace(view, **{name: getattr(like, name) for name in ours})


@pytest.mark.parametrize("hide_content", [False, True])
@pytest.mark.parametrize("category", ["rubbish", "street-light", "parking", "staff-conduct"])
@pytest.mark.parametrize("minutes", [0, 15])
def test_everybody_sees_afterwards_what_was_shown_before(clock, category, hide_content, minutes):
    with_time_to_edit(minutes)
    asked = a_filing(category=category, hide_content=hide_content, **SAYS)
    before = preview.of_filing(asked, now(), photo_count=0)
    report = a_report(**{name: getattr(asked, name) for name in asked.__slots__})
    held = preview.of_report(report)
    clock.forward(minutes=minutes)
    clocks.turn()
    report = db.session.get_one(Report, report.id)
    after = preview.of_report(report)
    assert (held.said.words, held.said.wayfinding) == (asked.words, asked.wayfinding)
    if category == "staff-conduct":
        assert (before.public, held.public, after.public) == (None, None, None)
        return
    stands = whole(report)
    assert settled(before.public, stands) == stands
    assert settled(held.public, stands) == stands
    assert after.public == stands
    assert "0977" not in str(stands)


def test_a_preview_files_nothing():
    preview.of_filing(a_filing(), now(), photo_count=0)
    db.session.flush() if not db.session.new else pytest.fail("something waits to be written")
    assert db.session.query(Report).count() == 0


def test_what_could_not_be_filed_has_no_preview():
    with pytest.raises(filing.Invalid):
        preview.of_filing(a_filing(words=" "), now(), photo_count=0)
