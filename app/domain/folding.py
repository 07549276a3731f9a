"""Text as a search sees it: without marks, capitals and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]+")  # of letters, and what nobody can see
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # huyền, sắc, ngã, hỏi, nặng
_HIDDEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]+")
_WORDS = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")  # of decomposed text
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKS = {letter: 1000 + rank for rank, letter in enumerate(_ALPHABET)}  # after spaces and digits
_MOST_WORDS = 12
_LONGEST_WORD = 40


def fold(text: str) -> str:
    """Lower case, no marks, đ as d, punctuation as one space: "Hoà Bình, Đống Đa" and "hoa binh dong da" are equal."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold())).replace("đ", "d")
    return " ".join(_WORDS.findall(bare))


def spell(text: str) -> str:
    """Lower case and punctuation as one space, with marks, each word's tone moved to its end.

    So "hoà" and "hòa" are equal, "câu" and "cầu" are not. For comparing only, not for showing.
    """
    decomposed = _HIDDEN.sub("", unicodedata.normalize("NFD", text.casefold()))
    return " ".join(_tone_last(word) for word in _WORDS.findall(decomposed))


@lru_cache(maxsize=4096)  # names of units, wards and colleagues, which forms put in order again and again
def in_order(name: str) -> tuple[tuple[int, ...], str]:
    """A key that sorts names as a Vietnamese dictionary does: đ after d, ă and â after a, a tone only where all else
    is equal. Code points would put "Đ" after "Y"."""
    decomposed = unicodedata.normalize("NFD", name.casefold())
    letters = unicodedata.normalize("NFC", _TONES.sub("", decomposed))
    return tuple(_RANKS.get(letter, ord(letter)) for letter in letters), decomposed


def words_of(query: str) -> list[str]:
    """The folded words of what somebody searched for, each once, in order: letters and digits only.

    Safe inside quotes of a full-text query. At most twelve, each cut after forty characters.
    """
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in fold(query).split()))[:_MOST_WORDS]


def _tone_last(word: str) -> str:
    tones = _TONES.findall(word)
    return _TONES.sub("", word) + "".join(tones) if tones else word
