"""Black boxes over faces and plates. Each mask is a new name; the old one answers 410 from then on."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from app.domain.errors import Invalid, Stale
from app.domain.media.develop import SIZES, Box, darkroom
from app.domain.media.held import let_go
from app.domain.media.keys import new_name, original_key, public_key
from app.domain.media.look import faces_uncovered
from app.domain.media.store import put_derivatives
from app.extensions import db, storage
from app.models import Photo, RetiredName, now
from app.models.choices import PhotoState

MOST_BOXES = 40
THINNEST = 0.002  # of a side: less is a slip of the finger


class Masked(NamedTuple):
    """A mask whose files lie ready; `apply_mask` makes it the photo's."""

    photo_id: int
    old_name: str
    new_name: str
    original: str  # key of the unmasked photo
    boxes: tuple[Box, ...]


def boxes_from(numbers: Iterable[Iterable[float]]) -> tuple[Box, ...]:
    """Boxes as a page sends them: x, y, width, height as parts of the whole. Cut at the edges; slips are left out."""
    boxes = tuple(box for box in map(_box, numbers) if box is not None)
    if len(boxes) > MOST_BOXES:
        raise Invalid(
            _l("That is too many boxes for one photo. Cover larger areas, or do not publish it."), field="boxes"
        )
    return boxes


def _box(numbers: Iterable[float]) -> Box | None:
    try:
        x, y, width, height = (float(number) for number in numbers)
    except (TypeError, ValueError):
        raise _unreadable() from None
    if not all(map(math.isfinite, (x, y, width, height))):
        raise _unreadable()
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in (x, y, x + width, y + height))
    if right - left < THINNEST or bottom - top < THINNEST:
        return None
    return Box(round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5))


def _unreadable() -> Invalid:
    return Invalid(_l("The boxes could not be read. Draw them again."), field="boxes")


def uncovered(photo: Photo, boxes: Sequence[Box], *, of_adults: bool) -> int:
    """How many faces these boxes leave in sight. Raises Invalid where nobody says that they are of adults in public.

    A machine cannot tell a child, and neither can a hurried look: so every face stays covered until somebody says so.
    """
    faces = faces_uncovered(photo.found, boxes)
    if faces and not of_adults:
        raise Invalid(
            _l("A face would be seen. Cover it, or say that it is an adult's in a public role."),
            field=f"adult-{photo.id}",
        )
    return faces


def prepare_mask(photo: Photo, boxes: Sequence[Box]) -> Masked:
    """Draw the boxes over the unmasked photo and store the result under a fresh name. Touches no row."""
    if photo.state is not PhotoState.READY:
        raise _moved_on()
    photo_id, old_name, original = photo.id, photo.name, photo.original
    fresh = new_name()
    if not original:
        original = original_key(fresh)
        with storage().open(public_key(old_name, "full")) as unmasked:
            storage().put(original, unmasked)
    with storage().workroom() as folder, darkroom() as room:
        source = folder / "original"
        with storage().open(original) as kept, source.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        put_derivatives(fresh, room.mask(source, boxes, folder))
    return Masked(photo_id, old_name, fresh, original, tuple(boxes))


def apply_mask(masked: Masked) -> Photo:
    """Make a prepared mask the photo's, in the caller's unit of work. Raises Stale when somebody was faster."""
    photo = db.session.get(Photo, masked.photo_id, with_for_update=True)
    if photo is None or photo.name != masked.old_name or photo.state is not PhotoState.READY:
        raise _moved_on()
    db.session.add(RetiredName(name=masked.old_name, at=now()))
    photo.name, photo.original = masked.new_name, masked.original
    photo.boxes = [list(box) for box in masked.boxes]
    return photo


def forget_unmasked(masked: Masked) -> None:
    """Delete the files of the former name, after the commit. `sweep` does it otherwise."""
    let_go(public_key(masked.old_name, size) for size in SIZES)


def _moved_on() -> Stale:
    return Stale(_l("This photo has changed since you opened it. Look at it again."))
