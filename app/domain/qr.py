"""QR codes as pictures that a page, a receipt or a mail can carry."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import segno

QUIET = 4  # white modules around the code; less, and phones miss it


def svg(url: str, title: str) -> str:
    """An `<svg>` element, safe to put into a page as it is: one path, no style, dark on light in any theme.

    `title` is what a screen reader says of it. The size comes from the page's CSS (class `qr`).
    """
    code = segno.make_qr(url, error="m")
    side = code.symbol_size(border=QUIET)[0]
    return (
        f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{"".join(_strokes(code))}"/></svg>'
    )


def _strokes(code: segno.QRCode) -> Iterator[str]:
    """One rectangle for every run of dark modules in a row."""
    for y, modules in enumerate(code.matrix_iter(border=QUIET)):
        row = bytes(modules)
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                yield f"M{start} {y}h{x - start}v1h-{x - start}z"
            x += 1
