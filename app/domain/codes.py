"""The nine digits a report goes by: easy over the phone, in no visible order, wrong when a digit is wrong.

Eight digits are a keyed permutation of the report's id, so a tile or a feed needs no join and nobody reads from a
code how many reports the city got today. The ninth is Damm's check digit: it catches every single wrong digit and
every swap of two neighbours. A code is public and opens nothing private.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from functools import lru_cache

from flask_babel import lazy_gettext as _l

from app.domain.errors import Invalid

ID_LIMIT = 10**8  # ids from 0 up to, not including, this one have a code

_HALF = 10**4  # eight digits are two halves of four: an even Feistel network, each id has exactly one code
_ROUNDS = 8
_BYTES_A_WORD = 4
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212]+")
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class InvalidCode(Invalid):
    """What was typed is not a report's code: not nine digits, or the check digit does not fit."""


def code_of(id: int, key: bytes) -> str:
    """The nine digits of a report, without separators. ValueError when the id is outside 0 … ID_LIMIT - 1."""
    if not 0 <= id < ID_LIMIT:
        raise ValueError(f"No code for id {id}: ids run from 0 to {ID_LIMIT - 1}.")
    left, right = divmod(id, _HALF)
    for table in _tables(key):
        left, right = right, (left + table[right]) % _HALF
    digits = f"{left * _HALF + right:08d}"
    return f"{digits}{_check(digits)}"


def id_of(code: str, key: bytes) -> int:
    """The id behind a code, written in any way `parse` takes; InvalidCode when it is none."""
    left, right = divmod(int(parse(code)[:8]), _HALF)
    for table in reversed(_tables(key)):
        left, right = (right - table[left]) % _HALF, left
    return left * _HALF + right


def parse(text: str) -> str:
    """The nine digits out of what a person typed: "482-160-358", "#482 160 358", "482.160.358".

    InvalidCode when these are not nine digits or the check digit says that one was mistyped.
    """
    digits = _SEPARATORS.sub("", text.strip().removeprefix("#"))
    if not _NINE_DIGITS.fullmatch(digits):
        raise InvalidCode(_l("A report's code has nine digits, like 482-160-358."))
    if _check(digits):
        raise InvalidCode(_l("One digit of this code is wrong. Please check it once more."))
    return digits


def shown(code: str) -> str:
    """As it is printed and said: three groups of three, "482-160-358"."""
    return f"{code[:3]}-{code[3:6]}-{code[6:]}"


def _check(digits: str) -> int:
    """Damm's digit for these; 0 when the last of them is already the check digit and all is well."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state


@lru_cache(maxsize=8)
def _tables(key: bytes) -> tuple[array[int], ...]:
    """What each round adds to a half, for every value of the other half: drawn from the key once, then only read."""
    if not key:
        raise ValueError("Codes need a key.")
    return tuple(_table(key, number) for number in range(_ROUNDS))


def _table(key: bytes, number: int) -> array[int]:
    seed = hashlib.blake2b(bytes([number]), key=hashlib.blake2b(key).digest()).digest()
    stream = hashlib.shake_256(seed).digest(_HALF * _BYTES_A_WORD)
    words = (int.from_bytes(stream[at : at + _BYTES_A_WORD], "big") for at in range(0, len(stream), _BYTES_A_WORD))
    return array("H", (word % _HALF for word in words))
