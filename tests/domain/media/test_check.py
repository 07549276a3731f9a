"""A photo is judged by its content, without decoding it, in words that name the file."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.media import check
from app.domain.media.check import Checked, inspect
from app.domain.media.header import Kind
from app.domain.media.refusal import MAX_BYTES, Fault, PhotoRefused, shown_name
from tests import photos


def look(data: bytes, filename: str = "IMG_0001.jpg") -> Checked:
    return inspect(BytesIO(data), filename)


def fault_of(data: bytes, filename: str = "IMG_0001.jpg") -> Fault:
    with pytest.raises(PhotoRefused) as refused:
        look(data, filename)
    return refused.value.fault


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (photos.jpeg(), Kind.JPEG, (800, 600)),
        (photos.png(), Kind.PNG, (640, 480)),
        (photos.webp(), Kind.WEBP, (640, 480)),
        (photos.webp(lossless=True), Kind.WEBP, (640, 480)),
        (photos.webp(place=photos.HOAN_KIEM), Kind.WEBP, (640, 480)),
        (photos.heic(), Kind.HEIF, (480, 360)),
        (photos.cmyk_jpeg(), Kind.JPEG, (640, 480)),
        (photos.double_jpeg(), Kind.JPEG, (800, 600)),
        (photos.polyglot_jpeg(), Kind.JPEG, (800, 600)),
        (photos.script_jpeg(), Kind.JPEG, (800, 600)),
    ],
    ids=["jpeg", "png", "webp", "lossless", "webp+exif", "heic", "cmyk", "double", "polyglot", "script"],
)
def test_what_phones_send_is_taken(data: bytes, kind: Kind, size: tuple[int, int]) -> None:
    checked = look(data)
    assert (checked.kind, (checked.width, checked.height), checked.size) == (kind, size, len(data))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (photos.text(), Fault.NOT_A_PHOTO),
        (photos.svg(), Fault.NOT_A_PHOTO),
        (photos.gif(), Fault.NOT_A_PHOTO),
        (photos.gif(3), Fault.NOT_A_PHOTO),
        (photos.avif_head(), Fault.NOT_A_PHOTO),
        (photos.video(), Fault.VIDEO),
        (photos.moving_png(), Fault.MOVING),
        (photos.moving_webp(), Fault.MOVING),
        (photos.bomb(), Fault.TOO_LARGE),
        (photos.jpeg(199, 400), Fault.TOO_SMALL),
        (photos.cut_jpeg(), Fault.BROKEN),
        (photos.png()[:-6], Fault.BROKEN),
        (photos.webp()[:-6], Fault.BROKEN),
        (photos.heic()[:-6], Fault.BROKEN),
        (b"\xff\xd8\xff", Fault.BROKEN),
    ],
    ids=lambda value: value.value if isinstance(value, Fault) else "",
)
def test_what_is_no_photo_or_not_whole_is_refused(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


def test_a_bomb_is_small_on_disk_and_refused_without_being_unpacked() -> None:
    assert len(photos.bomb()) < 10_000
    assert fault_of(photos.bomb(60_000, 60_000)) is Fault.TOO_LARGE


def test_more_than_20_megabytes_are_refused_by_weight_alone() -> None:
    assert fault_of(photos.jpeg() + bytes(MAX_BYTES)) is Fault.TOO_HEAVY


def test_the_name_decides_nothing() -> None:
    assert look(photos.png(), "holiday.pdf").kind is Kind.PNG
    assert fault_of(photos.text(), "photo.jpg") is Fault.NOT_A_PHOTO


def test_a_refusal_names_the_file_and_what_to_do() -> None:
    with pytest.raises(PhotoRefused) as refused:
        look(photos.text(), "C:\\Ảnh\\đường hỏng.jpg")
    said = str(refused.value.message)
    assert "“đường hỏng.jpg”" in said
    assert "JPEG, PNG, WebP or HEIC" in said
    assert (refused.value.field, refused.value.status) == ("photos", 422)


def test_every_fault_has_words() -> None:
    for fault in Fault:
        said = str(PhotoRefused(fault, "a.jpg").message)
        assert "a.jpg" in said
        assert "%(" not in said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("\x00\n", "photo"),
        ("", "photo"),
        ("x" * 200 + ".jpeg", "x" * 51 + "…" + "xxx.jpeg"),
    ],
)
def test_a_name_is_said_back_without_tricks(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@pytest.mark.parametrize("data", [photos.jpeg(), photos.webp(place=photos.HOAN_KIEM), photos.heic()])
def test_the_place_is_read_from_the_header(data: bytes) -> None:
    gps = look(data).gps
    assert gps is not None
    assert gps == pytest.approx(photos.HOAN_KIEM, abs=1e-5)


def test_the_place_is_read_from_a_png_too() -> None:
    assert look(photos.png(place=photos.HOAN_KIEM)).gps == pytest.approx(photos.HOAN_KIEM, abs=1e-5)


def test_south_and_west_are_negative() -> None:
    assert look(photos.jpeg(place=(-33.45, -70.66))).gps == pytest.approx((-33.45, -70.66), abs=1e-5)


@pytest.mark.parametrize("place", [None, (0.0, 0.0)])
def test_nothing_and_zero_zero_are_no_place(place: tuple[float, float] | None) -> None:
    assert look(photos.jpeg(place=place)).gps is None


def test_a_camera_without_a_zone_keeps_local_time() -> None:
    assert look(photos.jpeg(taken="2025:11:20 08:15:30")).taken_at == datetime(2025, 11, 20, 1, 15, 30, tzinfo=UTC)


def test_a_camera_with_a_zone_says_it_itself() -> None:
    taken = look(photos.jpeg(taken="2025:11:20 08:15:30", offset="+09:00")).taken_at
    assert taken == datetime(2025, 11, 19, 23, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("taken", ["", "0000:00:00 00:00:00", "1980:01:01 00:00:00", "2999:01:01 00:00:00", "gestern"])
def test_a_camera_whose_clock_cannot_be_right_says_nothing(taken: str) -> None:
    assert look(photos.jpeg(taken=taken)).taken_at is None


def test_a_photo_on_its_side_is_measured_upright() -> None:
    checked = look(photos.jpeg(800, 600, orientation=6))
    assert (checked.width, checked.height) == (600, 800)


def test_the_stream_is_left_at_its_start() -> None:
    stream = BytesIO(photos.jpeg())
    stream.read(100)
    inspect(stream, "a.jpg")
    assert stream.tell() == 0


def test_no_pixel_is_decoded() -> None:
    """A photo whose pixels are noise passes the look; only the darkroom will notice."""
    assert look(photos.scrambled_png()).kind is Kind.PNG


SEEDS = [photos.jpeg(240, 240), photos.png(240, 240), photos.webp(240, 240), photos.heic()]


@given(st.sampled_from(SEEDS), st.data())
def test_damaged_bytes_are_taken_or_refused_and_never_break_us(seed: bytes, data: st.DataObject) -> None:
    broken = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(broken)))
    try:
        check.inspect(BytesIO(bytes(broken[:cut])), "a.jpg")
    except PhotoRefused:
        return
