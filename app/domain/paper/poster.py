"""A poster, laid out once in millimetres of an A4 sheet and drawn twice: as SVG and as PDF, A4 or half as large, A6."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno

from app.domain.paper import colours, letters
from app.domain.paper.letters import BOLD, REGULAR

WIDTH, HEIGHT = 210.0, 297.0
EDGE = 18.0
_LINE = 1.32  # stacked marks need air
_CODE = 112.0
_QUIET = 4  # white modules around the code


@dataclass(frozen=True, slots=True)
class Words:
    """What a poster says, in the language it is made in."""

    city: str
    heading: str
    name: str
    about: str  # the category; empty for anything
    steps: tuple[str, ...]
    other: str  # one line for those who read the other language
    danger: str
    foot: str


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float  # of the line its letters stand on
    size: float
    weight: int
    colour: str
    line: str


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape of the sprite."""

    x: float
    y: float
    side: float
    colour: str
    name: str


Piece = Text | Box | Mark


def laid_out(words: Words, url: str) -> list[Piece]:
    """Every piece of the sheet. The code is black on white and never smaller than a phone needs, on A6 too."""
    return [*_head(words), *_title(words), *_middle(words, url), *_foot(words)]


def _head(words: Words) -> Iterator[Piece]:
    yield Box(0, 0, WIDTH, 5, colours.JADE)
    yield Mark(EDGE, 16, 13, colours.JADE, "mark")
    yield Text(EDGE + 16, 26, 9.5, BOLD, colours.INK, "Hồi Âm")
    left = EDGE + 16 + letters.width("Hồi Âm", BOLD, 9.5) + 5
    for line in letters.lines(words.city, REGULAR, 8, WIDTH - EDGE - left, 1):
        yield Text(left, 26, 8, REGULAR, colours.SOFT, line)


def _title(words: Words) -> Iterator[Piece]:
    """Heading, place and category; where they are short they stand lower, near the code."""
    room = WIDTH - 2 * EDGE
    size, heading = letters.fitting(words.heading, BOLD, (19, 17, 15, 13, 11), room, 1)
    wide, name = letters.fitting(words.name, BOLD, (12, 11, 10), room, 1)
    if " ".join(name) != letters.plain(words.name):
        wide, name = letters.fitting(words.name, BOLD, (11, 10), room, 2)
    y = 54.0 if len(name) > 1 or words.about else 64.0
    yield from _block(EDGE, y, size, BOLD, colours.INK, heading)
    yield from _block(EDGE, y + 19, wide, BOLD, colours.JADE, name)
    if words.about:
        below = y + 18 + len(name) * wide * _LINE
        yield from _block(EDGE, below, 7, REGULAR, colours.SOFT, letters.lines(words.about, REGULAR, 7, room, 1))


def _middle(words: Words, url: str) -> Iterator[Piece]:
    """The code, and beside it what to do."""
    top = 114.0
    yield Box(EDGE - 0.7, top - 0.7, _CODE + 1.4, _CODE + 1.4, colours.INK)
    yield Box(EDGE, top, _CODE, _CODE, "#ffffff")
    yield from _modules(url, EDGE, top)
    left, y = EDGE + _CODE + 9, top + 9
    for number, step in enumerate(words.steps, 1):
        yield Text(left, y, 10, BOLD, colours.JADE, str(number))
        lines = letters.lines(step, REGULAR, 5.7, WIDTH - EDGE - left, 4)
        yield from _block(left, y + 8.5, 5.7, REGULAR, colours.INK, lines)
        y += max(_CODE / len(words.steps), 14 + len(lines) * 5.7 * _LINE)


def _modules(url: str, left: float, top: float) -> Iterator[Box]:
    """One box for each run of dark modules in a row."""
    code = segno.make_qr(url, error="m")
    step = _CODE / code.symbol_size(border=_QUIET)[0]
    for row, modules in enumerate(code.matrix_iter(border=_QUIET)):
        start = None
        for column, is_dark in enumerate([*modules, 0]):
            if is_dark and start is None:
                start = column
            elif not is_dark and start is not None:
                yield Box(left + start * step, top + row * step, (column - start) * step, step, "#000000")
                start = None


def _foot(words: Words) -> Iterator[Piece]:
    room = WIDTH - 2 * EDGE
    size, other = letters.fitting(words.other, REGULAR, (7, 6.4, 5.8), room, 2)
    yield from _block(EDGE, 242, size, REGULAR, colours.SOFT, other)
    yield Box(EDGE, 259, room, 0.4, colours.LINE)
    size, danger = letters.fitting(words.danger, BOLD, (6.6, 6, 5.4), room, 1)
    yield from _block(EDGE, 269, size, BOLD, colours.INK, danger)
    yield from _block(EDGE, 279, 5.2, REGULAR, colours.SOFT, letters.lines(words.foot, REGULAR, 5.2, room, 2))


def _block(x: float, y: float, size: float, weight: int, colour: str, lines: Sequence[str]) -> Iterator[Text]:
    for number, line in enumerate(lines):
        yield Text(x, y + number * size * _LINE, size, weight, colour, line)
