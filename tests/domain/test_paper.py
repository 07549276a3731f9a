"""What is drawn by ourselves: letters that fit, shapes as the sprite has them, colours as the pages have them."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.config import ROOT
from app.domain.paper import card, colours, letters, shapes
from app.domain.paper.card import Card
from tests import photos

PLAIN = Card(
    city="Hà Nội",
    title="Rác tồn đọng",
    place="Phường Một",
    status="Đang xử lý",
    shape="pin-open",
    tone="open",
    age="gửi 3 ngày trước",
    code="482-160-358",
)
STACKED = "ế ề ể ễ ệ ố ồ ổ ỗ ộ ớ ờ ở ỡ ợ ứ ừ ử ữ ự ằ ẵ ặ ẩ ẫ ậ đ Đ Ỗ Ự"


def opened(drawn: bytes) -> Image.Image:
    image = Image.open(BytesIO(drawn))
    assert (image.format, image.size) == ("PNG", card.SIZE)
    return image.convert("RGB")


def webp(width: int = 1600, height: int = 1200) -> bytes:
    written = BytesIO()
    photos.picture(width, height).save(written, "WEBP")
    return written.getvalue()


def test_every_stacked_letter_has_a_drawing_of_its_own() -> None:
    for weight in (letters.REGULAR, letters.BOLD):
        font = letters.font(weight, 64)
        missing = bytes(font.getmask("\U000e0001"))
        drawn = {one: bytes(font.getmask(one)) for one in STACKED.split()}
        assert missing not in drawn.values()
        assert len(set(drawn.values())) == len(drawn)


def test_marks_typed_apart_are_drawn_as_one_letter() -> None:
    assert letters.plain("Hue\u0302\u0301  \n phố") == "Huế phố"


@pytest.mark.parametrize("text", ["", "một", "một hai ba bốn năm sáu bảy tám chín mười " * 9, "a" * 900, "ỗ" * 300])
def test_lines_fit_their_room(text: str) -> None:
    found = letters.lines(text, letters.BOLD, 40, 300, 3)
    assert len(found) <= 3
    assert all(letters.width(line, letters.BOLD, 40) <= 300 for line in found)
    if letters.width(letters.plain(text), letters.BOLD, 40) > 3 * 300:
        assert found[-1].endswith(letters.MORE)


@pytest.mark.parametrize("tone", [*colours.TONES, "declined"])
def test_a_status_is_drawn_in_its_colour_and_its_shape(tone: str) -> None:
    ink, wash = colours.TONES.get(tone, colours.PLAIN)
    drawn = opened(card.png(Card(**{**fields(PLAIN), "tone": tone})))
    seen = {colour for _n, colour in drawn.getcolors(2**20) or []}
    assert {rgb(ink), rgb(wash), rgb(colours.GROUND)} <= seen
    other = opened(card.png(Card(**{**fields(PLAIN), "tone": tone, "shape": "pin-declined"})))
    assert ImageChops.difference(drawn, other).getbbox() is not None


def test_the_shapes_differ_without_colour() -> None:
    names = ("pin-open", "pin-waiting", "pin-done", "pin-declined", "pin-answered", "pin-gone", "mark")
    drawn = {name: shapes.picture(name, 44).tobytes() for name in names}
    assert len(set(drawn.values())) == len(names)
    assert all(0.05 < sum(one) / 255 / len(one) < 0.9 for one in drawn.values())


@pytest.mark.parametrize("size", [(1600, 1200), (300, 2000), (20, 20)])
def test_a_photo_fills_its_column_and_nothing_else(size: tuple[int, int]) -> None:
    drawn = opened(card.png(PLAIN, webp(*size)))
    assert drawn.getpixel((20, 620)) != drawn.getpixel((1000, 620))
    near = drawn.getpixel((740, 300))
    assert isinstance(near, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(near, rgb(colours.GROUND), strict=True))


def test_no_words_are_too_many_and_no_picture_too_heavy() -> None:
    long = Card(
        **{name: f"{value} " * 80 for name, value in fields(PLAIN).items() if name not in ("shape", "tone")}
        | {"shape": "pin-open", "tone": "open"}
    )
    started = time.perf_counter()
    drawn = card.png(long, webp())
    assert time.perf_counter() - started < 5
    assert len(drawn) < 400_000
    opened(drawn)


def test_the_address_names_all_that_is_drawn() -> None:
    digests = {Card(**{**fields(PLAIN), name: "other"}).digest for name in fields(PLAIN)}
    assert len(digests | {PLAIN.digest}) == len(fields(PLAIN)) + 1
    assert re.fullmatch("[0-9a-f]{16}", PLAIN.digest)


def test_colours_are_those_of_the_light_theme() -> None:
    sheet = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    light = sheet[sheet.index("color-scheme: light") : sheet.index("color-scheme: dark")]
    known = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    names = {"SOFT": "ink-soft"}
    ours = {name: value for name, value in vars(colours).items() if isinstance(value, str) and value.startswith("#")}
    assert ours == {name: known[names.get(name, name.lower().replace("_", "-"))] for name in ours}


def test_the_letters_are_the_vendored_ones() -> None:
    assert all(Path(letters.file(weight)).is_file() for weight in (letters.REGULAR, letters.BOLD))


def fields(one: Card) -> dict[str, str]:
    return {name: getattr(one, name) for name in Card.__dataclass_fields__}


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
