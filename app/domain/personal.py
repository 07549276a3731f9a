"""What betrays a person in somebody's words, and what it is. The one place for these patterns.

`found` only proposes; whoever reads the words decides. Better one number too many than one too few, but dates, hours,
house numbers by themselves, sums of money, measures and report codes are left alone: they say where and what, not who.
How often it misses and how often it is wrong is measured: docs/privacy.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a span seems to be."""

    EMAIL = "email"
    LINK = "link"  # of a profile or a chat
    PLATE = "plate"
    IDENTITY = "identity"  # citizen's card, old identity card, passport
    ACCOUNT = "account"  # at a bank
    PHONE = "phone"
    HOME = "home"  # a person's name with the number of their house
    DIGITS = "digits"  # a row too long to be anything but somebody's number


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: Kind


def found(text: str) -> list[Span]:
    """Spans that may betray a person, in order, none overlapping."""
    taken: list[Span] = []
    for search in _SEARCHES:
        for hit in search.pattern.finditer(text):
            start, end = hit.span("it") if "it" in search.pattern.groupindex else hit.span()
            if any(start < span.end and span.start < end for span in taken):
                continue
            if not search.is_harmless(text, start, end):
                taken.append(Span(start, end, search.kind))
    return sorted(taken, key=lambda span: span.start)


# --- rows of digits, and what only looks like one ---------------------------------------------------------------------


def _never(text: str, start: int, end: int) -> bool:
    return False


_MONEY = re.compile(r"\s*(?:triệu\s|nghìn\s|tỷ\s)?(?:đồng|dong\b|đ\b|vnđ|vnd|₫|triệu|nghìn|tỷ|usd)", re.IGNORECASE)
_SUM = re.compile(r"\d{1,3}(?:\.\d{3})+")
_CODE = re.compile(r"\d{3}-\d{3}-\d{3}")
_CODE_BEFORE = re.compile(
    r"(?:mã|ma|phản ánh|phan anh|reports?|code)(?:\s(?:số|so|cũ|cu|no\.?))?\s?(?:là|is|:)?\s?#?$", re.IGNORECASE
)
_DATES = re.compile(r"\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}(?:\s.*)?|\d{4}-\d{2}-\d{2}")
_YEARS = re.compile(r"(?:(?:19|20)\d\d[ \-]?)+")
_DEGREES = re.compile(r"\d{1,3}\.\d{4,}")
_BEFORE = 30  # characters in which the word stands that says what a number is


def _is_sum(text: str, start: int, end: int) -> bool:
    return bool(_MONEY.match(text, end) or _SUM.fullmatch(text, start, end))


def _is_no_secret(text: str, start: int, end: int) -> bool:
    """A sum, a date, years, degrees, or the code of a report."""
    said = text[start:end]
    if any(harmless.fullmatch(said) for harmless in (_CODE, _DATES, _YEARS, _DEGREES)) or _is_sum(text, start, end):
        return True
    is_as_long = sum(letter.isdigit() for letter in said) == 9
    return is_as_long and bool(_CODE_BEFORE.search(text[max(0, start - _BEFORE) : start]))


def _is_hotline(text: str, start: int, end: int) -> bool:
    """1900 and 1800 belong to nobody; neither is a row in which most digits are letters a number."""
    return sum(letter.isdigit() for letter in text[start:end]) < 6


def _is_year(text: str, start: int, end: int) -> bool:
    """ "Tòa 29T1 2024": a building and a year."""
    return bool(re.search(r"[A-Za-z]\d? (?:19|20)\d\d$", text[start:end]))


# --- the patterns -----------------------------------------------------------------------------------------------------

