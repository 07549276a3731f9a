"""The mark and the shapes of a status, as `static/icons/own.svg` has them, for drawing without a browser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element, parse  # nosec B405 - it reads our own file

from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path
from PIL import Image, ImageChops, ImageDraw

from app.config import ROOT

OWN = ROOT / "static" / "icons" / "own.svg"
SVG = "{http://www.w3.org/2000/svg}"
FINE = 4  # drawn this many times larger, then made smaller: smooth edges
CURVE = 24  # straight pieces of a curve

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One element of a shape: lines of points, drawn with a pen or filled (what is covered twice is a hole)."""

    lines: tuple[tuple[Point, ...], ...]
    pen: float  # 0: filled


@dataclass(frozen=True, slots=True)
class Shape:
    side: float
    strokes: tuple[Stroke, ...]


@lru_cache
def shape(name: str) -> Shape:
    """A symbol by its name in the sprite: mark, pin-open, pin-done …"""
    sprite = parse(OWN).getroot()  # nosec B314
    symbol = next(one for one in sprite.iter(f"{SVG}symbol") if one.get("id") == f"i-{name}")
    side = float((symbol.get("viewBox") or "").split()[2])
    return Shape(side, tuple(_stroke(symbol, element) for element in symbol))


def picture(name: str, side: int) -> Image.Image:
    """The shape as a mask of this many pixels."""
    drawn, size = shape(name), side * FINE
    mask, scale = Image.new("L", (size, size)), size / drawn.side
    for stroke in drawn.strokes:
        lines = [[(x * scale, y * scale) for x, y in line] for line in stroke.lines]
        layer = _penned(lines, stroke.pen * scale, size) if stroke.pen else _filled(lines, size)
        mask = ImageChops.lighter(mask, layer)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


def _penned(lines: list[list[Point]], pen: float, size: int) -> Image.Image:
    """Round ends and corners, whatever the sprite says of them: at this size nobody tells them apart."""
    layer = Image.new("L", (size, size))
    draw, half = ImageDraw.Draw(layer), pen / 2
    for line in lines:
        draw.line(line, fill=255, width=round(pen))
        for x, y in line:
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return layer


def _filled(lines: list[list[Point]], size: int) -> Image.Image:
    layer = Image.new("1", (size, size))
    for line in lines:
        part = Image.new("1", (size, size))
        ImageDraw.Draw(part).polygon(line, fill=1)
        layer = ImageChops.logical_xor(layer, part)
    return layer.convert("L")


def _stroke(symbol: Element, element: Element) -> Stroke:
    """What an element does not say, its symbol says for it."""
    said = dict(symbol.attrib) | dict(element.attrib)
    is_filled = said.get("fill") == "currentColor" and said.get("stroke", "none") == "none"
    return Stroke(_lines(element), 0 if is_filled else float(said.get("stroke-width", 1)))


def _lines(element: Element) -> tuple[tuple[Point, ...], ...]:
    tag = element.tag.removeprefix(SVG)
    number = {name: float(value) for name, value in element.attrib.items() if name in ("cx", "cy", "r", "rx")}
    if tag == "circle":
        return (_round(number["cx"], number["cy"], number["r"]),)
    if tag == "rect":
        x, y, w, h = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
        return (_corners(x, y, x + w, y + h, number.get("rx", 0.0)),)
    pen = _Flat()
    parse_path(element.attrib["d"], pen)
    return tuple(tuple(line) for line in pen.lines)


def _round(x: float, y: float, r: float, start: float = 0.0, turn: float = 2 * math.pi) -> tuple[Point, ...]:
    steps = (start + turn * step / (2 * CURVE) for step in range(2 * CURVE + 1))
    return tuple((x + r * math.cos(angle), y + r * math.sin(angle)) for angle in steps)


def _corners(left: float, top: float, right: float, bottom: float, r: float) -> tuple[Point, ...]:
    quarter = math.pi / 2
    middles = ((right - r, bottom - r), (left + r, bottom - r), (left + r, top + r), (right - r, top + r))
    around = [point for n, (x, y) in enumerate(middles) for point in _round(x, y, r, n * quarter, quarter)]
    return (*around, around[0])


class _Flat(BasePen):
    """Curves become short straight pieces."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lines: list[list[Point]] = []

    def _moveTo(self, to: Point) -> None:
        self.lines.append([to])

    def _lineTo(self, to: Point) -> None:
        self.lines[-1].append(to)

    def _curveToOne(self, one: Point, other: Point, to: Point) -> None:
        start = self.lines[-1][-1]
        for step in range(1, CURVE + 1):
            t = step / CURVE
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self.lines[-1].append(
                (
                    a * start[0] + b * one[0] + c * other[0] + d * to[0],
                    a * start[1] + b * one[1] + c * other[1] + d * to[1],
                )
            )

    def _closePath(self) -> None:
        self.lines[-1].append(self.lines[-1][0])
