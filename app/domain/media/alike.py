"""Photos that were sent before: near-equal pictures among those of two years, told to staff, never refused.

Photos are alike when few of the 64 bits of their hash differ. The hash is cut into four bands of 16 bits; among at
most seven differing bits one band has at most one. So each photo has four rows here, its bands, and whoever looks asks
for the 4 × 17 values that differ in one bit or none: a look-up in one index, however many photos a city has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select

from app.domain.permissions import Actor, handled_by, visible_to
from app.extensions import db
from app.models import Photo, PhotoBand, Report, now
from app.models.choices import PhotoState

REMEMBERED = timedelta(days=730)
ALIKE = 6  # bits of 64; fewer than the seven that the bands are sure to find
BANDS, WIDTH = 4, 16
PLAIN = range(12, 53)  # bits that are set in a picture that shows something; a wall or a night sky is like any other
MOST_ASKED = 400  # candidates looked at
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """A photo of this report, and the report whose photo looks like it."""

    photo_id: int
    code: str
    is_ours: bool  # to open at this desk, or only as everybody reads it


def remember(photo: Photo) -> None:
    """Write the bands of a developed photo, inside the unit of work that marks it."""
    forget(photo)
    if photo.phash is not None and tells_something(photo.phash):
        db.session.add_all(PhotoBand(band=band, photo_id=photo.id) for band in bands(photo.phash))


def forget(photo: Photo) -> None:
    db.session.execute(delete(PhotoBand).where(PhotoBand.photo_id == photo.id))


def sent_before(photos: Sequence[Photo], *, seen_by: Actor) -> list[Alike]:
    """What other reports that this actor may see have a photo like one of these, the newest first. One query."""
    ours = {photo.id: photo.phash for photo in photos if photo.phash is not None and tells_something(photo.phash)}
    if not ours:
        return []
    asked = {near for phash in ours.values() for band in bands(phash) for near in one_bit_off(band)}
    report_id = photos[0].report_id
    candidates = (
        select(Photo.phash, Report.code, handled_by(seen_by))
        .join(PhotoBand, PhotoBand.photo_id == Photo.id)
        .join(Report, Report.id == Photo.report_id)
        .where(
            PhotoBand.band.in_(asked),
            Photo.report_id != report_id,
            Photo.event_id.is_(None),
            Photo.state == PhotoState.READY,
            Photo.created_at > now() - REMEMBERED,
            visible_to(seen_by),
        )
        .order_by(Photo.id.desc())
        .limit(MOST_ASKED)
    )
    told: dict[tuple[int, str], Alike] = {}
    for theirs, code, is_ours in db.session.execute(candidates):
        for photo_id, phash in ours.items():
            if theirs is not None and differing(phash, theirs) <= ALIKE:
                told.setdefault((photo_id, code), Alike(photo_id, code, bool(is_ours)))
    return list(told.values())[:MOST_TOLD]


def tells_something(phash: int) -> bool:
    return _unsigned(phash).bit_count() in PLAIN


def differing(one: int, other: int) -> int:
    """Bits in which two hashes differ."""
    return (_unsigned(one) ^ _unsigned(other)).bit_count()


def bands(phash: int) -> list[int]:
    """The hash in four pieces, each with its number in front, so that one index holds them all."""
    bits, mask = _unsigned(phash), (1 << WIDTH) - 1
    return [(number << WIDTH) | (bits >> (WIDTH * number) & mask) for number in range(BANDS)]


def one_bit_off(band: int) -> Iterator[int]:
    yield band
    for bit in range(WIDTH):
        yield band ^ (1 << bit)


def _unsigned(phash: int) -> int:
    return phash & ((1 << 64) - 1)