_GAP = r"[ .\-–]?"
_WIDE = r"[ .\-–\r\n]{0,3}"  # the two lines of a motorbike's plate too
_TAIL = r"(?:\d{3}[ .]?\d{2}|\d{4})(?!\w|[.,]\d)"
# Two digits of the province, a letter or two (motorbikes: and a digit), four or five digits: 29A1-123.45, 30K 678.90.
# Small letters only where they touch the number, since "15 m 1200" is a measure and "17h 2024" an hour.
_SERIES = rf"(?:{_WIDE}[A-ZĐ]{{1,2}}\d?{_WIDE}|[a-zđ]{{1,2}}\d?[.\-–]?(?=\d{{3}})|[abce-gi-lnp-z] )"
_PLATE = rf"(?<![\w.])(?<!QL )[1-9]\d{_SERIES}{_TAIL}"
_RED_PLATE = r"(?<![\w/])[ABCDHKNPQTV][A-Z][ \-]?\d\d[\-.]\d\d(?![\w/\-])"  # the army's: TM-27-64
_FOREIGN_PLATE = r"(?<!\w)\d\d[ \-]?\d{3}[ \-]?(?:NG|QT|NN|CV)[ \-]?\d\d(?!\w)"

# People write o for 0 and l for 1 where a machine looks for numbers.
_DIGIT = r"[\doOlI]"
_AREA = r"(?:\(\s?(?:\+|00)?84\s?\)|(?:\+|00)84|84|\(?[0oO])"
_PHONE = rf"(?<![\w+.,/]){_AREA}(?:[ .\-–()]{{0,2}}{_DIGIT}){{9,10}}(?!{_GAP}\d|\w)"
_SHORT_PHONE = r"(?<!\w)(?:\(\+?84\)|\+84)(?:[ .\-–]{0,2}\d){8}(?!\d)"
_SPOKEN = (
    r"không|khong|một|mốt|mot|hai|ba|bốn|bon|tư|năm|nam|lăm|sáu|sau|bảy|bẩy|bay|tám|tam|chín|chin"
    r"|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
)
_SPOKEN_PHONE = rf"(?<!\w)(?:không|khong|zero|oh|o)(?:[ ,.\-–]{{1,3}}(?:(?:{_SPOKEN})(?!\w)|\d{{1,4}}(?!\d))){{7,11}}"

_AT = r"(?:\s?@\s?|\s?\[at\]\s?|\s?\(at\)\s?|\sa (?:còng|cong|móc)\s)"
_DOT = r"(?:\.|\s?\[dot\]\s?|\s?\(dot\)\s?|\s(?:chấm|cham)\s)"
# begins where a word begins, so that a long one without an @ is walked once and not from each of its letters
_EMAIL = rf"(?<![\w.+\-])[\w.+\-]+{_AT}[\w\-]+(?:{_DOT}[\w\-]+)+|(?<![\w.+\-])[\w.+\-]+ at \w+(?: dot \w+)+"
_LINK = r"(?:https?://)?(?:www\.|m\.)?(?:facebook|fb|zalo|tiktok|instagram|t|telegram)\.(?:com|me|vn)/[^\s,;]+"

_ROW = r"\d(?:[ .\-]?\d)"
_END = r"(?!\w|[.,\-]\d)"
_CARD = (
    r"(?:cccd|cmnd|cmt(?:nd)?|căn cước|can cuoc|chứng minh|chung minh|(?:citizen|national|identity)\s?(?:id|card)"
    r"|id (?:card|number|no)|identification)"
)
_IDENTITY = (
    rf"(?<!\w){_CARD}\b[^\d\n]{{0,{_BEFORE}}}(?P<it>{_ROW}{{8,11}}){_END}",
    r"(?<![\w.,])0\d\d[ .\-]?[0-9]\d\d[ .\-]?\d{3}[ .\-]?\d{3}(?!\w|[ .,\-]\d)",  # twelve digits, a province first
    r"(?<!\w)(?:hộ chiếu|ho chieu|passport)\b[^\d\n]{0,20}?(?P<it>[A-Z]{0,2}\d{7,9})(?!\w)",
    r"(?<!\w)[BCEKNP]\d{7}(?!\w)",  # a passport of Vietnam
)
_BANK = (
    r"(?:vietcombank|vcb|techcombank|tcb|bidv|agribank|vietinbank|mb(?:bank)?|acb|tpbank|sacombank|vpbank|vib|shb|hdbank"
    r"|msb|ocb|seabank|lpbank|momo|zalopay)"
)
_ACCOUNT = (
    rf"(?<!\w)(?:tài khoản|tai khoan|stk|tk|account|acct?|a/c|{_BANK})(?!\w)[^\d\n]{{0,{_BEFORE}}}"
    rf"(?P<it>{_ROW}{{7,18}}){_END}",
    rf"(?<![\w.,])(?P<it>{_ROW}{{7,18}})[ ,(]{{1,3}}(?:tại |at |ngân hàng |ngan hang |bank )?{_BANK}(?!\w)",
)
_DIGITS = rf"(?<![\w.,]){_ROW}{{8,18}}(?!\w|[.,]\d)"

