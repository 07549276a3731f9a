"""The few facts we read from a photo's hidden data before it is stripped: where, when, which way up.

The data comes from strangers. Whatever is wrong in it means "not said": nothing here raises.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from app.models.moment import now

TAG_ORIENTATION, TAG_EXIF, TAG_GPS = 0x0112, 0x8769, 0x8825
TAG_TAKEN, TAG_TAKEN_OFFSET = 0x9003, 0x9011
GPS_LAT_SIDE, GPS_LAT, GPS_LNG_SIDE, GPS_LNG, GPS_TIME, GPS_DAY = 1, 2, 3, 4, 7, 29
BYTES_PER_VALUE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
STRUCT_OF = {1: "B", 3: "H", 4: "I", 7: "B", 9: "i"}
MOST_ENTRIES = 512
LONGEST_VALUE = 256
FIRST_YEAR = 1995

Value = str | tuple[float, ...] | tuple[int, ...]


class LatLng(NamedTuple):
    """Degrees, WGS 84."""

    lat: float
    lng: float


class HiddenFacts(NamedTuple):
    gps: LatLng | None = None
    taken_at: datetime | None = None
    is_on_its_side: bool = False  # width and height change places when it is turned upright


def facts(exif: bytes, local: tzinfo) -> HiddenFacts:
    """What `exif` (a TIFF block, with or without its "Exif" mark) says. `local` is the zone of a clock without one."""
    block = exif.removeprefix(b"Exif\x00\x00")
    try:
        reader = _Tiff(block)
        first = reader.directory(reader.start)
        details = reader.directory(_pointer(first, TAG_EXIF))
        gps = reader.directory(_pointer(first, TAG_GPS))
    except (struct.error, ValueError):
        return HiddenFacts()
    return HiddenFacts(
        gps=_place(gps),
        taken_at=_plausible(_taken(details, local) or _satellite_time(gps)),
        is_on_its_side=_number(first, TAG_ORIENTATION) in (5, 6, 7, 8),
    )


class _Tiff:
    """Reads directories of a TIFF block; every offset is checked against its end by `struct` itself."""

    def __init__(self, block: bytes) -> None:
        self.block = block
        self.order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(block[:4], "")
        if not self.order:
            raise ValueError("not a TIFF block")
        (self.start,) = struct.unpack_from(f"{self.order}I", block, 4)

    def directory(self, at: int) -> dict[int, Value]:
        """Tag → text or numbers, for the tags whose values can be read; empty at offset 0."""
        if not at:
            return {}
        (entries,) = struct.unpack_from(f"{self.order}H", self.block, at)
        found: dict[int, Value] = {}
        for number in range(min(entries, MOST_ENTRIES)):
            place = at + 2 + 12 * number
            tag, kind, count = struct.unpack_from(f"{self.order}HHI", self.block, place)
            try:
                found[tag] = self._value(kind, count, place + 8)
            except (struct.error, ValueError, ZeroDivisionError):
                continue
        return found

    def _value(self, kind: int, count: int, place: int) -> Value:
        length = BYTES_PER_VALUE.get(kind, 0) * count
        if not 0 < length <= LONGEST_VALUE:
            raise ValueError("not a value we read")
        if length > 4:
            (place,) = struct.unpack_from(f"{self.order}I", self.block, place)
        if kind == 2:
            (text,) = struct.unpack_from(f"{length}s", self.block, place)
            return str(text.split(b"\x00")[0].decode("ascii", "replace")).strip()
        if kind in (5, 10):
            parts = struct.unpack_from(f"{self.order}{2 * count}{'I' if kind == 5 else 'i'}", self.block, place)
            return tuple(parts[at] / parts[at + 1] for at in range(0, 2 * count, 2))
        numbers: tuple[int, ...] = struct.unpack_from(f"{self.order}{count}{STRUCT_OF[kind]}", self.block, place)
        return numbers


def _pointer(found: Mapping[int, Value], tag: int) -> int:
    return int(_number(found, tag) or 0)


def _number(found: Mapping[int, Value], tag: int) -> float | None:
    value = found.get(tag)
    return float(value[0]) if isinstance(value, tuple) and value else None


def _text(found: Mapping[int, Value], tag: int) -> str:
    value = found.get(tag)
    return value if isinstance(value, str) else ""


def _place(gps: Mapping[int, Value]) -> LatLng | None:
    """The point, or None: missing, impossible, or 0,0, which is what a phone writes when it does not know."""
    lat = _degrees(gps, GPS_LAT, GPS_LAT_SIDE, "NS", 90)
    lng = _degrees(gps, GPS_LNG, GPS_LNG_SIDE, "EW", 180)
    if lat is None or lng is None or (abs(lat) < 1e-6 and abs(lng) < 1e-6):
        return None
    return LatLng(round(lat, 6), round(lng, 6))


def _degrees(gps: Mapping[int, Value], tag: int, side_tag: int, sides: str, most: int) -> float | None:
    parts, side = gps.get(tag), _text(gps, side_tag).upper()[:1]
    if not isinstance(parts, tuple) or not 1 <= len(parts) <= 3 or side not in sides or not side:
        return None
    degrees = sum(part / 60.0**power for power, part in enumerate(parts))
    if not math.isfinite(degrees) or not 0 <= degrees <= most:
        return None
    return degrees if side == sides[0] else -degrees


def _taken(details: Mapping[int, Value], local: tzinfo) -> datetime | None:
    try:
        offset = datetime.strptime(_text(details, TAG_TAKEN_OFFSET), "%z").tzinfo
    except ValueError:
        offset = None
    try:
        taken = datetime.strptime(_text(details, TAG_TAKEN), "%Y:%m:%d %H:%M:%S").replace(tzinfo=offset or local)
        return taken.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _satellite_time(gps: Mapping[int, Value]) -> datetime | None:
    """GPS clocks run in UTC."""
    clock = gps.get(GPS_TIME)
    if not isinstance(clock, tuple) or len(clock) != 3:
        return None
    try:
        day = datetime.strptime(_text(gps, GPS_DAY), "%Y:%m:%d").replace(tzinfo=UTC)
        return day + timedelta(hours=clock[0], minutes=clock[1], seconds=int(clock[2]))
    except (ValueError, OverflowError):
        return None


def _plausible(taken: datetime | None) -> datetime | None:
    """A camera whose clock was never set, or runs a day ahead of us, says nothing."""
    if taken is None or taken.year < FIRST_YEAR or taken > now() + timedelta(days=1):
        return None
    return taken
