"""A resident files a report, without scripts: each step a page, nothing lost, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.adapters.storage import StorageFull
from app.config import Config
from app.domain import areas
from app.domain.city import store
from app.domain.reports import secret_of
from app.domain.reports.filing import NOTICE
from app.models import Consent, Draft, Event, Participation, Person, Photo, Report, ReportContact, Words, now
from app.models.choices import EventKind, PlaceSource, Severity, Status
from tests import photos
from tests.support.application import Browser, Clock
from tests.support.html import faults


def middle(code: str | None = None) -> tuple[float, float]:
    """A point well inside a ward."""
    city = store.current()
    ward = city.wards[code] if code else next(iter(city.wards.values()))
    return ward.lat, ward.lng


def jpeg(name: str = "photo.jpg", **how: Any) -> tuple[BytesIO, str]:
    return BytesIO(photos.jpeg(**how)), name


def at_the_summary(client: Browser, **what: str) -> None:
    """Through the steps up to the summary, in the first ward's middle."""
    lat, lng = middle()
    client.post("/report/place", data={"lat": lat, "lng": lng, "source": "map"})
    said = {"words": "Rác chất đống trước cổng", "category": "rubbish", "danger": "no", "asked": "rubbish"}
    answer = client.post("/report/what", data=said | what)
    assert answer.headers["Location"].endswith("/report/send"), answer.text


def send(client: Browser, **contact: str) -> Any:
    return client.post("/report/send", data=contact or {"email": "ten@example.org"})


def one_report(session: Session) -> Report:
    return session.scalars(select(Report)).one()


# The steps ---------------------------------------------------------------------------------------------------------


def test_a_guest_files_in_four_pages(client: Browser, db_session: Session) -> None:
    answer = client.post("/report", data={"photos": [jpeg()]}, content_type="multipart/form-data")
    assert answer.headers["Location"].endswith("/report/place")
    at_the_summary(client)
    page = client.get("/report/send").text
    assert "Rác chất đống trước cổng" in page
    answer = send(client)
    assert answer.status_code == 303
    report = one_report(db_session)
    assert answer.headers["Location"].endswith(f"/r/{report.code}/mine/{secret_of(report)}/sent")
    assert (report.status, report.photo_count, report.is_contact_confirmed) == (Status.NEW, 1, False)
    done = client.get(answer.headers["Location"])
    assert done.status_code == 200
    assert f"{report.code[:3]}-{report.code[3:6]}-{report.code[6:]}" in done.text


