"""What the first bytes of a photo say: its kind, size and frames, found by walking the file's own structure.

No pixel is decoded here. A file that breaks its own rules raises `Damaged`; a kind we do not take is None.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

import pi_heif

HEIF_STILL = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2")
HEIF_MOVING = (b"hevc", b"hevx", b"hevm", b"hevs", b"msf1")
JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01}


class Kind(StrEnum):
    """The kinds of photo we take."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIF = "heif"


class Damaged(ValueError):
    """The file ends too early or contradicts itself."""


class Header(NamedTuple):
    kind: Kind
    width: int  # as shown for HEIF, as stored for the others: `exif` says whether it lies on its side
    height: int
    is_moving: bool = False
    exif: bytes = b""


def read(data: bytes) -> Header | None:
    """The header of a photo; None when it is none of ours. Raises Damaged."""
    reader = _reader(data)
    if reader is None:
        return None
    try:
        return reader(data)
    except struct.error:
        raise Damaged("ends too early") from None


def _reader(data: bytes) -> Callable[[bytes], Header] | None:
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_STILL + HEIF_MOVING:
        return _heif
    return None


def _jpeg(data: bytes) -> Header:
    """Markers up to the first scan; an end mark must follow. A second picture behind it (a gain map) is ignored."""
    width = height = 0
    exif = b""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        mark, marker = struct.unpack_from(">BB", data, at)
        if mark != 0xFF:
            raise Damaged("no marker where one belongs")
        if marker in JPEG_ALONE:
            at += 2
            continue
        if marker == 0xDA:
            break
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in JPEG_SIZES and not width:
            height, width = struct.unpack_from(">HH", data, at + 5)
        elif marker == 0xE1 and not exif and data[at + 4 : at + 10] == b"Exif\x00\x00":
            exif = data[at + 10 : at + 2 + length]
        at += 2 + max(length, 2)
    if data.find(b"\xff\xd9", at) < 0:
        raise Damaged("no end mark")
    return Header(Kind.JPEG, width, height, exif=exif)


def _png(data: bytes) -> Header:
    width, height = struct.unpack_from(">II", data, 16)
    is_moving, exif, at = False, b"", 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"IEND":
            return Header(Kind.PNG, width, height, is_moving, exif)
        if name == b"acTL":
            (frames,) = struct.unpack_from(">I", data, at + 8)
            is_moving = frames > 1
        elif name == b"eXIf":
            exif = data[at + 8 : at + 8 + length]
        at += 12 + length


def _webp(data: bytes) -> Header:
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data):
        raise Damaged("shorter than it says")
    width = height = frames = 0
    exif = b""
    for name, at, size in _riff_chunks(data, length + 8):
        if name == b"VP8X":
            width = int.from_bytes(data[at + 4 : at + 7], "little") + 1
            height = int.from_bytes(data[at + 7 : at + 10], "little") + 1
        elif name == b"VP8 " and not width:
            wide, high = struct.unpack_from("<HH", data, at + 6)
            width, height = wide & 0x3FFF, high & 0x3FFF
        elif name == b"VP8L" and not width:
            (bits,) = struct.unpack_from("<I", data, at + 1)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"ANMF":
            frames += 1
        elif name == b"EXIF":
            exif = data[at : at + size]
    return Header(Kind.WEBP, width, height, frames > 1, exif)


def _riff_chunks(data: bytes, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, at + 8, size
        at += 8 + size + size % 2


def _heif(data: bytes) -> Header:
    """libheif reads the boxes; the pixels stay coded. Of several pictures in the file the main one counts."""
    _boxes_are_whole(data)
    try:
        photo = pi_heif.open_heif(data)
    except (ValueError, OSError, SyntaxError, RuntimeError, EOFError) as error:
        raise Damaged(str(error)) from None
    width, height = photo.size
    # libheif turns the photo itself, so what EXIF says of its side no longer holds; only place and time are read
    return Header(Kind.HEIF, width, height, data[8:12] in HEIF_MOVING, photo.info.get("exif") or b"")


def _boxes_are_whole(data: bytes) -> None:
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size == 0:
            return
        if size < 8 or at + size > len(data):
            raise Damaged("a box ends beyond the file")
        at += size
