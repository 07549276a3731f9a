"""Plus codes (Open Location Code), as maps show them where a place has no address: decoded, never made.

A code is a string of base-20 digits with a "+" after the eighth. Pairs of digits halve the world by twenties; digits
after the tenth cut the last square into 4 × 5. A short code leaves out the first digits and means the nearest match.
"""

from __future__ import annotations

import re

_ALPHABET = "23456789CFGHJMPQRVWX"
_DIGITS = f"[{_ALPHABET}]"
_CODE = re.compile(rf"({_DIGITS}{{8}})\+({_DIGITS}{{2,7}})?|({_DIGITS}{{4}}|{_DIGITS}{{6}})\+({_DIGITS}{{2,7}})")
_PAIRS = 5
_FIRST_STEP = 20.0  # degrees of a first pair
_ROWS, _COLUMNS = 5, 4


def decode(code: str, near: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """The centre (lat, lng) of the square a plus code names; None when it is no code.

    A short one ("2RH3+CX") is completed to the match nearest to `near`; without `near` it names nothing.
    """
    found = _CODE.fullmatch(code.upper())
    if not found:
        return None
    if found[1]:
        lat, lng = _offset(found[1] + (found[2] or ""), missing=0)
        return (lat - 90, lng - 180) if lat < 180 and lng < 360 else None
    if near is None:
        return None
    missing = (8 - len(found[3])) // 2
    lat, lng = _offset(found[3] + found[4], missing)
    step = _FIRST_STEP / 20 ** (missing - 1)  # the degrees that the missing digits would have settled
    return _nearest(lat - 90, near[0], step), _nearest(lng - 180, near[1], step)


def _offset(digits: str, missing: int) -> tuple[float, float]:
    """The centre of the square, from the corner where its digits begin; `missing` pairs went before them."""
    values = [_ALPHABET.index(digit) for digit in digits]
    pairs = values[: 2 * (_PAIRS - missing)]
    lat = lng = 0.0
    size_lat = size_lng = _FIRST_STEP * 20 / 20**missing
    for north, east in zip(pairs[::2], pairs[1::2], strict=False):
        size_lat, size_lng = size_lat / 20, size_lng / 20
        lat, lng = lat + north * size_lat, lng + east * size_lng
    for value in values[len(pairs) :]:
        size_lat, size_lng = size_lat / _ROWS, size_lng / _COLUMNS
        lat, lng = lat + value // _COLUMNS * size_lat, lng + value % _COLUMNS * size_lng
    return lat + size_lat / 2, lng + size_lng / 2


def _nearest(offset: float, to: float, step: float) -> float:
    """The number nearest to `to` that is `offset` plus whole steps."""
    return offset + round((to - offset) / step) * step
