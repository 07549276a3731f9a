"""A poster as one SVG file that needs nothing else: its letters are outlines, so it prints alike everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from app.domain.paper import letters, shapes
from app.domain.paper.poster import HEIGHT, WIDTH, Box, Mark, Piece, Text


def svg(pieces: Iterable[Piece], title: str) -> str:
    """The sheet, A4; a printer makes it any size. `title` is what a screen reader says of it."""
    drawn = "".join(_drawn(piece) for piece in pieces)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm"'
        f' viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"><title>{escape(title)}</title>'
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#ffffff"/>{drawn}</svg>'
    )


def _drawn(piece: Piece) -> str:
    match piece:
        case Text():
            return f'<path fill="{piece.colour}" d="{_outlines(piece)}"/>'
        case Box():
            at = f'x="{piece.x:.3f}" y="{piece.y:.3f}" width="{piece.width:.3f}" height="{piece.height:.3f}"'
            return f'<rect {at} fill="{piece.colour}" shape-rendering="crispEdges"/>'
        case Mark():
            return _mark(piece)


def _mark(piece: Mark) -> str:
    shape = shapes.shape(piece.name)
    scale, parts = piece.side / shape.side, []
    for stroke in shape.strokes:
        path = "".join("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line) for line in stroke.lines)
        pen = f'fill="none" stroke="{piece.colour}" stroke-width="{stroke.pen:g}" stroke-linecap="round"'
        ink = pen if stroke.pen else f'fill="{piece.colour}" fill-rule="evenodd"'
        parts.append(f'<path {ink} d="{path}"/>')
    return f'<g transform="translate({piece.x:g} {piece.y:g}) scale({scale:.4f})">{"".join(parts)}</g>'


def _outlines(text: Text) -> str:
    face, glyphs = _face(text.weight), _face(text.weight).getGlyphSet()
    scale, x = text.size / face["head"].unitsPerEm, text.x
    pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}")
    for letter in letters.plain(text.line):
        glyph = glyphs[face.getBestCmap().get(ord(letter), ".notdef")]
        glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, text.y)))
        x += glyph.width * scale
    outlines: str = pen.getCommands()
    return outlines


@lru_cache
def _face(weight: int) -> Any:
    return TTFont(letters.file(weight), lazy=True)
