"""A QR code is a picture with a name, and it can be read back."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import segno

from app.domain import qr

URL = "https://hoiam.example/r/482-160-358?key=a_b-c&x=1"


def painted(picture: str) -> set[tuple[int, int]]:
    strokes = re.findall(r"M(\d+) (\d+)h(\d+)", picture)
    return {(int(x) + step, int(y)) for x, y, run in strokes for step in range(int(run))}


def test_it_paints_exactly_the_dark_modules() -> None:
    code = segno.make_qr(URL, error="m")
    dark = {(x, y) for y, row in enumerate(code.matrix_iter(border=4)) for x, module in enumerate(row) if module}
    assert painted(qr.svg(URL, "a")) == dark


def test_it_is_named_and_carries_no_style_or_script() -> None:
    picture = qr.svg(URL, 'Mở "phản ánh" <482>')
    root = ElementTree.fromstring(picture)
    assert root.attrib["role"] == "img"
    assert root[0].text == 'Mở "phản ánh" <482>'
    assert "style" not in picture
    assert "<script" not in picture


def test_white_ground_reaches_around_it() -> None:
    root = ElementTree.fromstring(qr.svg(URL, "a"))
    side = int(root.attrib["viewBox"].split()[2])
    assert {coordinate for spot in painted(qr.svg(URL, "a")) for coordinate in spot} == set(range(4, side - 4))
