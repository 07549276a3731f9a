"""In the time to edit a report is its reporter's alone: said anew, sent early or taken back; then nothing moves it."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.domain import dossier, figures, search, workflow
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.media import store as kept_photos
from app.domain.notifications import announce
from app.domain.own_view import own_view
from app.domain.public_view import whole
from app.domain.reports import editing, exporting
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Delivery, Event, Photo, Report, ReportText, Words
from app.models.choices import Channel, EventKind, PhotoState, Publication, Severity, Status, WordsKind
from tests import photos
from tests.factories import a_report, dispatcher, in_charge_of, its_reporter, unit_of, with_time_to_edit
from tests.support.two_hands import while_the_first_is_not_done

pytestmark = pytest.mark.usefixtures("db_session")

IN_WARD_TWO = (21.02, 105.80)


@pytest.fixture
def report(clock) -> Report:
    with_time_to_edit()
    return a_report(words="Rác ở cổng trường", wayfinding="sau chợ")


def edit(report, *, version=None, photos=None, **said):
    with unit_of_work():
        anew = replace(editing.as_filed(db.session.get_one(Report, report.id)), **said)
        return editing.edit(
            report.code,
            anew,
            by=its_reporter(report),
            version=version or db.session.get_one(Report, report.id).version,
            photos=photos,
        )


def events(report) -> list[EventKind]:
    stands = select(Event.kind).where(Event.report_id == report.id, Event.undone_at.is_(None))
    return list(db.session.scalars(stands.order_by(Event.id)))


def said(report, *kinds) -> list[str]:
    return list(db.session.scalars(select(Words.original).where(Words.kind.in_(kinds)).order_by(Words.id)))


def test_an_edit_changes_all_that_follows_from_what_was_said(report, clock):
    filed_at, unit = report.filed_at, unit_of(report)
    clock.forward(minutes=5)
    edit(report, words="Đèn tắt", category="street-light", lat=IN_WARD_TWO[0], lng=IN_WARD_TWO[1], ward="")
    twin = a_report(category="street-light", lat=IN_WARD_TWO[0], lng=IN_WARD_TWO[1], filed_at=filed_at)
    like = ("category_id", "severity", "cell", "public_cell", "ward_id", "unit_id", "rule_code", "needs_routing_check")
    promised = ("receive_due_at", "handle_due_at", "first_handle_due_at", "due_at")
    assert {name: getattr(report, name) for name in like + promised} == {
        name: getattr(twin, name) for name in like + promised
    }
    assert (unit_of(report) != unit, report.filed_at) == (True, filed_at)
    assert (report.status, report.publication) == (Status.HELD, Publication.NONE)
    assert figures.verify() == []


def test_each_edit_is_a_version_and_the_one_before_is_its_reporters_alone(report):
    edit(report, words="Rác ở cổng chợ")
    edit(report, words="Rác ở cổng chợ Bưởi", wayfinding="")
    assert said(report, WordsKind.DESCRIPTION, WordsKind.WAYFINDING) == ["Rác ở cổng chợ Bưởi"]
    former = ["Rác ở cổng trường", "Rác ở cổng chợ", "sau chợ"]
    assert sorted(said(report, WordsKind.FORMER)) == sorted(former)
    assert events(report) == [EventKind.FILED, EventKind.ROUTED, EventKind.EDITED, EventKind.EDITED]
    kept = db.session.scalars(select(Event).where(Event.kind == EventKind.EDITED)).all()
    assert [(event.public_at, event.report_id) for event in kept] == [(None, report.id)] * 2
    assert {word for line in own_view(report).events for text in line.said for word in [text]} >= {"Rác ở cổng trường"}
    assert "Rác ở cổng trường" in str(exporting.of_report(report))
    clerk = released(report)
    desk = dossier.of(report.code, seen_by=clerk)
    assert [word.original for event in desk.events for word in event.words] == ["Rác ở cổng chợ Bưởi"]
    assert "truong" not in db.session.get_one(ReportText, report.id).staff
    search.refresh(db.session.get_one(Report, report.id))
    assert "truong" not in db.session.get_one(ReportText, report.id).staff


def released(report):
    with unit_of_work():
        workflow.take(report.code, "send_now", by=its_reporter(report))
    return in_charge_of(report)


def test_the_routing_before_an_edit_was_told_to_nobody_and_is_shown_to_nobody(report):
    edit(report, lat=IN_WARD_TWO[0], lng=IN_WARD_TWO[1], ward="")
    clerk = released(report)
    shown = [event for event in whole(report).events if event.kind is EventKind.ROUTED]
    assert [event.data["to"] for event in shown] == [unit_of(report)]
    told = dossier.of(report.code, seen_by=clerk)
    assert (told.routed.data["to"], EventKind.EDITED in {one.kind for one in told.events}) == (unit_of(report), False)


def test_nothing_reaches_a_queue_or_a_mailbox_before_the_report_goes_out(report):
    dispatcher()
    edit(report, words="Sửa lần một")
    announce()
    assert db.session.scalar(select(func.count(Delivery.id))) == 0
    with unit_of_work():
        workflow.take(report.code, "withdraw", by=its_reporter(report))
    announce()
    assert clocks.turn() == 0
    assert db.session.scalar(select(func.count(Delivery.id))) == 0
    assert db.session.get_one(Report, report.id).status is Status.WITHDRAWN


@pytest.mark.parametrize("early", [True, False])
def test_our_message_goes_out_with_the_report_once(report, clock, early):
    announce()
    clock.forward(minutes=4 if early else 15)
    if early:
        released(report)
    clocks.turn()
    announce()
    announce()
    assert list(db.session.scalars(select(Delivery.kind))) == ["confirm"]
    assert db.session.get_one(Report, report.id).status is Status.NEW


def test_what_an_edit_makes_urgent_goes_out_at_once_and_its_unit_is_told(report):
    in_charge_of(report)
    edit(report, is_dangerous=True)
    announce()
    assert (report.status, report.severity) == (Status.NEW, Severity.URGENT)
    assert sorted(db.session.scalars(select(Delivery.kind))) == ["confirm", "urgent"]


def test_to_the_moment_and_no_later(report, clock):
    clock.forward(minutes=14, seconds=59)
    edit(report, words="Kịp")
    clock.forward(seconds=1)
    with pytest.raises(editing.Over):
        edit(report, words="Trễ")  # also while the worker that sends it out is late
    clocks.turn()
    with pytest.raises(editing.Over):
        edit(report, words="Trễ")
    assert said(report, WordsKind.DESCRIPTION) == ["Kịp"]


def test_only_its_reporter_edits_it(report):
    somebody, version = dispatcher(), report.version
    anew = replace(editing.as_filed(report), words="Khác")
    with pytest.raises(Forbidden), unit_of_work():
        editing.edit(report.code, anew, by=somebody, version=version)


def test_saying_the_same_again_changes_nothing_and_an_old_page_overwrites_nothing(report):
    version = report.version
    edit(report, words="Mới")
    edit(report, version=version, words="Mới")  # pressed twice
    assert events(report).count(EventKind.EDITED) == 1
    with pytest.raises(Stale):
        edit(report, version=version, words="Từ một trang cũ")
    assert said(report, WordsKind.DESCRIPTION) == ["Mới"]


def test_an_edit_is_held_against_the_same_rules_as_a_filing(report):
    for field, wrong in {
        "words": {"words": " "},
        "category": {"category": "nothing"},
        "answer_road": {"category": "pothole"},
        "place": {"lat": 10.77, "lng": 106.69},
    }.items():
        with pytest.raises(Invalid) as refused:
            edit(report, **wrong)
        assert refused.value.field == field
    assert events(report) == [EventKind.FILED, EventKind.ROUTED]


def test_photos_come_and_go_and_what_is_taken_out_is_gone(report, app):
    first = kept_photos.attach(report, BytesIO(photos.jpeg()), "mot.jpg")
    second = kept_photos.take(BytesIO(photos.jpeg()), "hai.jpg")
    kept_photos.finish_pending()
    done = edit(report, photos=editing.Photos({first.name}, [second]))
    states = dict(db.session.execute(select(Photo.name, Photo.state)).all())
    assert states == {first.name: PhotoState.REMOVED, second.name: PhotoState.RAW}
    assert first.name in " ".join(done.files)
    assert db.session.get_one(Report, report.id).photo_count == 1
    edit(report, words="")  # the photo says it
    with pytest.raises(Invalid):
        edit(report, photos=editing.Photos({second.name}))


def test_what_a_clerk_enters_for_somebody_is_not_held(clock):
    with_time_to_edit()
    assert a_report(channel=Channel.DESK).status is Status.NEW


def test_words_uncovered_by_their_reporter_stay_so_through_an_edit(clock):
    with_time_to_edit()
    report = a_report(category="street-light", words="Gọi 0977 123 456", shown=("0977 123 456",))
    edit(report, words="Đèn tắt, gọi 0977 123 456")
    released(report)
    assert whole(db.session.get_one(Report, report.id)).words == "Đèn tắt, gọi 0977 123 456"


def test_a_recurrence_follows_the_place_it_is_moved_to(clock):
    done = a_report(lat=IN_WARD_TWO[0], lng=IN_WARD_TWO[1])
    with unit_of_work():
        db.session.get_one(Report, done.id).status = Status.CLOSED
    with_time_to_edit()
    report = a_report()
    assert report.recurrence == 1
    edit(report, lat=IN_WARD_TWO[0], lng=IN_WARD_TWO[1], ward="")
    assert (report.recurs_of_id, report.recurrence) == (done.id, 2)


@pytest.mark.only_postgresql  # on SQLite writers come one after the other
def test_an_edit_that_meets_the_release_is_told_so_and_the_report_goes_out_as_it_was(app, report):
    code, version, me = report.code, report.version, its_reporter(report)
    anew = replace(editing.as_filed(report), words="Cùng lúc")

    def second():
        with unit_of_work():
            editing.edit(code, anew, by=me, version=version)

    later = while_the_first_is_not_done(app, lambda: workflow.take(code, "send_now", by=me), second)
    with pytest.raises(editing.Over):
        later.result()
    assert said(report, WordsKind.DESCRIPTION) == ["Rác ở cổng trường"]
