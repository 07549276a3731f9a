import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.city.model import Bounds
from app.domain.coordinates import parse_coordinates

HANOI = Bounds(west=105.28, south=20.56, east=106.03, north=21.39)
LAKE = (21.0285, 105.8542)


@pytest.mark.parametrize(
    "text",
    [
        "21.0285, 105.8542",
        "21.0285,105.8542",
        "21.0285 105.8542",
        " (21.0285; 105.8542) ",
        "+21.0285 / +105.8542",
        "21,0285 105,8542",
        "21,0285, 105,8542",
        "21,0285; 105,8542",
        "21,0285,105,8542",
        "105.8542 21.0285",
        "105,8542, 21,0285",
        "21.0285° N, 105.8542° E",
        "N21.0285 E105.8542",
        "105.8542E 21.0285N",
        "21.0285°B 105.8542°Đ",
        "21.0285, 105.8542Đ",
        "lat: 21.0285, lng: 105.8542",
        "lng=105.8542 lat=21.0285",
        "Vĩ độ 21.0285, kinh độ 105.8542",
        "Tọa độ: 21.0285, 105.8542",
        "21.0285\u00a0105.8542",
    ],
)
def test_plain_numbers_are_read_however_people_write_them(text: str) -> None:
    assert parse_coordinates(text, HANOI) == LAKE


@pytest.mark.parametrize(
    "text",
    [
        "21°01'42.6\"N 105°51'15.1\"E",
        "21°01'42.6\"N105°51'15.1\"E",
        "21º 01′ 42,6″ B, 105º 51′ 15,1″ Đ",
        "N 21° 1' 42.6'' E 105° 51' 15.1''",
        "21°1.71' 105°51.2517'",
        "21° 01’ 42.6” 105° 51’ 15.1”",
    ],
)
def test_degrees_minutes_and_seconds_are_read(text: str) -> None:
    assert parse_coordinates(text, HANOI) == pytest.approx(LAKE, abs=2e-5)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.google.com/maps/@21.0285,105.8542,17z",
        "https://www.google.com/maps/place/H%E1%BB%93+G%C6%B0%C6%A1m/@21.1,105.9,17z/data=!3m1!4b1!8m2!3d21.0285!4d105.8542",
        "https://maps.google.com/?q=21.0285,105.8542",
        "maps.google.com/maps?hl=vi&q=21.0285%2C105.8542",
        "https://www.google.com/maps/search/?api=1&query=21.0285%2C%20105.8542",
        "https://www.google.com/maps/search/21.0285,+105.8542?entry=tts",
        "https://maps.apple.com/?ll=21.0285,105.8542&q=Pin",
        "https://www.openstreetmap.org/?mlat=21.0285&mlon=105.8542#map=17/21.1/105.9",
        "https://www.openstreetmap.org/#map=17/21.0285/105.8542",
        "geo:21.0285,105.8542",
        "geo:21.0285,105.8542;u=35",
        "GEO:21.0285,105.8542,12?z=17",
        "geo:0,0?q=21.0285,105.8542(Hồ%20Gươm)",
    ],
)
def test_links_and_uris_are_read(text: str) -> None:
    assert parse_coordinates(text, HANOI) == LAKE


@pytest.mark.parametrize(
    "text",
    [
        "7PH72VH3+9M",
        "2VH3+9M Hoàn Kiếm, Hà Nội",
        "https://plus.codes/7PH72VH3+9M",
        "https://maps.google.com/?q=7PH72VH3%2B9M",
    ],
)
def test_plus_codes_are_read(text: str) -> None:
    assert parse_coordinates(text, HANOI) == pytest.approx(LAKE, abs=2e-4)


def test_a_short_plus_code_needs_a_city() -> None:
    assert parse_coordinates("2VH3+9M") is None


def test_swapped_numbers_are_seen_by_the_city_and_by_the_earth() -> None:
    both_on_earth = Bounds(west=30, south=10, east=31, north=11)
    assert parse_coordinates("30.5, 10.5", both_on_earth) == (10.5, 30.5)
    assert parse_coordinates("30.5, 10.5") == (30.5, 10.5)
    assert parse_coordinates("105.8542, 21.0285") == LAKE


def test_a_place_outside_the_city_is_still_a_place() -> None:
    assert parse_coordinates("10.7769, 106.7009", HANOI) == (10.7769, 106.7009)
    assert parse_coordinates("-33.86 151.21", HANOI) == (-33.86, 151.21)
    assert parse_coordinates("33°51'S 151°12'E", HANOI) == pytest.approx((-33.85, 151.2))


def test_in_vietnamese_letters_n_is_south() -> None:
    assert parse_coordinates("10.5 N 74.25 T") == (-10.5, -74.25)
    assert parse_coordinates("10.5 N 74.25 W") == (10.5, -74.25)
    assert parse_coordinates("10.5 S 74.25 T") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nan, nan",
        "inf 105.8542",
        "1e400, 1e400",
        "91.5, 181.5",
        "191.5, 21.5",
        "21.0285",
        "21.0285, 105.8542, 7.5",
        "12 Tràng Tiền",
        "21 105",
        "12, 34",
        "21.0285 N, 105.8542 N",
        "lat 21.0285 lat 105.8542",
        "-21.0285 S 105.8542 E",
        "21°61'00\" 105°51'15\"",
        "21.5°30' 105°51'",
        "21.0285 abc 105.8542",
        "https://maps.app.goo.gl/abcDEF123",
        "https://maps.google.com/?q=12,34+Tr%C3%A0ng+Ti%E1%BB%81n",
        "geo:0,0?q=Hồ+Gươm",
        "geo:somewhere",
        "A+B",
        "9" * 3000,
        "٢١.٠٢٨٥ x",
    ],
)
def test_what_names_no_place_is_none(text: str) -> None:
    assert parse_coordinates(text, HANOI) is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_a_program_writes_is_read_back(lat: float, lng: float) -> None:
    lat, lng = round(lat, 6), round(lng, 6)
    assert parse_coordinates(f"{lat:.6f}, {lng:.6f}") == (lat, lng)


@given(st.text(alphabet="0123456789.,;°'\"NSEWBĐT+-/ @!?&=qdlatng:", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    found = parse_coordinates(text, HANOI)
    assert found is None or (abs(found[0]) <= 90 and abs(found[1]) <= 180)