def test_a_second_press_shows_the_same_report(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    first, second = send(client), send(client)
    assert first.headers["Location"] == second.headers["Location"]
    assert db_session.scalar(select(func.count()).select_from(Report)) == 1


def test_after_sending_the_form_begins_anew(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    send(client)
    assert "Rác chất đống" not in client.get("/report/what").text
    at_the_summary(client, words="Rác ở chỗ khác")
    send(client)
    assert db_session.scalar(select(func.count()).select_from(Report)) == 2


def test_a_step_from_before_the_sending_leads_to_what_was_sent(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    page = client.get("/report/what").text
    found = re.search(r'name="client_id" value="([\w-]+)"', page)
    assert found
    sent = send(client).headers["Location"]
    said = {"words": "Rác chất đống trước cổng", "category": "rubbish", "client_id": found[1]}
    assert client.post("/report/what", data=said).headers["Location"] == sent
    assert db_session.scalar(select(func.count()).select_from(Draft)) == 1


def test_the_summary_of_an_earlier_report_does_not_send_another(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    send(client)
    at_the_summary(client, words="Rác ở chỗ khác")
    answer = send(client, email="ten@example.org", client_id="of-the-first")
    assert answer.headers["Location"] == "/report/send"
    assert db_session.scalar(select(func.count()).select_from(Report)) == 1


def test_what_was_typed_comes_back(client: Browser, app: Any) -> None:
    client.post("/report/what", data={"words": "Nắp cống vỡ", "danger": "yes"})
    page = client.get("/report/what").text
    assert "Nắp cống vỡ" in page
    assert re.search(r'<input[^>]*checked[^>]*value="yes"', page)


def test_a_draft_is_kept_for_seven_days(client: Browser, db_session: Session, clock: Clock) -> None:
    client.post("/report/what", data={"words": "Nắp cống vỡ", "danger": "no"})
    clock.forward(days=6)
    assert "Nắp cống vỡ" in client.get("/report/what").text
    clock.forward(days=8)
    assert "Nắp cống vỡ" not in client.get("/report/what").text


def test_somebody_elses_cookie_opens_nothing(
    client: Browser, new_browser: Callable[[], Browser], db_session: Session
) -> None:
    client.post("/report/what", data={"words": "Nắp cống vỡ", "danger": "no"})
    client_id = db_session.scalars(select(Draft.client_id)).one()
    stranger = new_browser()
    stranger.set_cookie("hoiam_draft", f"{client_id}.guessed")
    assert "Nắp cống vỡ" not in stranger.get("/report/what").text


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("path", ["/report", "/report/place", "/report/place/words", "/report/what", "/mine"])
def test_every_step_is_a_good_page(client: Browser, language: str, path: str) -> None:
    answer = client.get(language + path)
    assert answer.status_code == 200
    assert faults(answer.text) == []


@pytest.mark.parametrize("language", ["", "/en"])
def test_summary_and_last_page_are_good_pages(client: Browser, language: str, db_session: Session) -> None:
    at_the_summary(client)
    assert faults(client.get(language + "/report/send").text) == []
    send(client)
    report = one_report(db_session)
    own = f"{language}/r/{report.code}/mine/{secret_of(report)}"
    assert faults(client.get(own + "/sent").text) == []
    assert faults(client.get(own).text) == []


# The place ----------------------------------------------------------------------------------------------------------


def test_gps_inside_the_photo_proposes_the_pin(client: Browser, db_session: Session) -> None:
    lat, lng = middle()
    client.post("/report", data={"photos": [jpeg(place=(lat, lng))]}, content_type="multipart/form-data")
    page = client.get("/report/place").text
    found = re.search(r'name="lat"[^>]*value="([\d.]+)"', page)
    assert found
    assert float(found[1]) == pytest.approx(lat, abs=1e-4)
    assert 'name="source" type="hidden" value="photo"' in page


def test_the_devices_place_beside_the_photo_proposes_the_pin(client: Browser, db_session: Session) -> None:
    lat, lng = middle()
    data = {"photos": [jpeg(place=None)], "lat": lat, "lng": lng, "accuracy": "12"}
    client.post("/report", data=data, content_type="multipart/form-data")
    assert 'name="source" type="hidden" value="device"' in client.get("/report/place").text


def test_outside_the_city_is_refused_kindly(client: Browser) -> None:
    answer = client.post("/report/place", data={"lat": "10.77", "lng": "106.70"})
    assert answer.status_code == 422
    assert "Thành phố Sáu Phường" in answer.text


def test_wrong_coordinates_are_said_beside_the_field(client: Browser) -> None:
    answer = client.post("/report/place", data={"lat": "abc", "lng": "500"})
    assert answer.status_code == 422
    assert 'id="lat-error"' in answer.text
    assert 'id="lng-error"' in answer.text
    assert 'value="abc"' in answer.text


def test_without_the_map_ward_and_words_are_enough(client: Browser, db_session: Session) -> None:
    ward = next(iter(store.current().wards))
    assert client.post("/report/place/words", data={"ward": ward, "wayfinding": ""}).status_code == 422
    client.post("/report/place/words", data={"ward": ward, "wayfinding": "Đối diện cổng chợ"})
    client.post("/report/what", data={"words": "Rác", "category": "rubbish", "asked": "rubbish", "danger": "no"})
    send(client)
    report = one_report(db_session)
    assert (report.place_source, report.public_lat) == (PlaceSource.WARD, None)


def test_without_borders_the_nearest_wards_are_offered(
    client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lat, lng = middle()
    nearest = tuple(store.current().wards)[:3]
    guess = areas.Located(nearest[0], exact=False, nearest=nearest)
    monkeypatch.setattr(areas, "locate", lambda lat, lng: guess)
    asked = client.post("/report/place", data={"lat": lat, "lng": lng})
    assert asked.status_code == 422
    assert all(f'value="{code}"' in asked.text for code in nearest)
    answer = client.post("/report/place", data={"lat": lat, "lng": lng, "ward": nearest[1]})
    assert answer.headers["Location"].endswith("/report/what")


def test_search_finds_wards_sites_and_coordinates(client: Browser, db_session: Session) -> None:
    ward = next(iter(store.current().wards.values()))
    site = next(iter(store.current().sites.values()))
    for words in (ward.name.vi, site.name.vi):
        assert "lat=" in client.get("/report/place", query_string={"q": words}).text
    assert "source=typed" in client.get("/report/place", query_string={"q": "21.0, 105.8"}).text


# What it is ---------------------------------------------------------------------------------------------------------


def test_the_words_suggest_the_kind(client: Browser) -> None:
    client.post("/report/what", data={"words": "ổ gà to giữa đường", "then": "suggest"})
    page = client.get("/report/what").text
    assert re.search(r'value="pothole" checked', page)
    assert client.post("/report/suggest", data={"words": "ổ gà"}).json == {"categories": ["pothole"]}


def test_the_questions_of_the_kind_are_asked_once(client: Browser, db_session: Session) -> None:
    lat, lng = middle()
    client.post("/report/place", data={"lat": lat, "lng": lng})
    said = {"words": "ổ gà", "category": "pothole", "danger": "no"}
    asked = client.post("/report/what", data=said)
    assert "#details" in asked.headers["Location"]
    page = client.get("/report/what").text
    assert 'name="answer_road"' in page
    assert 'name="answer_danger"' not in page  # asked of everybody, once
    missing = client.post("/report/what", data=said | {"asked": "pothole"})
    assert missing.status_code == 422
    assert "field--error" in missing.text
    answered = client.post("/report/what", data=said | {"asked": "pothole", "answer_road": "alley"})
    assert answered.headers["Location"].endswith("/report/send")
    send(client)
    assert one_report(db_session).answers == {"road": "alley", "danger": "no"}


def test_what_is_not_taken_here_is_said_with_the_way_out(client: Browser) -> None:
    answer = client.post("/report/what", data={"words": "sổ đỏ", "category": "land-complaint", "danger": "no"})
    assert answer.status_code == 422
    assert "bộ phận tiếp công dân" in answer.text


def test_danger_makes_it_urgent_and_says_what_is_true(client: Browser, db_session: Session, clock: Clock) -> None:
    clock.forward(hours=13)  # 22:00
    at_the_summary(client, danger="yes")
    done = client.get(send(client).headers["Location"]).text
    assert one_report(db_session).severity is Severity.URGENT
    assert "22:00" in done
    assert "08:00" in done or "07:30" in done
    for number in ("113", "114", "115", "112"):
        assert f"tel:{number}" in done


def test_similar_reports_are_shown_and_may_be_joined(
    client: Browser, new_browser: Callable[[], Browser], db_session: Session
) -> None:
    at_the_summary(client)
    send(client)
    report = one_report(db_session)
    other = new_browser()
    lat, lng = middle()
    other.post("/report/place", data={"lat": lat, "lng": lng})
    asked = other.post("/report/what", data={"words": "rác", "category": "rubbish", "danger": "no"})
    assert "#details" in asked.headers["Location"]
    page = other.get("/report/what").text
    assert f"/r/{report.code}/join" in page
    assert "Rác chất đống" not in page  # its words are not public
    other.get(f"/r/{report.code}/join")
    other.post(f"/r/{report.code}/join")
    other.post(f"/r/{report.code}/join")
    db_session.expire_all()
    assert one_report(db_session).affected == 2


# Photos -------------------------------------------------------------------------------------------------------------


def test_a_refused_file_is_named_and_the_rest_is_kept(client: Browser, db_session: Session) -> None:
    files = [jpeg("one.jpg"), (BytesIO(b"only text"), "notes.jpg")]
    answer = client.post("/report", data={"photos": files}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "notes.jpg" in answer.text
    assert db_session.scalar(select(func.count()).select_from(Photo)) == 1


def test_the_fifth_photo_is_left_out(client: Browser, db_session: Session) -> None:
    files = [jpeg(f"{n}.jpg") for n in range(5)]
    answer = client.post("/report", data={"photos": files}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "4.jpg" in answer.text
    assert db_session.scalar(select(func.count()).select_from(Photo)) == 4


def test_a_photo_can_be_taken_back(client: Browser, db_session: Session) -> None:
    client.post("/report", data={"photos": [jpeg()]}, content_type="multipart/form-data")
    name = db_session.scalars(select(Photo.name)).one()
    client.post(f"/report/photos/{name}/remove")
    at_the_summary(client)
    send(client)
    assert one_report(db_session).photo_count == 0
    assert client.get(f"/photos/{name}-thumb.webp").status_code == 410


# Contact and consent ------------------------------------------------------------------------------------------------


def test_nothing_is_ticked_beforehand(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    assert not re.search(
        r"<input[^>]*checkbox[^>]*checked|<input[^>]*checked[^>]*checkbox", client.get("/report/send").text
    )


@pytest.mark.parametrize(
    ("ticked", "agreed"), [({}, set()), ({"alerts": "y"}, {"alerts"}), ({"hide_content": "y"}, set())]
)
def test_only_what_was_ticked_is_agreed_to(
    client: Browser, db_session: Session, ticked: dict[str, str], agreed: set[str]
) -> None:
    at_the_summary(client)
    send(client, email="ten@example.org", **ticked)
    assert {one.purpose for one in db_session.scalars(select(Consent))} == agreed


def test_the_report_remembers_which_notice_stood_at_the_button(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    send(client, email="ten@example.org")
    filed = db_session.scalars(select(Event).where(Event.kind == EventKind.FILED)).one()
    assert filed.data["notice"] == NOTICE


@pytest.mark.parametrize(("field", "typed"), [("email", "nobody"), ("phone", "12"), ("email", "<script>@x")])
def test_a_wrong_contact_is_said_beside_the_field(client: Browser, db_session: Session, field: str, typed: str) -> None:
    at_the_summary(client)
    answer = send(client, **{field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "<script>@x" not in answer.text


def test_a_contact_is_asked_for_unless_nameless(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    refused = send(client, name="An")
    assert refused.status_code == 422
    assert 'id="email-error"' in refused.text
    assert send(client, nameless="y").status_code == 303
    assert one_report(db_session).is_nameless


def test_some_kinds_need_a_contact(client: Browser, db_session: Session) -> None:
    at_the_summary(client, category="staff-conduct", asked="staff-conduct")
    assert 'name="nameless"' not in client.get("/report/send").text
    assert send(client, nameless="y").status_code == 422


def test_a_telephone_is_kept_in_one_form(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    send(client, phone="0912 345 678")
    assert db_session.scalars(select(ReportContact.phone)).one() == "+84912345678"


def test_do_not_publish_is_kept(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    send(client, email="ten@example.org", hide_content="y")
    report = one_report(db_session)
    assert (report.is_content_hidden, report.content_due_at) == (True, None)


def test_an_account_needs_no_contact(client: Browser, sign_in: Any, db_session: Session) -> None:
    from app.extensions import unit_of_work

    with unit_of_work() as session:
        person = Person(name="", email="account@example.org", created_at=now())
        session.add(person)
        session.flush()
        person_id = person.id
    sign_in(db_session.get_one(Person, person_id))
    at_the_summary(client)
    assert 'name="email"' not in client.get("/report/send").text
    assert client.post("/report/send", data={}).status_code == 303
    assert db_session.scalars(select(Participation.person_id)).one() == person_id


def test_script_and_sql_are_only_words(client: Browser, db_session: Session) -> None:
    evil = "<script>alert(1)</script>'; DROP TABLE report;--"
    at_the_summary(client, words=evil)
    page = client.get("/report/send").text
    assert "<script>alert" not in page
    send(client)
    assert db_session.scalars(select(Words.original)).one() == evil


# Budgets ------------------------------------------------------------------------------------------------------------


def test_pages_ask_little_of_the_database(client: Browser, count_queries: Any, db_session: Session) -> None:
    at_the_summary(client)
    for path in ("/report", "/report/place", "/report/what", "/report/send"):
        with count_queries() as counted:
            client.get(path)
        assert counted.count <= 12, f"{path}\n{counted}"


def test_filing_asks_little_of_the_database(client: Browser, count_queries: Any, db_session: Session) -> None:
    at_the_summary(client)
    send(client)  # the first one knows the city's key from here on
    at_the_summary(client)
    with count_queries() as counted:
        assert send(client).status_code == 303
    assert counted.count <= 17, str(counted)  # 15, and the draft's own two: read, and handed over


# Limits -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(config: Config, app: Flask) -> Iterator[Callable[[], Browser]]:
    """The same city with its rate limits on."""
    from app import create_app
    from app.extensions import limiter
    from tests.support.application import close

    strict = create_app(replace(config, rate_limits=True))
    strict.test_client_class = Browser
    limiter.reset()
    yield lambda: cast(Browser, strict.test_client())
    limiter.reset()
    limiter.enabled = False
    with strict.app_context():
        close(strict)


def test_one_contact_may_file_five_an_hour(limited: Callable[[], Browser], db_session: Session) -> None:
    answers = []
    for _filed in range(6):
        browser = limited()
        at_the_summary(browser)
        answers.append(send(browser).status_code)
    assert answers == [303] * 5 + [429]
    other = limited()
    at_the_summary(other)
    assert send(other, email="khac@example.org").status_code == 303


def test_where_the_storage_is_full_the_photos_are_refused_and_the_form_goes_on(
    client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(key: str, data: object) -> None:
        raise StorageFull(28, "no room left for files")

    client.post("/report/what", data={"words": "Rác trước cổng"})
    monkeypatch.setattr(client.application.extensions["storage"], "put", full)
    answer = client.post("/report", data={"photos": [jpeg()]}, content_type="multipart/form-data")
    assert (answer.status_code, "Kho ảnh đã đầy" in answer.text) == (503, True)
    assert "Tiếp tục" in answer.text
    assert "Rác trước cổng" in client.get("/report/what").text


BETRAYING = "Xe 29A1-123.45 đổ rác, gọi 0912 345 678"


def with_betraying_words(client: Browser) -> Any:
    at_the_summary(client, words=BETRAYING)
    return client.get("/report/send")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_betrays_somebody_is_marked_with_its_kind_and_covered(
    client: Browser, db_session: Session, prefix: str
) -> None:
    with_betraying_words(client)
    page = client.get(f"{prefix}/report/send").text
    assert faults(page) == []
    assert '<mark data-piece="29A1-123.45">•••</mark>' in page
    assert ("số điện thoại" if not prefix else "telephone number") in page
    assert page.count('name="covered"') == page.count('name="covered" value=') == 2


def test_what_betrays_nobody_asks_nothing(client: Browser, db_session: Session) -> None:
    at_the_summary(client)
    assert 'name="covered"' not in client.get("/report/send").text


def test_a_piece_is_uncovered_and_all_covered_again_without_a_script(client: Browser, db_session: Session) -> None:
    with_betraying_words(client)
    pieces = ["29A1-123.45", "0912 345 678"]
    said = {"piece": pieces, "covered": pieces[:1], "name": "Lan", "email": "lan@example.org"}
    answer = client.post("/report/send/covered", data=said | {"cover": "ticked"})
    assert answer.status_code == 303
    page = client.get("/report/send").text
    assert '<mark data-piece="0912 345 678">0912 345 678</mark>' in page
    assert 'value="lan@example.org"' in page, "nothing typed is lost"
    client.post("/report/send/covered", data=said | {"cover": "all"})
    assert '<mark data-piece="0912 345 678">•••</mark>' in client.get("/report/send").text


def test_the_unit_reads_all_of_it_and_the_choice_is_kept_with_the_words(client: Browser, db_session: Session) -> None:
    with_betraying_words(client)
    pieces = ["29A1-123.45", "0912 345 678"]
    client.post("/report/send", data={"email": "lan@example.org", "piece": pieces, "covered": pieces[:1]})
    words = db_session.scalars(select(Words)).one()
    assert words.original == BETRAYING
    assert words.public_text is None
    assert [BETRAYING[start:end] for start, end in words.uncovered or []] == ["0912 345 678"]


def test_a_form_from_before_that_knows_no_pieces_uncovers_nothing(client: Browser, db_session: Session) -> None:
    with_betraying_words(client)
    send(client, email="lan@example.org")
    assert db_session.scalars(select(Words)).one().uncovered is None
