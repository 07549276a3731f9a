"""Be Vietnam Pro for drawing: measured, and broken into lines that fit."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from unicodedata import normalize

from PIL import ImageFont

from app.config import ROOT

Size = TypeVar("Size", int, float)

REGULAR, BOLD = 400, 600
MORE = "…"
_MEASURE = 1000  # letters are measured this large, so that rounding does not add up


def file(weight: int) -> Path:
    return ROOT / "static" / "vendor" / "fonts" / f"be-vietnam-pro-{weight}.ttf"


@lru_cache(maxsize=32)
def font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file(weight), size)


def plain(text: str) -> str:
    """One line, marks joined to their letters: what is drawn letter by letter needs no shaping."""
    return " ".join(normalize("NFC", text).split())


def width(text: str, weight: int, size: float) -> float:
    """How wide a line is, in the unit of `size`."""
    return font(weight, _MEASURE).getlength(text) * size / _MEASURE


def lines(text: str, weight: int, size: float, room: float, most: int) -> list[str]:
    """The text in at most `most` lines of this width; what does not fit ends in an ellipsis."""
    found: list[str] = []
    left = plain(text)
    while left and len(found) < most:
        line = _first_line(left, weight, size, room)
        left = left[len(line) :].lstrip()
        found.append(line.rstrip())
    if left and found:
        found[-1] = _cut(found[-1], weight, size, room)
    return found


def fitting(text: str, weight: int, sizes: tuple[Size, ...], room: float, most: int) -> tuple[Size, list[str]]:
    """The largest of these sizes in which the text fits whole into `most` lines; else the smallest, cut."""
    for size in sizes:
        found = lines(text, weight, size, room, most)
        if " ".join(found) == plain(text):
            return size, found
    return sizes[-1], lines(text, weight, sizes[-1], room, most)


def _first_line(text: str, weight: int, size: float, room: float) -> str:
    """As many whole words as fit; of a word wider than a line as many letters."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, weight, size) > room:
            break
        line = longer
    return line or _letters(text.split(" ")[0], weight, size, room)


def _letters(word: str, weight: int, size: float, room: float) -> str:
    n = next((n for n in range(len(word), 1, -1) if width(word[:n], weight, size) <= room), 1)
    return word[:n]


def _cut(line: str, weight: int, size: float, room: float) -> str:
    while line and width(line + MORE, weight, size) > room:
        line = line[:-1]
    return line.rstrip(" ,.·") + MORE
