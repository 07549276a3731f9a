"""The public sees a step of staff when it can no longer be taken back, and not a second earlier."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import figures, geo, public_list, publication, tiles, workflow
from app.domain.errors import NotFound, Stale
from app.domain.own_view import own_view
from app.domain.permissions import ANONYMOUS
from app.domain.public_filters import newest, read
from app.domain.public_view import whole
from app.domain.publication import Checked
from app.domain.reports import following, get
from app.domain.reports.find import get_for_change
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Photo, Report, now
from app.models.choices import EventKind, Outcome, PhotoKind, PhotoState, Publication, Status
from tests.factories import HERE, a_minute_later, a_report, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")
ALL = read(classes=("open", "done", "declined"))


def take(report, move, by, **details):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**details))


def publish(report, by, photos=()):
    with unit_of_work():
        fresh = get_for_change(report.code, by=by)
        texts = {one.id: one.original for one in publication.reporters_words(fresh)}
        return publication.publish(fresh, Checked(texts, frozenset(photos)), by=by)


def withhold(report, by):
    with unit_of_work():
        return publication.withhold(get_for_change(report.code, by=by), "Có tên người", by=by)


def undo(event, by):
    with unit_of_work():
        workflow.undo(event.id, by=by)


def found(words):
    return db.session.scalars(newest(select(Report.code), read(words=words), limit=9)).all()


def a_photo(report, name="a" * 22):
    with unit_of_work():
        photo = Photo(
            report_id=report.id,
            kind=PhotoKind.BEFORE,
            state=PhotoState.READY,
            name=name,
            width=4,
            height=3,
            size=9,
            created_at=now(),
        )
        db.session.add(photo)
    return photo


def letters():
    tile = geo.tile_of(geo.cell_of(*HERE), 17)
    return [group.letter for group in tiles.groups(17, *tile, ALL) if group.code]


def test_words_and_photos_are_public_when_the_publication_can_no_longer_be_taken_back(clock):
    report = a_report(words="Rác đầy ngõ")
    photo = a_photo(report)
    publish(report, in_charge_of(report), [photo.id])
    clock.forward(seconds=59)
    assert (whole(report).words, whole(report).photos, own_view(report).is_published) == ("", (), False)
    clock.forward(seconds=1)
    assert whole(report).words == "Rác đầy ngõ"
    assert [one.name for one in whole(report).photos] == [photo.name]


def test_published_words_are_searched_for_once_they_are_public(clock):
    report = a_report(words="Rác đầy ngõ")
    publish(report, in_charge_of(report))
    assert clocks.show_settled() == 0
    assert found("đầy ngõ") == []
    clock.forward(minutes=1)
    assert clocks.show_settled() == 1
    assert found("đầy ngõ") == [report.code]
    assert clocks.show_settled() == 0


def test_a_sensitive_report_appears_when_its_publication_can_no_longer_be_taken_back(clock):
    report = a_report(category="staff-conduct")
    publish(report, in_charge_of(report))
    with pytest.raises(NotFound):
        get(report.code, seen_by=ANONYMOUS)
    assert figures.verify() == []
    a_minute_later(clock)
    assert get(report.code, seen_by=ANONYMOUS).publication is Publication.FULL
    assert whole(report).words
    assert figures.verify() == []


def test_a_publication_taken_back_never_shows_a_sensitive_report(clock):
    report = a_report(category="staff-conduct")
    clerk = in_charge_of(report)
    undo(publish(report, clerk), clerk)
    a_minute_later(clock)
    assert report.publication is Publication.NONE
    assert figures.verify() == []


def test_what_is_withheld_within_the_minute_does_not_appear_after_it(clock):
    report = a_report(category="staff-conduct")
    clerk = in_charge_of(report)
    publish(report, clerk)
    withhold(report, clerk)
    a_minute_later(clock)
    assert report.publication is Publication.NONE


def test_a_withholding_hides_at_once_and_says_why_a_minute_later(clock):
    report = a_report(words="Rác đầy ngõ")
    clerk = in_charge_of(report)
    publish(report, clerk)
    clock.forward(minutes=2)
    withhold(report, clerk)
    view = whole(report)
    assert (view.words, view.withheld_reason) == ("", "")
    assert EventKind.WITHHELD not in {event.kind for event in view.events}
    clock.forward(minutes=1)
    assert whole(report).withheld_reason == "Có tên người"


@pytest.mark.parametrize(
    ("move", "details", "field", "before", "after"),
    [
        ("receive", {}, "status", Status.NEW, Status.RECEIVED),
        ("decline", {"words": "Ngoài", "refusal": "not-ours"}, "status", Status.NEW, Status.DECLINED),
    ],
)
def test_a_step_changes_what_the_public_and_the_reporter_see_a_minute_later(clock, move, details, field, before, after):
    report = a_report()
    take(report, move, in_charge_of(report), **details)
    assert getattr(report, field) is after
    assert getattr(whole(report), field) is before
    assert getattr(own_view(report).report, field) is before
    clock.forward(minutes=1)
    assert getattr(whole(report), field) is after
    assert getattr(own_view(report).report, field) is after


def test_steps_taken_one_after_the_other_are_shown_one_after_the_other(clock):
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    clock.forward(seconds=40)
    take(report, "start", clerk)
    assert whole(report).status is Status.NEW
    clock.forward(seconds=20)
    clocks.show_settled()
    assert whole(report).status is Status.RECEIVED
    clock.forward(seconds=40)
    clocks.show_settled()
    assert whole(report).status is Status.IN_PROGRESS
    assert (report.settling, report.settles_at) == (None, None)


def test_an_answer_and_its_outcome_stay_with_the_desk_for_the_minute(clock):
    report = a_report(words="Rác")
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    a_minute_later(clock)
    take(report, "resolve", clerk, words="Đã thu gom xong", outcome=Outcome.CANNOT_FIX)
    view = whole(report)
    assert (view.status, view.outcome, view.resolved_at) == (Status.RECEIVED, None, None)
    assert "thu gom" not in " ".join(said for event in view.events for said in event.said)
    assert [one.code for one in public_list.page(ALL).views if one.status is Status.RESOLVED] == []
    assert found_anywhere("thu gom") == []
    a_minute_later(clock)
    assert whole(report).outcome is Outcome.CANNOT_FIX
    assert found_anywhere("thu gom") == [report.code]


def found_anywhere(words):
    wanted = read(classes=("open", "done", "declined"), words=words)
    return db.session.scalars(newest(select(Report.code), wanted, limit=9)).all()


def test_a_pin_keeps_its_shape_for_the_minute(clock):
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "decline", clerk, words="Ngoài", refusal="not-ours")
    assert letters() == ["o"]
    clock.forward(minutes=1)
    assert letters() == ["x"]


def test_a_list_holds_no_report_on_its_way_into_it(clock):
    report = a_report()
    take(report, "decline", in_charge_of(report), words="Ngoài", refusal="not-ours")
    declined = read(classes=("declined",))
    assert public_list.page(declined).views == ()
    clock.forward(minutes=1)
    assert [one.code for one in public_list.page(declined).views] == [report.code]


def test_a_step_taken_back_was_never_seen(clock):
    report = a_report()
    clerk = in_charge_of(report)
    event = take(report, "decline", clerk, words="Ngoài", refusal="not-ours")
    undo(event, clerk)
    assert whole(report).status is Status.NEW
    assert (report.settling, report.settles_at) == (None, None)
    clock.forward(minutes=2)
    assert [one.kind for one in whole(report).events] == [EventKind.FILED, EventKind.ROUTED]


def test_a_step_can_no_longer_be_taken_back_at_the_moment_it_is_public(clock):
    report = a_report()
    clerk = in_charge_of(report)
    event = take(report, "receive", clerk)
    clock.forward(minutes=1)
    with pytest.raises(Stale):
        undo(event, clerk)


def test_what_somebody_else_went_on_from_is_shown_at_once(clock):
    report = a_report()
    take(report, "receive", in_charge_of(report))
    with unit_of_work():
        following.add(report.code, "Còn nữa", by=its_reporter(report))
    assert whole(report).status is Status.RECEIVED


def test_joining_shows_nothing_before_its_time(clock):
    report = a_report()
    take(report, "receive", in_charge_of(report))
    with unit_of_work():
        following.join(report.code, by=ANONYMOUS, browser_hash="b")
    assert whole(report).status is Status.NEW


def test_a_report_that_is_no_longer_sensitive_appears_a_minute_later(clock):
    report = a_report(category="staff-conduct")
    take(report, "reclassify", in_charge_of(report), words="Đúng hơn", category="rubbish")
    assert report.publication is Publication.NONE
    a_minute_later(clock)
    assert report.publication is Publication.PIN
    assert figures.verify() == []


def test_a_merge_taken_apart_appears_a_minute_later(clock):
    report, head = a_report(), a_report()
    take(report, "merge", dispatcher(), merge_into=head.code)
    a_minute_later(clock)
    take(report, "unmerge", dispatcher())
    assert report.publication is Publication.NONE
    a_minute_later(clock)
    assert report.publication is Publication.PIN
    assert figures.verify() == []


def test_a_transfer_names_the_new_unit_a_minute_later(clock):
    report = a_report()
    former = report.unit_id
    take(report, "return", in_charge_of(report), words="Không phải việc này", transfer_reason="wrong-unit")
    assert whole(report).unit.id == former
    clock.forward(minutes=1)
    assert whole(report).unit.id == report.unit_id != former


def test_a_tile_without_held_reports_is_one_query(count_queries):
    a_report()
    x, y = geo.tile_of(geo.cell_of(*HERE), 17)
    tiles.groups(17, x, y, ALL)
    with count_queries() as counted:
        tiles.groups(17, x, y, ALL)
    assert counted.count == 1, str(counted)
