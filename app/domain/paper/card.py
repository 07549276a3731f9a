"""The picture that travels with a shared report: what, where, how it stands, and whose answer it is.

Drawn from words alone, and a photo where one is public: no map, so no place is told more exactly than in words.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from app.domain.paper import colours, letters, shapes
from app.domain.paper.letters import BOLD, REGULAR

SIZE = (1200, 630)
EDITION = "1"  # to be raised with every change of the drawing: addresses name what is drawn
_EDGE = 72
_PHOTO = 440  # pixels of its column
_TOP, _BOTTOM = 134, 520  # between the head and the line of the foot


@dataclass(frozen=True, slots=True)
class Card:
    """All that is drawn, in the reader's language."""

    city: str
    title: str
    place: str
    status: str
    shape: str  # of the status: see `shapes`
    tone: str
    age: str
    code: str
    photo: str = ""  # the name of a public photo

    @property
    def digest(self) -> str:
        """Names this very picture."""
        return hashlib.sha256("\0".join((EDITION, *astuple(self))).encode()).hexdigest()[:16]


def png(card: Card, photo: bytes | None = None) -> bytes:
    """The picture as a PNG of `SIZE`; `photo` is one of our own renderings."""
    image = Image.new("RGB", SIZE, colours.GROUND)
    room = SIZE[0] - 2 * _EDGE
    if photo is not None:
        _hang(image, photo)
        room -= _PHOTO - _EDGE // 2
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 12, SIZE[1]), fill=colours.JADE)
    _head(image, draw, card, room)
    _body(image, draw, card, room)
    _foot(draw, card, room)
    written = BytesIO()
    if photo is not None:  # a photo in all its colours would be too heavy for most who show the picture
        image = image.quantize(256)
    image.save(written, "PNG")
    return written.getvalue()


def _hang(image: Image.Image, photo: bytes) -> None:
    with Image.open(BytesIO(photo), formats=("WEBP",)) as opened:
        shown = ImageOps.fit(opened.convert("RGB"), (_PHOTO, SIZE[1]), Image.Resampling.BILINEAR)
    image.paste(shown, (SIZE[0] - _PHOTO, 0))


def _head(image: Image.Image, draw: ImageDraw.ImageDraw, card: Card, room: int) -> None:
    image.paste(colours.JADE, (_EDGE, 56), shapes.picture("mark", 56))
    draw.text((_EDGE + 70, 84), "Hồi Âm", colours.INK, letters.font(BOLD, 36), anchor="lm")
    left = _EDGE + 70 + round(letters.width("Hồi Âm", BOLD, 36)) + 20
    (city,) = letters.lines(card.city, REGULAR, 32, room + _EDGE - left, 1) or [""]
    draw.text((left, 84), city, colours.SOFT, letters.font(REGULAR, 32), anchor="lm")


def _body(image: Image.Image, draw: ImageDraw.ImageDraw, card: Card, room: int) -> None:
    """Title, place and status as one block, in the middle between head and foot."""
    chip, status = _status(card.status, room - 108)
    size, title = letters.fitting(card.title, BOLD, (76, 66, 58) if len(status) == 1 else (62, 54), room, 2)
    place = letters.lines(card.place, REGULAR, 36, room, 1)
    steps = [*(round(size * 1.3) for _ in title), *(58 for _ in place)]
    high = round(chip * 1.3) * len(status) + 36
    y = _TOP + max(0, _BOTTOM - _TOP - sum(steps) - 24 - high) // 2
    for line, step in zip(title, steps, strict=False):
        draw.text((_EDGE, y), line, colours.INK, letters.font(BOLD, size), anchor="la")
        y += step
    for line in place:
        draw.text((_EDGE, y + 8), line, colours.SOFT, letters.font(REGULAR, 36), anchor="la")
        y += 58
    _badge(image, draw, card, (y + 24, high, chip), status)


def _status(words: str, room: int) -> tuple[int, list[str]]:
    """In one line where any size allows it."""
    size, one = letters.fitting(words, BOLD, (40, 36, 32), room, 1)
    return (size, one) if one == [letters.plain(words)] else letters.fitting(words, BOLD, (34,), room, 2)


def _badge(
    image: Image.Image, draw: ImageDraw.ImageDraw, card: Card, at: tuple[int, int, int], lines: list[str]
) -> None:
    """Colour, shape and word. `at`: top, height, size of the letters."""
    top, high, size = at
    ink, wash = colours.TONES.get(card.tone, colours.PLAIN)
    wide = max(round(letters.width(line, BOLD, size)) for line in lines)
    draw.rounded_rectangle((_EDGE, top, _EDGE + wide + 108, top + high), 16, fill=wash)
    image.paste(ink, (_EDGE + 24, top + (high - 44) // 2), shapes.picture(card.shape, 44))
    step = round(size * 1.3)
    for number, line in enumerate(lines):
        middle = top + 18 + step // 2 + step * number
        draw.text((_EDGE + 84, middle), line, ink, letters.font(BOLD, size), anchor="lm")


def _foot(draw: ImageDraw.ImageDraw, card: Card, room: int) -> None:
    draw.line((_EDGE, 542, _EDGE + room, 542), fill=colours.LINE, width=2)
    draw.text((_EDGE, 574), card.code, colours.INK, letters.font(BOLD, 34), anchor="lm")
    left = round(letters.width(card.code, BOLD, 34)) + 28
    (age,) = letters.lines(card.age, REGULAR, 32, room - left, 1) or [""]
    draw.text((_EDGE + left, 574), age, colours.SOFT, letters.font(REGULAR, 32), anchor="lm")
