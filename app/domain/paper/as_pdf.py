"""A poster as PDF with its letters inside, so that it prints offline, and its words can be found and read out."""

from __future__ import annotations

from collections.abc import Iterable

from fpdf import FPDF

from app.domain.paper import letters, shapes
from app.domain.paper.letters import BOLD, REGULAR
from app.domain.paper.poster import WIDTH, Box, Mark, Piece, Text

A4, A6 = "A4", "A6"
SIZES = {A4: (210.0, 297.0), A6: (105.0, 148.0)}  # millimetres
FAMILY = "bevietnampro"
POINT = 72 / 25.4  # a millimetre in the unit of letters


def pdf(pieces: Iterable[Piece], size: str, title: str, language: str) -> bytes:
    """One sheet of this size."""
    width, height = SIZES[size]
    sheet = FPDF(unit="mm", format=(width, height))
    sheet.set_auto_page_break(False)
    sheet.set_margin(0)
    sheet.set_title(title)
    sheet.set_lang(language)
    sheet.set_producer("Hồi Âm")
    for weight, style in ((REGULAR, ""), (BOLD, "B")):
        sheet.add_font(FAMILY, style, letters.file(weight))
    sheet.add_page()
    for piece in pieces:
        _draw(sheet, piece, width / WIDTH)
    return bytes(sheet.output())


def _draw(sheet: FPDF, piece: Piece, scale: float) -> None:
    x, y = piece.x * scale, piece.y * scale
    match piece:
        case Text():
            sheet.set_text_color(*_rgb(piece.colour))
            sheet.set_font(FAMILY, "B" if piece.weight == BOLD else "", piece.size * scale * POINT)
            sheet.text(x, y, letters.plain(piece.line))
        case Box():
            sheet.set_fill_color(*_rgb(piece.colour))
            sheet.rect(x, y, piece.width * scale, piece.height * scale, style="F")
        case Mark():
            _mark(sheet, piece, scale)


def _mark(sheet: FPDF, piece: Mark, scale: float) -> None:
    shape = shapes.shape(piece.name)
    step = piece.side * scale / shape.side
    sheet.set_draw_color(*_rgb(piece.colour))
    sheet.set_fill_color(*_rgb(piece.colour))
    for stroke in shape.strokes:
        sheet.set_line_width(stroke.pen * step)
        for line in stroke.lines:
            points = [(piece.x * scale + px * step, piece.y * scale + py * step) for px, py in line]
            sheet.polyline(points, style="D" if stroke.pen else "F", polygon=not stroke.pen)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
