"""A street is found by the words of public reports, and only where their own pages show them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from app.domain import places, publication, told_places, workflow
from app.domain.city import store
from app.domain.publication import Checked
from app.domain.reports import get_for_change
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report
from tests.factories import a_minute_later, a_report, in_charge_of, its_reporter
from tests.support.application import Browser, Clock, Counted

pytestmark = pytest.mark.usefixtures("db_session")


def published(clock: Clock, **said: str) -> Report:
    report = a_report(**said)
    clerk = in_charge_of(report)
    with unit_of_work():
        fresh = get_for_change(report.code, by=clerk)
        texts = {one.id: one.original for one in publication.reporters_words(fresh)}
        publication.publish(fresh, Checked(texts), by=clerk)
    a_minute_later(clock)
    return report


def names(words: str) -> list[str]:
    return [hit.name for hit in places.search(words, "vi") if hit.kind == "told"]


@pytest.mark.parametrize(
    "typed", ["12 Phố Huế", "pho hue", "số 7 phố huế", "ngõ 31/2 Phố Huế", "Phố Huế, Hai Bà Trưng", "PHỐ HUẾ"]
)
def test_a_street_that_a_reporter_named_is_found(clock: Clock, typed: str) -> None:
    report = published(clock, wayfinding="Đối diện 12 Phố Huế")
    (hit,) = [one for one in places.search(typed, "vi") if one.kind == "told"]
    assert (hit.name, hit.is_area) == ("Đối diện 12 Phố Huế", True)
    assert (hit.lat, hit.lng) == (report.public_lat, report.public_lng)
    assert hit.ward == store.current().ward_of(report.ward_id).code


def test_what_is_a_ward_by_name_is_looked_for_nowhere_else(
    clock: Clock, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    ward = next(iter(store.current().wards.values()))
    with count_queries() as counted:
        assert [hit.kind for hit in places.search(ward.name.vi, "vi")][:1] == ["ward"]
    assert counted.count == 0, str(counted)


def test_the_very_house_comes_first_and_the_same_words_once(clock: Clock) -> None:
    for said in ("12 Phố Huế", "90 Phố Huế", "90 phố Huế"):
        published(clock, wayfinding=said)
    assert names("12 Phố Huế") == ["12 Phố Huế", "90 phố Huế"]


def test_an_address_of_a_public_pin_is_found_before_its_words_are_checked(clock: Clock) -> None:
    a_report(nearest_address="5 Ngõ Trạm", wayfinding="Sau nhà bà Hạnh")
    a_minute_later(clock)
    assert names("Ngõ Trạm") == ["5 Ngõ Trạm"]
    assert names("nhà bà Hạnh") == []


def test_where_the_page_shows_no_exact_place_no_street_is_found(clock: Clock) -> None:
    for category in ("parking", "staff-conduct"):
        a_report(category=category, nearest_address="5 Ngõ Trạm", wayfinding="5 Ngõ Trạm")
    a_minute_later(clock)
    assert names("Ngõ Trạm") == []


def test_a_report_that_left_the_public_takes_its_street_along(clock: Clock) -> None:
    report = published(clock, wayfinding="12 Phố Huế")
    assert names("Phố Huế")
    with unit_of_work():
        workflow.take(report.code, "withdraw", by=its_reporter(report), details=Details())
    assert names("Phố Huế") == []


def test_words_of_the_description_are_no_address(clock: Clock) -> None:
    published(clock, words="Rác trên phố Huế đã ba ngày")
    assert names("phố Huế") == []


@pytest.mark.parametrize("typed", ["", "a", "12", "12/5", "'\"*()", "-" * 300])
def test_what_is_no_street_asks_nothing(
    count_queries: Callable[[], AbstractContextManager[Counted]], typed: str
) -> None:
    store.current()
    with count_queries() as counted:
        assert told_places.called(typed) == []
    assert counted.count == 0, str(counted)


def test_a_street_costs_one_query(clock: Clock, count_queries: Callable[[], AbstractContextManager[Counted]]) -> None:
    for _one in range(3):
        published(clock, wayfinding="12 Phố Huế")
    with count_queries() as counted:
        assert told_places.called("Phố Huế")
    assert counted.count == 1, str(counted)


def test_the_page_near_goes_to_the_street(clock: Clock, client: Browser) -> None:
    published(clock, wayfinding="12 Phố Huế")
    page = client.get("/near", query_string={"q": "phố huế"})
    assert "Đang giải quyết quanh 12 Phố Huế" in page.text


def test_a_former_ward_is_headed_by_the_ward_it_is_part_of_now(client: Browser) -> None:
    page = client.get("/near", query_string={"q": "Phường Cũ Một"})
    assert "<h1>Đang giải quyết quanh Phường Một</h1>" in page.text


def test_without_a_geocoder_both_searches_say_what_they_can_find(client: Browser) -> None:
    assert "tên phố đã có trong phản ánh công khai" in client.get("/near").text
    page = client.get("/near", query_string={"q": "phố không có"})
    assert page.status_code == 422
    assert "hoặc tìm trên bản đồ" in page.text
    assert 'href="/map"' in page.text.partition("<main")[2].partition("</main>")[0]
    page = client.get("/report/place", query_string={"q": "phố không có"})
    assert "tên phố chỉ tìm được khi đã có trong phản ánh công khai" in page.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("12 Phố Huế", ["Phường Phố Huế, quận Hai Bà Trưng"]),
        ("phố huế", ["Phường Phố Huế, quận Hai Bà Trưng"]),
        ("Hai Bà Trưng", ["Phường Hai Bà Trưng"]),
        ("quận Hai Bà Trưng", ["Phường Hai Bà Trưng", "Phường Phố Huế, quận Hai Bà Trưng"]),
    ],
)
def test_a_former_ward_is_found_by_its_own_name_and_by_its_district_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch, typed: str, found: list[str]
) -> None:
    first, second = list(store.current().wards)[:2]
    names = (
        places._name("Phường Hai Bà Trưng", "ward", first),
        places._name("Phường Phố Huế, quận Hai Bà Trưng", "old_ward", second),
    )
    monkeypatch.setattr(places, "_names", lambda *_known: names)
    assert [name.said for _rank, name in places._named(store.current(), places.fold(typed))] == found


def test_without_scripts_the_middle_of_an_area_is_no_spot_yet(client: Browser) -> None:
    page = client.get("/report/place", query_string={"lat": 21.02, "lng": 105.76, "area": "1"})
    assert "điểm giữa khu vực" in page.text
    assert "điểm giữa khu vực" not in client.get("/report/place", query_string={"lat": 21.02, "lng": 105.76}).text
