"""What betrays a person in somebody's words: telephone numbers, plates, addresses of mail, long rows of digits.

`find` only proposes; whoever checks the words decides. Better one number too many than one too few, but dates, hours,
house numbers, sums of money and report codes are left alone: they say where and what, not who.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

MASK = "■■■"


class Found(StrEnum):
    """What a span seems to be; the first kind in this order wins where two overlap."""

    EMAIL = "email"
    LINK = "link"  # of a profile or a chat
    PLATE = "plate"
    PHONE = "phone"
    DIGITS = "digits"  # identity card, bank account, contract number


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: Found


_GAP = r"[ .\-–]?"
# Two digits of the province, a letter or two (motorbikes: and a digit), four or five digits: 29A1-123.45, 30K 678.90
_PLATE = rf"(?<![\w.])[1-9]\d{_GAP}[A-ZĐa-zđ]{{1,2}}\d?[ .\-–]{{0,3}}(?:\d{{3}}[ .]?\d{{2}}|\d{{4}})(?![\w])"
_PHONE = r"(?<![\w])(?:\(?\+?84\)?|\(?0)(?:[ .\-–()]{0,2}\d){8,10}(?![ .\-–]?\d)"
_SHORT_PHONE = rf"(?<![\w])1[89]00(?:{_GAP}\d){{4,6}}(?!\d)"
# begins where a word begins, so that a long one without an @ is walked once and not from each of its letters
_EMAIL = r"(?<![\w.+\-])[\w.+\-]+(?:@|\s?\[at\]\s?|\s?\(at\)\s?)[\w\-]+(?:\.[\w\-]+)+"
_LINK = r"(?:https?://)?(?:www\.|m\.)?(?:facebook|fb|zalo|tiktok|instagram|t|telegram)\.(?:com|me|vn)/[^\s,;]+"
_DIGITS = r"(?<![\w.,])\d(?:[ .\-]?\d){8,18}(?![\w]|[.,]\d)"

_PATTERNS: tuple[tuple[Found, re.Pattern[str]], ...] = (
    (Found.EMAIL, re.compile(_EMAIL, re.IGNORECASE)),
    (Found.LINK, re.compile(_LINK, re.IGNORECASE)),
    (Found.PLATE, re.compile(_PLATE)),
    (Found.PHONE, re.compile(f"{_PHONE}|{_SHORT_PHONE}")),
    (Found.DIGITS, re.compile(_DIGITS)),
)
_MONEY = re.compile(r"\s*(?:đồng|đ\b|vnđ|vnd|₫|triệu|nghìn|tỷ|usd)", re.IGNORECASE)
_CODE = re.compile(r"\d{3}-\d{3}-\d{3}")
_DATES = re.compile(r"\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}(?:\s.*)?|\d{4}-\d{2}-\d{2}")
_HOTLINE = re.compile(r"1[89]00")


def find(text: str) -> list[Span]:
    """Spans that may betray a person, in order, none overlapping."""
    taken: list[Span] = []
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(text):
            if any(hit.start() < span.end and span.start < hit.end() for span in taken):
                continue
            if not _is_harmless(kind, text, hit):
                taken.append(Span(hit.start(), hit.end(), kind))
    return sorted(taken, key=lambda span: span.start)


def _is_harmless(kind: Found, text: str, hit: re.Match[str]) -> bool:
    said = hit[0]
    if kind is Found.PHONE:
        return bool(_HOTLINE.match(said))  # a public hotline belongs to nobody
    if kind is Found.DIGITS:
        is_sum = _MONEY.match(text, hit.end())
        return bool(is_sum or _CODE.fullmatch(said) or _DATES.fullmatch(said))
    return False


def masked(text: str, spans: Iterable[Span] | None = None) -> str:
    """The text with these spans (found ones by default) blacked out."""
    return "".join(part if kind is None else MASK for part, kind in pieces(text, spans))


def pieces(text: str, spans: Iterable[Span] | None = None) -> Iterator[tuple[str, Found | None]]:
    """The text cut at its spans, in order; the kind is None for what stays."""
    at = 0
    for span in find(text) if spans is None else spans:
        if span.start > at:
            yield text[at : span.start], None
        yield text[span.start : span.end], span.kind
        at = span.end
    if at < len(text):
        yield text[at:], None
