"""A sheet of paper to draw on: 640 × 480 units, drawn at twice the size and shrunk, so that edges are smooth."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 640, 480
SCALE = 2

Colour = tuple[int, int, int]
Spot = tuple[float, float]


class Light(NamedTuple):
    """The hour: what the sky looks like, and what it does to every colour below it."""

    sky_high: Colour
    sky_low: Colour
    tint: Colour
    strength: float  # 0 leaves colours alone, 1 leaves only the tint


MORNING = Light((150, 196, 222), (238, 236, 216), (255, 226, 180), 0.10)
NOON = Light((120, 184, 226), (214, 232, 240), (255, 255, 245), 0.05)
OVERCAST = Light((172, 182, 190), (214, 218, 218), (150, 160, 170), 0.22)
DUSK = Light((122, 120, 168), (248, 196, 140), (236, 150, 110), 0.24)
NIGHT = Light((18, 24, 52), (44, 50, 88), (20, 26, 60), 0.66)
DAYS = (MORNING, NOON, OVERCAST, DUSK)


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """`first` with so much of `second` in it: 0 … 1."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: Colour, part: float = 0.2) -> Colour:
    return mix(colour, (24, 26, 34), part)


def lighter(colour: Colour, part: float = 0.2) -> Colour:
    return mix(colour, (255, 252, 242), part)


class Sheet:
    """Shapes in units of the sheet, coloured by its light."""

    def __init__(self, light: Light) -> None:
        self.light = light
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self._draw = ImageDraw.Draw(self.image)

    def lit(self, colour: Colour) -> Colour:
        return mix(colour, self.light.tint, self.light.strength)

    def sky(self, down_to: float) -> None:
        steps = 28
        for step in range(steps):
            top, bottom = down_to * step / steps, down_to * (step + 1) / steps
            colour = mix(self.light.sky_high, self.light.sky_low, step / (steps - 1))
            self._draw.rectangle(self._flat((0, top), (WIDTH, bottom + 1)), fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, *, radius: float = 0) -> None:
        corners = self._flat((x, y), (x + width, y + height))
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=self.lit(colour))

    def shape(self, spots: Sequence[Spot], colour: Colour) -> None:
        self._draw.polygon(self._flat(*spots), fill=self.lit(colour))

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Around its middle."""
        self._draw.ellipse(self._flat((x - across, y - down), (x + across, y + down)), fill=self.lit(colour))

    def line(self, spots: Sequence[Spot], colour: Colour, width: float = 1.5) -> None:
        self._draw.line(self._flat(*spots), fill=self.lit(colour), width=max(1, round(width * SCALE)), joint="curve")

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: Colour, width: float) -> None:
        """Part of a circle around its middle, degrees clockwise from the right."""
        around = self._flat((x - radius, y - radius), (x + radius, y + radius))
        self._draw.arc(around, start, end, fill=self.lit(colour), width=max(1, round(width * SCALE)))

    def glow(self, spots: Sequence[Spot], colour: Colour, part: float) -> None:
        """A shape of light over what is there already; the hour does not dim it."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon(self._flat(*spots), fill=round(255 * part))
        self.image.paste(colour, mask=mask)

    def finished(self) -> Image.Image:
        """640 × 480, marked as drawn."""
        small = self.image.reduce(SCALE)
        mark(small)
        return small

    @staticmethod
    def _flat(*spots: Spot) -> list[float]:
        return [part * SCALE for spot in spots for part in spot]


def blob(x: float, y: float, across: float, down: float, bumps: Sequence[float]) -> list[Spot]:
    """An uneven round outline; each bump stretches one direction (1 = even), gently up to the next."""
    count, steps = len(bumps), 4
    outline = []
    for at in range(count * steps):
        here, onwards = divmod(at, steps)
        part = (1 - cos(pi * onwards / steps)) / 2
        bump = bumps[here] + (bumps[(here + 1) % count] - bumps[here]) * part
        turn = 2 * pi * at / (count * steps)
        outline.append((x + across * bump * cos(turn), y + down * bump * sin(turn)))
    return outline


# The letters of the mark as strokes in a box of 6 × 10, so that no font has to be there.
LETTERS: dict[str, tuple[tuple[Spot, ...], ...]] = {
    "A": (((0, 10), (3, 0), (6, 10)), ((1.2, 6.4), (4.8, 6.4))),
    "N": (((0, 10), (0, 0), (6, 10), (6, 0)),),
    "H": (((0, 0), (0, 10)), ((6, 0), (6, 10)), ((0, 5), (6, 5))),
    "M": (((0, 10), (0, 0), (3.5, 6), (7, 0), (7, 10)),),
    "I": (((0, 0), (0, 10)),),
    "O": (((3, 0), (0.8, 1.5), (0, 5), (0.8, 8.5), (3, 10), (5.2, 8.5), (6, 5), (5.2, 1.5), (3, 0)),),
    "hook": (((2.2, -3.6), (3.2, -4.2), (4.2, -3.6), (3.2, -2.6), (3.1, -1.6)),),
    "dot": (((2.9, 12.4), (3.2, 12.4)),),
}
ADVANCE = {"I": 3.4, "M": 10.4, " ": 4.5}
MARK = (("A", "hook"), ("N",), ("H",), (" ",), ("M",), ("I",), ("N",), ("H",), (" ",), ("H",), ("O", "dot"), ("A",))


def mark(image: Image.Image) -> None:
    """ "ẢNH MINH HỌA" in the lower right corner: nobody shall take a drawing for a photo."""
    wide = sum(ADVANCE.get(sign[0], 9.0) for sign in MARK) - 3
    ground = Image.new("L", (round(wide + 16) * SCALE, 28 * SCALE))
    draw = ImageDraw.Draw(ground)
    at = 8.0
    for sign in MARK:
        for part in sign:
            for stroke in LETTERS.get(part, ()):
                spots = [((at + x) * SCALE, (10 + y) * SCALE) for x, y in stroke]
                draw.line(spots, fill=255, width=round(1.7 * SCALE), joint="curve")
        at += ADVANCE.get(sign[0], 9.0)
    words = ground.reduce(SCALE)
    left, top = WIDTH - words.width - 8, HEIGHT - words.height - 8
    patch = image.crop((left, top, left + words.width, top + words.height))
    label = Image.blend(patch, Image.new("RGB", words.size, (251, 248, 241)), 0.86)
    label.paste((34, 38, 46), mask=words)
    image.paste(label, (left, top))
