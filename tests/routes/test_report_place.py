"""The place of a report: what people type is read as they mean it, and where a border is near they are asked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import areas
from app.domain.city import store
from app.models import Report
from tests.routes.test_report import middle, one_report, send
from tests.support.application import Browser


def beside_a_border() -> tuple[float, float, str, str]:
    """A point less than 30 m inside a ward, that ward, and the one beyond the border."""
    codes = tuple(store.current().wards)
    for first in codes:
        for second in codes:
            (south, west), (north, east) = middle(first), middle(second)
            for step in range(4000):
                lat, lng = south + (north - south) * step / 4000, west + (east - west) * step / 4000
                near = areas.locate(lat, lng).neighbours(30)
                if near:
                    return lat, lng, *near
    raise AssertionError("no two wards touch")


def checked(page: str) -> list[str]:
    tags = re.findall(r"<input[^>]*name=\"ward\"[^>]*>", page)
    return [found[1] for tag in tags if "checked" in tag and (found := re.search(r'value="(\w+)"', tag))]


def test_coordinates_may_have_a_decimal_comma(client: Browser, db_session: Session) -> None:
    lat, lng = (f"{number:.6f}".replace(".", ",") for number in middle())
    answer = client.post("/report/place", data={"lat": lat, "lng": f"{lng}°"})
    assert answer.headers["Location"].endswith("/report/what")
    client.post("/report/what", data={"words": "Rác", "category": "rubbish", "asked": "rubbish", "danger": "no"})
    send(client)
    assert (one_report(db_session).lat, one_report(db_session).lng) == pytest.approx(middle(), abs=1e-6)


@pytest.mark.parametrize("path", ["/near?lat=abc&lng=105", "/near?lat=999&lng=105"])
def test_wrong_coordinates_are_said_in_the_readers_language(client: Browser, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 422
    assert "Hãy nhập một số" in page.text or "Vĩ độ phải từ" in page.text
    assert "valid float" not in page.text
    assert "Number must" not in page.text


def test_an_address_that_is_not_found_is_kept_as_the_way_to_find_it(client: Browser, db_session: Session) -> None:
    lat, lng = middle()
    page = client.get("/report/place", query_string={"q": "12 Phố Huế", "lat": lat, "lng": lng}).text
    assert re.search(r'name="wayfinding"[^>]*value="12 Phố Huế"', page)
    way_out = re.search(r'class="link" href="([^"]+)"', page)
    assert way_out is not None
    assert "12 Phố Huế</textarea>" in client.get(way_out[1].replace("&amp;", "&")).text


def test_the_way_back_to_the_summary_survives_a_search(client: Browser, db_session: Session) -> None:
    ward = next(iter(store.current().wards.values()))
    page = client.get("/report/place", query_string={"q": ward.name.vi, "back": "send"})
    assert '<input type="hidden" name="back" value="send">' in page.text
    assert re.search(r'href="[^"]*back=send[^"]*#pin"', page.text)


def test_beside_a_border_the_ward_is_asked_and_one_press_accepts(client: Browser, db_session: Session) -> None:
    lat, lng, here, beyond = beside_a_border()
    page = client.get("/report/place", query_string={"lat": lat, "lng": lng}).text
    assert checked(page) == [here]
    assert f'value="{beyond}"' in page
    said = client.get("/report/where", query_string={"lat": lat, "lng": lng}).json
    assert said is not None
    assert (said["ward"], [one["code"] for one in said["offered"]]) == (here, [here, beyond])
    unasked = client.post("/report/place", data={"lat": lat, "lng": lng})
    assert (unasked.status_code, checked(unasked.text)) == (422, [here])
    accepted = client.post("/report/place", data={"lat": lat, "lng": lng, "ward": here})
    assert accepted.headers["Location"].endswith("/report/what")


def test_beside_a_border_whoever_stands_there_knows_the_ward(client: Browser, db_session: Session) -> None:
    lat, lng, _here, beyond = beside_a_border()
    client.post("/report/place", data={"lat": lat, "lng": lng, "ward": beyond})
    client.post("/report/what", data={"words": "Rác", "category": "rubbish", "asked": "rubbish", "danger": "no"})
    send(client)
    report = db_session.scalars(select(Report)).one()
    assert store.current().ward_of(report.ward_id).code == beyond


def test_far_from_a_border_the_outline_decides(client: Browser, db_session: Session) -> None:
    lat, lng = middle()
    other = list(store.current().wards)[-1]
    assert checked(client.get("/report/place", query_string={"lat": lat, "lng": lng}).text) == []
    client.post("/report/place", data={"lat": lat, "lng": lng, "ward": other})
    client.post("/report/what", data={"words": "Rác", "category": "rubbish", "asked": "rubbish", "danger": "no"})
    send(client)
    assert store.current().ward_of(one_report(db_session).ward_id).code == next(iter(store.current().wards))


def test_without_outlines_the_map_says_that_it_is_a_sketch_and_names_the_likely_wards(
    client: Browser, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    lat, lng = middle()
    nearest = tuple(store.current().wards)[:3]
    monkeypatch.setattr(areas, "locate", lambda lat, lng: areas.Located(nearest[0], exact=False, nearest=nearest))
    monkeypatch.setattr(areas, "has_outlines", lambda: False)
    page = client.get("/report/place", query_string={"lat": lat, "lng": lng}).text
    assert "sơ đồ, không phải ranh giới" in page
    assert f"Có thể là {store.current().wards[nearest[0]].name.vi}" in page
    assert page.index('id="ward"') < page.index("pinmap__map")
    refused = client.post("/report/place", data={"lat": lat, "lng": lng}).text
    assert refused.index('id="ward"') < refused.index("pinmap__map"), "what must be chosen stands before the map"