# A person's name and the number of the house. A number alone is a place; a name alone is not looked for.
_CAPITAL = r"[A-ZĐÀ-ÖØ-ÝĂĨŨƠƯẠ-Ỹ]"
_NAME = rf"{_CAPITAL}\w*(?: {_CAPITAL}\w*){{0,3}}"
_TITLE = (
    r"(?:ông|bà|anh|chị|cô|chú|bác|cụ|cậu|dì|mợ|thím|thầy|em|gia đình|vợ chồng|hộ"
    r"|ong|chi|chu|bac|cu|ba|co|gia dinh|vo chong|a|c|Mr|Mrs|Ms|Miss|Madam|Dr|Uncle|Aunt|neighbours?)\.?"
)
_FIRST_TITLE = r"(?:Ông|Bà|Anh|Chị|Cô|Chú|Bác|Cụ|Gia đình) (?!Triệu|Huyện|Ích Khiêm)"  # those are streets
_ROLE = r"(?:(?:giáo|giao|sĩ|hàng xóm|hang xom|tổ trưởng|to truong|tên|ten|chủ nhà|named) )?"
_WHO = (
    rf"(?:{_TITLE} (?!Triệu|Trieu)(?:{_TITLE} )?{_ROLE}{_NAME}"
    rf"|the {_NAME} (?:family|household)|nhà (?!Thờ|Hát|Văn|Máy|Ga|Trẻ){_NAME})"
)
_HOUSE_OF = r"(?:['’]s(?: (?:house|home|place|shop|family))?)?"
_LIVES = (
    r"(?:[ ,:–\-(]{1,3}(?:who |nhà |nha |hiện |đang )?"
    r"(?:(?:ở tại|ở|o|tại|tai|at|of|lives? (?:at|in)|living at|sống ở|sống tại|trú tại|trú ở|ngụ tại|cư trú tại) ?)?)"
)
_STREET_WORD = r"(?:ngõ|ngách|hẻm|kiệt|phố|đường|tổ|ngo|ngach|hem|pho|duong|[Ll]ane|[Aa]lley|[Ss]treet|[Rr]oad)"
_NUMBER = r"\d+[A-Za-z]?\d?(?:/\d+[A-Za-z]?)*"
_NUMBERED = (
    r"(?:(?:số nhà|nhà số|số|so nha|nha so|so|[Nn]umber|[Nn]o\.?|#) ?"
    rf"{_NUMBER}(?!\w)|{_NUMBER}(?=,? (?:{_STREET_WORD}\b|{_CAPITAL})))"
)
_LANES = rf"(?:,? {_STREET_WORD} \d+[A-Za-z]?(?:/\d+)*(?!\w))*"
_STREET = rf"(?:,? (?:(?:phố|đường|ngõ|pho|duong|ngo) )?{_NAME}(?: (?:[Ss]treet|[Ll]ane|[Rr]oad|Alley))?)?"
_PLAIN_STREET = r"(?: [a-z]{2,7} [a-z]{2,7}(?!\w))"  # without marks and capitals a street has two words
_HOME = (
    rf"(?<!\w)(?:{_WHO}|{_FIRST_TITLE}{_NAME}){_HOUSE_OF}{_LIVES}{_NUMBERED}{_LANES}{_STREET}",
    rf"(?<!\w){_NUMBERED}{_LANES}{_STREET}[ ,(–\-]{{1,3}}(?:của|là nhà|nhà|cua|nha|(?:home|house) of)? ?{_WHO}",
)
# the same typed without marks and capitals: "nha ong ba so 12 ngo 5 hang bac"
_PLAIN_WHO = r"(?:nha |cua )?(?:ong|ba|anh|chi|co|chu|bac|cu|a|c) (?!(?i:trieu|con|huyen))(?:[A-Za-z]{2,7} ){1,3}"
_PLAIN_HOME = (
    rf"(?<!\w){_PLAIN_WHO}(?:o |tai )?(?:so nha|nha so|so) {_NUMBER}(?: (?:ngo|ngach|hem|pho|duong) \d+(?:/\d+)*)*"
    rf"{_PLAIN_STREET}?"
)
_PLACES = re.compile(
    r"(?:phố|đường|ngõ|chùa|đền|đình|miếu|phủ|chợ|cầu|hồ|trường|số \d+\w?|\d+[A-Z]?)\s$", re.IGNORECASE
)
_MARKED = re.compile(r"[À-ỹ]")


