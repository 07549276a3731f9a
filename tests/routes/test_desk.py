"""The desk through the door: who gets in, what the queue shows, what a step does, what is kept when it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.domain import workflow
from app.domain.city import store
from app.domain.media.keys import RAW
from app.domain.permissions import actor_of
from app.domain.reports import following
from app.domain.workflow import Details
from app.extensions import db, storage, unit_of_work
from app.jobs import clocks
from app.models import Event, Kept, Person, Photo, Report, UnitTemplate, WardOutline, now
from app.models.choices import EventKind, Outcome, PhotoKind, Role, Status
from app.models.localized import Localized
from app.web import nav
from tests import factories, photos
from tests.support.application import Browser, Clock, Counted
from tests.support.html import faults

Count = Callable[[], AbstractContextManager[Counted]]
SignIn = Callable[..., Browser]


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report()


@pytest.fixture
def clerk(report: Report) -> Person:
    return factories.staff(factories.unit_of(report))


@pytest.fixture
def desk(clerk: Person, sign_in: SignIn) -> Browser:
    return sign_in(clerk)


def step(browser: Browser, report: Report, move: str, **said: Any) -> Any:
    db.session.refresh(report)
    data = {"move": move, "version": str(report.version), **said}
    return browser.post(f"/desk/r/{report.code}", data=data, content_type="multipart/form-data")


def take(report: Report, person: Person, *moves: str) -> None:
    for move in moves:
        with unit_of_work():
            workflow.take(report.code, move, by=actor_of(db.session.get_one(Person, person.id)))
    db.session.refresh(report)


# Who gets in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/desk", "/desk/publish", "/desk/assisted"])
def test_the_desk_is_closed_to_everybody_else(client: Browser, db_session: Session, sign_in: SignIn, path: str) -> None:
    assert client.get(path).status_code == 302
    assert sign_in(factories.a_person()).get(path).status_code == 403


def test_a_clerk_of_another_unit_finds_no_such_report(report: Report, sign_in: SignIn) -> None:
    stranger = sign_in(factories.staff("so-van-hoa"))
    assert stranger.get(f"/desk/r/{report.code}").status_code == 404
    assert report.code not in stranger.get("/desk?tab=open").text.replace("-", "")
    assert step(stranger, report, "receive").status_code == 404
    assert db.session.get_one(Report, report.id).status is Status.NEW


def test_an_observer_reads_and_is_offered_no_step(report: Report, sign_in: SignIn) -> None:
    page = sign_in(factories.staff(None, Role.OBSERVER)).get(f"/desk/r/{report.code}")
    assert page.status_code == 200
    assert 'name="move"' not in page.text


# The queue ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/desk", "/en/desk", "/desk?tab=done", "/desk?tab=news&words=rác&overdue=1"])
def test_the_queue_is_well_made(desk: Browser, path: str) -> None:
    page = desk.get(path)
    assert page.status_code == 200
    assert faults(page.text) == []


def test_the_queue_shows_what_waits_with_its_words(desk: Browser, report: Report) -> None:
    page = desk.get("/desk")
    assert "Rác chất đống trước cổng trường" in page.text
    assert f"/desk/r/{report.code}" in page.text


def test_strange_addresses_filter_nothing_and_break_nothing(desk: Browser) -> None:
    strange = (
        "/desk?tab=x&status=y&category='--&ward=%F0%9F%8F%99&assignee=9999999999999999999999&after=1.x&words=%22*("
    )
    assert desk.get(strange).status_code == 200
    assert desk.get("/desk?tab=open&after=99999999999999999999.99999999999999999999999").status_code == 200
    assert desk.get("/desk?tab=open&assignee=²").status_code == 200


def test_a_clerk_filters_by_what_occurs_in_her_queue_alone(desk: Browser, sign_in: SignIn) -> None:
    factories.a_report(category="street-light")
    for tab, category in (("open", '"rubbish"'), ("done", '"rubbish"')):
        page = desk.get(f"/desk?tab={tab}").text
        assert ("value=" + category in page) is (tab == "open")
        assert 'value="10002"' not in page
    assert 'value="10002" selected' in desk.get("/desk?tab=open&ward=10002").text
    city_wide = sign_in(factories.staff(None, Role.DISPATCHER)).get("/desk?tab=open").text
    assert 'value="10002"' in city_wide
    stoppers = [one.code for one in store.current().categories.values() if one.stops]
    assert not [code for code in stoppers if f'value="{code}"' in city_wide]


@pytest.mark.parametrize("many", [1, 25])
def test_the_queue_needs_eight_queries_at_most_however_long_it_is(
    desk: Browser, count_queries: Count, many: int
) -> None:
    for _ in range(many):
        factories.a_report()
    desk.get("/desk?tab=open")  # the city is in memory from here on
    with count_queries() as counted:
        assert desk.get("/desk?tab=open").status_code == 200
    assert counted.count <= 8, str(counted)


def test_a_step_needs_fifteen_statements_at_most(desk: Browser, report: Report, count_queries: Count) -> None:
    other = factories.a_report()
    step(desk, other, "receive")  # the city is in memory from here on
    with count_queries() as counted:
        assert step(desk, report, "receive").status_code == 302
    assert counted.count - 1 <= 15, str(counted)  # beside the one by which this test learns the version


def test_next_is_the_first_report_other_than_this_one(desk: Browser, report: Report) -> None:
    other = factories.a_report()
    answer = desk.get(f"/desk/next?not={report.code}")
    assert answer.location.endswith(f"/desk/r/{other.code}")


# One report -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "move",
    [
        "receive",
        "visit",
        "note",
        "reclassify",
        "move_pin",
        "transfer",
        "return",
        "decline",
        "contact_tried",
        "nonsense",
    ],
)
def test_the_report_is_well_made_with_the_form_of_each_step(
    desk: Browser, report: Report, move: str, prefix: str
) -> None:
    page = desk.get(f"{prefix}/desk/r/{report.code}?move={move}")
    assert page.status_code == 200
    assert faults(page.text) == []


@pytest.mark.parametrize("move", ["resolve", "ask", "pause", "plan", "ask_extension", "assign"])
def test_so_is_a_report_at_work(report: Report, sign_in: SignIn, move: str) -> None:
    lead = factories.staff(factories.unit_of(report), Role.LEAD)
    take(report, lead, "receive", "start")
    page = sign_in(lead).get(f"/desk/r/{report.code}?move={move}")
    assert page.status_code == 200
    assert faults(page.text) == []
    assert f'value="{move}"' in page.text


def test_the_report_needs_twelve_queries_at_most(desk: Browser, report: Report, count_queries: Count) -> None:
    with count_queries() as counted:
        assert desk.get(f"/desk/r/{report.code}").status_code == 200
    assert counted.count <= 12, str(counted)


def test_the_contact_is_shown_only_with_the_permission_and_each_look_is_written_down(
    report: Report, desk: Browser, new_browser: Callable[[], Browser], sign_in: SignIn
) -> None:
    assert desk.post(f"/desk/r/{report.code}/contact").status_code == 403
    trusted = factories.staff(factories.unit_of(report), sees_contact=True)
    browser = sign_in(trusted, browser=new_browser())
    assert "@example.org" not in re.sub(
        r"<header.*?</header>", "", browser.get(f"/desk/r/{report.code}").text, flags=re.S
    )
    page = browser.post(f"/desk/r/{report.code}/contact")
    assert "Người gửi" in page.text
    looks = db.session.scalars(select(Event).where(Event.kind == EventKind.CONTACT_SEEN)).all()
    assert [look.actor_id for look in looks] == [trusted.id]


def test_the_pin_is_moved_by_typed_coordinates_and_the_unit_of_the_new_place_is_offered(
    desk: Browser, report: Report
) -> None:
    ward = store.current().wards["10002"]
    form = desk.get(f"/desk/r/{report.code}?move=move_pin").text
    assert 'value="21.020000, 105.760000"' in form
    wrong = step(desk, report, "move_pin", pin="nhà bà Hạnh", words="Ghim sai")
    assert wrong.status_code == 422
    assert 'id="pin-error"' in wrong.text
    assert 'value="nhà bà Hạnh"' in wrong.text
    outside = step(desk, report, "move_pin", pin="10.77, 106.7", words="Ghim sai")
    assert (outside.status_code, 'id="pin-error"' in outside.text) == (422, True)
    assert step(desk, report, "move_pin", pin=f"{ward.lat}, {ward.lng}", words="Ghim sai").status_code == 302
    page = desk.get(f"/desk/r/{report.code}").text
    assert faults(page) == []
    assert "Theo vị trí mới" in page
    assert "Vị trí trước đó: 21.02000, 105.76000" in page


def test_a_press_on_the_map_writes_the_coordinates(
    desk: Browser, report: Report, open_page: Callable[..., Any]
) -> None:
    page = open_page(wide=True, browser=desk)
    page.goto(f"/desk/r/{report.code}?move=move_pin")
    page.locator("[data-minimap].minimap--live").click(position={"x": 100, "y": 60})
    written = page.locator("[name=pin]").input_value()
    lat, lng = (float(number) for number in written.split(","))
    assert lat > report.lat  # above the middle is north, left of it is west
    assert lng < report.lng


def test_the_ward_is_asked_where_the_city_knows_no_borders(desk: Browser, report: Report) -> None:
    assert 'name="ward"' not in desk.get(f"/desk/r/{report.code}?move=move_pin").text
    with unit_of_work() as session:
        session.execute(delete(WardOutline))
        session.execute(delete(Kept).where(Kept.name == "outlines"))
    assert 'name="ward"' in desk.get(f"/desk/r/{report.code}?move=move_pin").text


def test_news_go_once_somebody_says_that_it_was_read(desk: Browser, report: Report) -> None:
    with unit_of_work():
        following.add(report.code, "Vẫn còn rác", by=factories.its_reporter(report))
    assert "Vẫn còn rác" in desk.get(f"/desk/r/{report.code}").text
    assert report.code in desk.get("/desk?tab=news").text
    desk.post(f"/desk/r/{report.code}/seen")
    assert db.session.get_one(Report, report.id).has_news is False
    assert report.code not in desk.get("/desk?tab=news").text


# Steps ----------------------------------------------------------------------------------------------------------------


def test_receiving_is_one_press_and_can_be_taken_back(desk: Browser, report: Report) -> None:
    assert step(desk, report, "receive").status_code == 302
    assert db.session.get_one(Report, report.id).status is Status.RECEIVED
    page = desk.get(f"/desk/r/{report.code}")
    event = re.search(r'name="event" value="(\d+)"', page.text)
    assert event is not None
    desk.post("/desk/undo", data={"event": event[1]})
    db.session.refresh(report)
    assert report.status is Status.NEW


def test_after_its_minute_a_step_stays(clock: Any, desk: Browser, report: Report) -> None:
    step(desk, report, "receive")
    event = db.session.scalar(select(Event.id).where(Event.kind == EventKind.RECEIVED))
    clock.forward(seconds=90)
    answer = desk.post("/desk/undo", data={"event": event}, follow_redirects=True)
    assert answer.status_code == 200
    db.session.refresh(report)
    assert report.status is Status.RECEIVED


def test_an_answer_without_words_is_refused_beside_the_field(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive", "start")
    page = step(desk, report, "resolve", outcome="cannot_fix", words="")
    assert page.status_code == 422
    assert faults(page.text) == []
    assert "words-error" in page.text
    assert db.session.get_one(Report, report.id).status is Status.IN_PROGRESS


def test_a_fixed_report_needs_its_photo_and_keeps_the_words(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive", "start")
    page = step(desk, report, "resolve", outcome="fixed", words="Tổ vệ sinh đã dọn sạch.")
    assert page.status_code == 422
    assert "photos-error" in page.text
    assert "Tổ vệ sinh đã dọn sạch." in page.text


def test_an_after_photo_belongs_to_the_answer(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive", "start")
    said = {"outcome": "fixed", "words": "Đã dọn sạch.", "lat": "21.02", "lng": "105.76"}
    answer = step(desk, report, "resolve", photos=(BytesIO(photos.jpeg()), "sau.jpg"), **said)
    assert answer.status_code == 302
    photo = db.session.scalars(select(Photo).where(Photo.report_id == report.id)).one()
    assert (photo.kind, photo.has_location) == (PhotoKind.AFTER, True)
    db.session.refresh(report)
    assert (report.status, report.outcome) == (Status.RESOLVED, Outcome.FIXED)


def test_a_photo_of_a_refused_answer_need_not_be_picked_again(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive", "start")
    refused = step(desk, report, "resolve", outcome="fixed", photos=(BytesIO(photos.jpeg()), "sau.jpg"))
    assert refused.status_code == 422
    assert faults(refused.text) == []
    (name,) = re.findall(r'name="picked" value="([\w-]+)" checked', refused.text)
    assert "sau.jpg" in refused.text
    assert 'name="picked"' not in desk.get(f"/desk/r/{report.code}?move=visit").text
    assert step(desk, report, "resolve", outcome="fixed", words="Đã dọn sạch.", picked=name).status_code == 302
    photo = db.session.scalars(select(Photo).where(Photo.report_id == report.id)).one()
    assert (photo.kind, photo.name) == (PhotoKind.AFTER, name)
    assert 'name="picked"' not in desk.get(f"/desk/r/{report.code}").text


def test_a_waiting_photo_can_be_left_out_and_no_other_file_can_be_named(
    desk: Browser, report: Report, clerk: Person
) -> None:
    take(report, clerk, "receive", "start")
    step(desk, report, "resolve", outcome="cannot_fix", photos=(BytesIO(photos.jpeg()), "sau.jpg"))
    said = {"outcome": "cannot_fix", "words": "Chờ mùa khô.", "picked": "../../secret"}
    assert step(desk, report, "resolve", **said).status_code == 302
    assert db.session.scalars(select(Photo)).all() == []
    assert not list(storage().walk(RAW))


def test_a_text_named_jpg_is_refused_and_nothing_is_kept(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive", "start")
    page = step(desk, report, "resolve", outcome="fixed", words="Xong", photos=(BytesIO(b"hello" * 99), "sau.jpg"))
    assert page.status_code == 422
    assert "sau.jpg" in page.text
    assert db.session.scalars(select(Photo)).all() == []


def test_a_stale_form_is_not_taken_and_keeps_what_was_typed(desk: Browser, report: Report, clerk: Person) -> None:
    old = report.version
    take(report, clerk, "receive")
    data = {"move": "note", "version": str(old), "words": "Đã gọi tổ duy tu"}
    page = desk.post(f"/desk/r/{report.code}", data=data)
    assert page.status_code == 409
    assert "Đã gọi tổ duy tu" in page.text
    assert faults(page.text) == []
    assert f'name="version" type="hidden" value="{report.version}"' in page.text
    assert db.session.scalar(select(Event).where(Event.kind == EventKind.NOTED)) is None


def test_words_are_handed_back_when_the_step_is_no_longer_there(desk: Browser, report: Report, clerk: Person) -> None:
    old = report.version
    take(report, clerk, "receive", "start")
    with unit_of_work():
        said = Details(words="Không sửa được", outcome=Outcome.CANNOT_FIX)
        workflow.take(report.code, "resolve", by=actor_of(clerk), details=said)
    data = {"move": "decline", "version": str(old), "refusal": "not-ours", "words": "Không thuộc thẩm quyền của phường"}
    page = desk.post(f"/desk/r/{report.code}", data=data)
    assert page.status_code == 409
    assert "Không thuộc thẩm quyền của phường" in page.text


def test_the_history_says_that_a_transfer_was_not_accepted_in_time(
    clock: Clock, report: Report, clerk: Person, sign_in: SignIn
) -> None:
    with unit_of_work():
        said = Details(words="Tuyến phố do Sở quản lý", transfer_to="so-ha-tang", transfer_reason="wrong-unit")
        workflow.take(report.code, "transfer", by=actor_of(clerk), details=said)
    clock.set(report.due_at + timedelta(minutes=1))
    assert clocks.return_unaccepted() == 1
    page = sign_in(factories.staff(None, Role.DISPATCHER)).get(f"/en/desk/r/{report.code}").text
    assert "did not accept it in time" in page
    assert "gone back to a former unit" not in page


def test_a_transfer_leaves_the_desk_with_a_way_back(desk: Browser, report: Report) -> None:
    said = {"transfer_to": "so-ha-tang", "transfer_reason": "wrong-unit", "words": "Tuyến phố do Sở quản lý"}
    answer = step(desk, report, "transfer", **said)
    assert answer.status_code == 302
    assert "/desk/r/" not in answer.location
    event = re.search(r'name="event" value="(\d+)"', desk.get("/desk").text)
    assert event is not None
    desk.post("/desk/undo", data={"event": event[1]})
    assert desk.get(f"/desk/r/{report.code}").status_code == 200


def test_when_the_report_went_elsewhere_the_typed_words_are_still_there(
    desk: Browser, report: Report, clerk: Person
) -> None:
    old = report.version
    with unit_of_work():
        said = Details(words="x", transfer_to="so-ha-tang", transfer_reason="wrong-unit")
        workflow.take(report.code, "transfer", by=actor_of(clerk), details=said)
    page = desk.post(f"/desk/r/{report.code}", data={"move": "note", "version": str(old), "words": "Ghi chú dài"})
    assert page.status_code == 404
    assert "Ghi chú dài" in page.text
    assert faults(page.text) == []


def test_a_wrong_day_is_said_beside_its_field(desk: Browser, report: Report, clerk: Person) -> None:
    take(report, clerk, "receive")
    page = step(desk, report, "pause", waiting_for="weather", until="31/2/2025", words="Mưa to")
    assert page.status_code == 422
    assert "until-error" in page.text
    assert "Mưa to" in page.text


@pytest.mark.parametrize("move", ["close", "appeal", "withdraw", "../x", ""])
def test_steps_of_others_are_not_taken_here(desk: Browser, report: Report, move: str) -> None:
    assert step(desk, report, move).status_code == 404


def test_ready_answers_are_filled_in_and_stand_in_the_field_without_scripts(
    desk: Browser, report: Report, clerk: Person
) -> None:
    take(report, clerk, "receive", "start")
    with unit_of_work() as session:
        session.add(
            UnitTemplate(
                unit_id=report.unit_id,
                title=Localized("Mẫu của phường", "Our own"),
                text=Localized("Phản ánh {code}: {lạ} {ward}", "…"),
                for_moves=["resolve"],
                created_at=now(),
            )
        )
    own = db.session.scalars(select(UnitTemplate)).one()
    page = desk.get(f"/desk/r/{report.code}?move=resolve&template=unit-{own.id}")
    assert "Phản ánh " in page.text
    assert "{lạ} Phường Một</textarea>" in page.text


def test_scripts_in_words_stay_words(desk: Browser, report: Report) -> None:
    step(desk, report, "note", words="<script>alert(1)</script>'; DROP TABLE report; --")
    page = desk.get(f"/desk/r/{report.code}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_a_form_without_token_is_refused(desk: Browser, report: Report) -> None:
    desk.sends_token = False
    assert step(desk, report, "receive").status_code == 400
    assert db.session.get_one(Report, report.id).status is Status.NEW


# Finding a unit -------------------------------------------------------------------------------------------------------


def test_a_unit_is_found_by_words_of_its_name_without_scripts_and_what_was_typed_stays(
    desk: Browser, report: Report
) -> None:
    page = step(desk, report, "transfer", find="1", find_unit="ha tang", words="Thuộc sở")
    assert page.status_code == 200
    assert 'value="so-ha-tang"' in page.text
    assert 'value="so-van-hoa"' not in page.text
    assert "Thuộc sở</textarea>" in page.text
    assert db.session.get_one(Report, report.id).transfers == 0


def test_the_list_of_units_begins_with_those_such_reports_usually_go_to(desk: Browser, report: Report) -> None:
    page = desk.get(f"/desk/r/{report.code}?move=transfer").text
    usual = page.index('<optgroup label="Thường nhận loại việc này">')
    assert usual < page.index('<optgroup label="Sở, ngành thành phố')


def test_sending_back_to_a_former_unit_says_that_the_dispatcher_decides(
    report: Report, clerk: Person, desk: Browser, sign_in: SignIn
) -> None:
    reason = next(iter(store.current().transfers))
    step(desk, report, "transfer", words="Thuộc sở", transfer_to="so-ha-tang", transfer_reason=reason)
    other = sign_in(factories.staff("so-ha-tang"))
    assert "đã từng phụ trách: điều phối viên quyết định" in other.get(f"/desk/r/{report.code}?move=transfer").text
    back = {"words": "Không phải", "transfer_to": "ubnd-10001", "transfer_reason": reason}
    answer = step(other, report, "transfer", **back)
    assert "chuyển về điều phối viên" in other.get(answer.headers["Location"]).text


def test_proof_is_asked_before_the_press_where_the_category_wants_it(sign_in: SignIn, db_session: Session) -> None:
    wants, not_so = factories.a_report(category="pothole", answers={"road": "alley"}), factories.a_report()
    for report, is_asked in ((wants, True), (not_so, store.current().category_of(not_so.category_id).proof)):
        clerk = factories.staff(factories.unit_of(report))
        take(report, clerk, "receive")
        page = sign_in(clerk).get(f"/desk/r/{report.code}?move=resolve").text
        assert ("bắt buộc có ảnh" in page) is is_asked
        assert page.index('id="photos"') < page.index('id="words"')


def test_a_merge_of_unlike_reports_offers_to_say_that_one_is_sure(report: Report, sign_in: SignIn) -> None:
    head = factories.a_report(category="street-light")
    boss = sign_in(factories.staff(None, Role.DISPATCHER))
    page = step(boss, report, "merge", merge_into=head.code)
    assert page.status_code == 422
    assert 'name="is_sure"' in page.text
    assert head.code in page.text
    assert step(boss, report, "merge", merge_into=head.code, is_sure="y").status_code == 302


def test_a_dispatcher_splits_a_second_problem_off_and_is_told_its_code(report: Report, sign_in: SignIn) -> None:
    boss = sign_in(factories.staff(None, Role.DISPATCHER))
    form = boss.get(f"/desk/r/{report.code}?move=split")
    assert form.status_code == 200
    assert faults(form.text) == []
    assert "không hoàn tác được" in form.text
    answer = step(boss, report, "split", category="street-light", words="Còn đèn hỏng")
    page = boss.get(answer.headers["Location"])
    assert "Việc thứ hai nay là phản ánh" in page.text
    assert "/desk/undo" not in page.text


def test_typing_narrows_the_list_of_units(desk: Browser, report: Report, open_page: Callable[..., Any]) -> None:
    page = open_page(wide=True, browser=desk)
    page.goto(f"/desk/r/{report.code}?move=transfer")
    page.locator("[name=find_unit]").fill("ha ta")
    offered = page.locator("[name=transfer_to] option").evaluate_all("all => all.map((one) => one.value)")
    assert "so-ha-tang" in offered
    assert "so-van-hoa" not in offered
    page.locator("[name=find_unit]").fill("")
    assert "so-van-hoa" in page.locator("[name=transfer_to]").inner_html()


def test_a_database_that_goes_away_while_the_head_is_drawn_is_told_as_such(
    desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(nav, "desk", gone)
    answer = desk.get("/desk")
    assert (answer.status_code, "Hiện chưa thể phục vụ" in answer.text) == (503, True)
