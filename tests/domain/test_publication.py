"""What the public sees is decided in one place: never what is gone, and what is taken back is as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import drafts, figures, publication, workflow
from app.domain.errors import Stale
from app.domain.public_filters import newest, read
from app.domain.public_view import whole
from app.domain.publication import Checked
from app.domain.reports import following
from app.domain.reports.find import get_for_change
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Photo, Report, ReportText, now
from app.models.choices import PhotoKind, PhotoState, Publication, WordsKind
from tests.factories import a_minute_later, a_report, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")


def publish(report, by, *, but=()):
    with unit_of_work():
        fresh = get_for_change(report.code, by=by)
        texts = {one.id: one.original for one in publication.reporters_words(fresh) if one.kind not in but}
        return publication.publish(fresh, Checked(texts), by=by)


def withhold(report, by):
    with unit_of_work():
        return publication.withhold(get_for_change(report.code, by=by), "Có tên người", by=by)


def undo(event, by):
    with unit_of_work():
        workflow.undo(event.id, by=by)


def withdrawn():
    report = a_report()
    with unit_of_work():
        workflow.take(report.code, "withdraw", by=its_reporter(report), details=Details())
    return report


def merged():
    report, head = a_report(), a_report()
    by = dispatcher()
    with unit_of_work():
        workflow.take(report.code, "merge", by=by, details=Details(merge_into=head.code))
    return report


@pytest.mark.parametrize("decide", [publish, withhold])
@pytest.mark.parametrize("gone", [withdrawn, merged])
def test_what_is_gone_is_not_brought_back_by_a_check(gone, decide):
    report = gone()
    clerk = in_charge_of(report)
    with pytest.raises(Stale):
        decide(report, clerk)
    assert db.session.get_one(Report, report.id).publication is Publication.NONE
    assert figures.verify() == []


def test_figures_follow_what_a_check_decides(clock):
    report = a_report(category="staff-conduct")
    clerk = in_charge_of(report)
    publish(report, clerk)
    a_minute_later(clock)
    assert report.publication is Publication.FULL
    assert figures.verify() == []
    withhold(report, clerk)
    assert report.publication is Publication.NONE
    assert figures.verify() == []


def test_taking_a_publication_back_hides_what_it_showed():
    report = a_report()
    clerk = in_charge_of(report)
    undo(publish(report, clerk), clerk)
    assert report.publication is Publication.PIN
    assert report.content_due_at is not None
    assert whole(report).words == ""


def test_taking_a_later_publication_back_keeps_the_earlier_one(clock):
    report = a_report(words="Rác đầy ngõ")
    clerk, link = in_charge_of(report), its_reporter(report)
    publish(report, clerk)
    a_minute_later(clock)
    with unit_of_work():
        following.add(report.code, "Và còn thêm nữa", by=link)
    undo(publish(report, clerk), clerk)
    assert report.publication is Publication.FULL
    assert whole(report).words == "Rác đầy ngõ"
    assert not any("thêm" in " ".join(event.said) for event in whole(report).events)


def test_taking_a_withholding_back_asks_for_the_check_again():
    report = a_report()
    clerk = in_charge_of(report)
    publish(report, clerk)
    undo(withhold(report, clerk), clerk)
    assert report.publication is Publication.PIN
    assert report.withheld_reason == ""
    assert report.content_due_at is not None
    assert figures.verify() == []


def found(words):
    return db.session.scalars(newest(select(Report.code), read(words=words), limit=9)).all()


def test_a_public_search_finds_the_way_only_where_the_page_shows_it(clock):
    exact, vague = (a_report(category=one, wayfinding="Sau nhà bà Hạnh") for one in ("rubbish", "parking"))
    for report in (exact, vague):
        publish(report, in_charge_of(report))
    a_minute_later(clock)
    assert whole(exact).wayfinding
    assert not whole(vague).wayfinding
    assert found("bà Hạnh") == [exact.code]


def test_a_search_forgets_the_words_of_what_is_sensitive_now(clock):
    report = a_report(words="Ông Lợi đổ rác")
    clerk = in_charge_of(report)
    publish(report, clerk, but=(WordsKind.WAYFINDING,))
    a_minute_later(clock)
    assert found("ông Lợi") == [report.code]
    with unit_of_work():
        workflow.take(report.code, "reclassify", by=clerk, details=Details(words="Đúng hơn", category="staff-conduct"))
    assert found("ông Lợi") == []
    assert "loi" not in db.session.get_one(ReportText, report.id).public.split()


@pytest.mark.parametrize(("state", "waits"), [(PhotoState.RAW, True), (PhotoState.REFUSED, False)])
def test_a_photo_that_nobody_could_look_at_yet_still_waits_for_the_check(state, waits):
    with unit_of_work():
        draft, _cookie = drafts.begin(photos=True)
        db.session.add(a_photo(draft))
    report = a_report(client_id=draft.client_id, draft_id=draft.id)
    with unit_of_work():
        db.session.scalars(select(Photo)).one().state = state
    publish(report, in_charge_of(report))
    assert (report.content_due_at is not None) is waits


@pytest.mark.parametrize(("photos", "waits"), [(1, True), (0, False)])
def test_photos_wait_for_a_check_where_words_are_public_at_once(photos, waits):
    """Faces and plates are masked by a person; a city that shows words at once has not seen the photos."""
    with unit_of_work():
        draft, _cookie = drafts.begin(photos=True)
        if photos:
            db.session.add(a_photo(draft))
    report = a_report(category="street-light", client_id=draft.client_id, draft_id=draft.id)
    assert report.publication is Publication.FULL
    assert (report.content_due_at is not None) is waits


def a_photo(draft):
    return Photo(
        draft_id=draft.id,
        kind=PhotoKind.BEFORE,
        state=PhotoState.READY,
        name="abcdefghijkl",
        width=800,
        height=600,
        size=1,
        created_at=now(),
    )
