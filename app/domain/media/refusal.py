"""Why a photo is not taken, in words that name the file and say what to do."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.domain.errors import Invalid

MAX_PHOTOS = 4
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 200
LONGEST_NAME = 60


class Fault(StrEnum):
    EMPTY = "empty"
    NOT_A_PHOTO = "not_a_photo"
    VIDEO = "video"
    MOVING = "moving"
    TOO_HEAVY = "too_heavy"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    BROKEN = "broken"
    TOO_MANY = "too_many"


_WORDS = {
    Fault.EMPTY: _l("“%(file)s” is empty. Choose the photo again."),
    Fault.NOT_A_PHOTO: _l("“%(file)s” is not a photo we can read. Send a JPEG, PNG, WebP or HEIC photo."),
    Fault.VIDEO: _l("“%(file)s” is a video. Send a photo of the place instead."),
    Fault.MOVING: _l("“%(file)s” is a moving picture. Send a still photo instead."),
    Fault.TOO_HEAVY: _l("“%(file)s” is larger than %(megabytes)s MB. Take the photo again at a smaller size."),
    Fault.TOO_LARGE: _l(
        "“%(file)s” has more than %(megapixels)s million pixels. Take the photo again at a smaller size."
    ),
    Fault.TOO_SMALL: _l("“%(file)s” is too small to see anything. Send one at least %(side)s pixels wide and high."),
    Fault.BROKEN: _l("“%(file)s” is damaged or did not arrive whole. Choose it again, or take a new photo."),
    Fault.TOO_MANY: _l("At most %(most)s photos can be sent at once, so “%(file)s” was left out."),
}


class PhotoRefused(Invalid):
    """One file is refused; the others of the same form are not touched by it.

    `fault` is for programs and tests, `message` for the person, in the language of whoever reads it.
    """

    def __init__(self, fault: Fault, filename: str = "") -> None:
        super().__init__(LazyString(_said, fault, shown_name(filename)), field="photos")
        self.fault = fault


def _said(fault: Fault, file: str) -> str:
    return str(_WORDS[fault]) % {
        "file": file,
        "megabytes": MAX_BYTES // (1024 * 1024),
        "megapixels": MAX_PIXELS // 1_000_000,
        "side": MIN_SIDE,
        "most": MAX_PHOTOS,
    }


def shown_name(filename: str) -> str:
    """A file's name as it may be said back: no folders, no invisible or direction-changing signs, 60 signs at most."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip()
    if len(seen) > LONGEST_NAME:
        seen = f"{seen[: LONGEST_NAME - 9]}…{seen[-8:]}"
    return seen or "photo"
