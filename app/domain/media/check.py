"""The look at a photo inside the request: type, weight, size, place. No pixel is decoded."""

from __future__ import annotations

import os
from datetime import datetime, tzinfo
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

import filetype

from app.domain.media import exif, header
from app.domain.media.exif import LatLng
from app.domain.media.header import Damaged, Header, Kind
from app.domain.media.refusal import MAX_BYTES, MAX_PIXELS, MIN_SIDE, Fault, PhotoRefused

HANOI_TIME = ZoneInfo("Asia/Ho_Chi_Minh")  # the whole country's time


class Checked(NamedTuple):
    kind: Kind
    width: int  # pixels, once turned upright
    height: int
    gps: LatLng | None
    taken_at: datetime | None  # aware UTC
    size: int  # bytes


def inspect(stream: IO[bytes], filename: str, *, local: tzinfo = HANOI_TIME) -> Checked:
    """What kind of photo this is, or PhotoRefused with the reason. `stream` must seek and is left at its start.

    The name decides nothing, it is only said back. `local` is the zone of cameras whose clock names none.
    """
    data = _read(stream, filename)
    try:
        found = header.read(data)
    except Damaged:
        raise PhotoRefused(Fault.BROKEN, filename) from None
    if found is None:
        raise PhotoRefused(_what_else(data), filename)
    fault = _fault(found)
    if fault:
        raise PhotoRefused(fault, filename)
    hidden = exif.facts(found.exif, local)
    width, height = found.width, found.height
    if hidden.is_on_its_side and found.kind is not Kind.HEIF:
        width, height = height, width
    return Checked(found.kind, width, height, hidden.gps, hidden.taken_at, len(data))


def _read(stream: IO[bytes], filename: str) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size > MAX_BYTES:
        raise PhotoRefused(Fault.TOO_HEAVY, filename)
    if not size:
        raise PhotoRefused(Fault.EMPTY, filename)
    data = stream.read(MAX_BYTES)
    stream.seek(0)
    return data


def _what_else(data: bytes) -> Fault:
    mime = filetype.guess_mime(data) or ""
    return Fault.VIDEO if mime.startswith("video/") else Fault.NOT_A_PHOTO


def _fault(found: Header) -> Fault | None:
    if not found.width or not found.height:
        return Fault.BROKEN
    if found.is_moving:
        return Fault.MOVING
    if found.width * found.height > MAX_PIXELS:
        return Fault.TOO_LARGE
    if min(found.width, found.height) < MIN_SIDE:
        return Fault.TOO_SMALL
    return None