def _is_named_after(text: str, start: int, end: int) -> bool:
    """ "phố Bà Triệu, số 12": the street bears a person's name."""
    return text[start].isupper() and bool(_PLACES.search(text[max(0, start - _BEFORE) : start]))


def _has_marks(text: str, start: int, end: int) -> bool:
    """Where marks are written, names have their capitals, and "ba" is a number."""
    return bool(_MARKED.search(text))


@dataclass(frozen=True, slots=True)
class _Search:
    kind: Kind
    pattern: re.Pattern[str]
    is_harmless: Callable[[str, int, int], bool]


def _searches(kind: Kind, *patterns: str, case: bool = False, unless: Callable[..., bool] = _never) -> list[_Search]:
    return [_Search(kind, re.compile(pattern, 0 if case else re.IGNORECASE), unless) for pattern in patterns]


# The first that finds a place takes it: a number after "CCCD" is no telephone, whatever it begins with.
_SEARCHES: tuple[_Search, ...] = (
    *_searches(Kind.EMAIL, _EMAIL),
    *_searches(Kind.LINK, _LINK),
    *_searches(Kind.PLATE, _PLATE, case=True, unless=_is_year),
    *_searches(Kind.PLATE, _RED_PLATE, _FOREIGN_PLATE, case=True),
    *_searches(Kind.IDENTITY, *_IDENTITY[:3], unless=_is_sum),
    *_searches(Kind.IDENTITY, _IDENTITY[3], case=True),
    *_searches(Kind.PHONE, _PHONE, unless=_is_hotline),
    *_searches(Kind.PHONE, _SHORT_PHONE, _SPOKEN_PHONE),
    *_searches(Kind.ACCOUNT, *_ACCOUNT, unless=_is_sum),
    *_searches(Kind.DIGITS, _DIGITS, unless=_is_no_secret),
    *_searches(Kind.HOME, _PLAIN_HOME, case=True, unless=_has_marks),
    *_searches(Kind.HOME, *_HOME, case=True, unless=_is_named_after),
)


# --- writing in photos ------------------------------------------------------------------------------------------------

# Whoever reads a plate in a photo takes O for 0, B for 8, a bolt for a point.
_READ = r"[0-9OQDIZSBG]"
_UPPER = rf"{_READ}{{2}}[ .\-]{{0,2}}[A-ZĐ0-9]{{1,2}}{_READ}?"
_LOWER = rf"{_READ}{{3}}[ .,\-]?{_READ}{{2}}"
_READ_PLATES = re.compile(
    rf"{_UPPER}[ .\-]{{0,3}}{_LOWER}|[1-9]\d[ .\-]?[A-ZĐ]{_READ}?[ .\-]{{1,3}}\d{{4}}"
    rf"|{_UPPER}\n{_LOWER}|\d\d[ .\-]?[A-ZĐ]\d?\n\d{{4}}"
)
_BOLTS = str.maketrans("·•:;'_", "......")
_IN_PHOTOS = (Kind.EMAIL, Kind.LINK, Kind.PLATE, Kind.PHONE, Kind.IDENTITY, Kind.ACCOUNT)


def betrays(line: str) -> bool:
    """Does a line read in a photo, or two of them one above the other, hold a plate, a number, an address of mail?"""
    read = line.strip().upper().translate(_BOLTS)
    if _READ_PLATES.fullmatch(read):
        return True
    return "\n" not in line and any(span.kind in _IN_PHOTOS for span in found(line))
