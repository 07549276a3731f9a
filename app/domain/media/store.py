"""Photos and their rows: taken in the request, developed afterwards, removed for good.

A file is written and synced before its row, and deleted after its row is done with it. A kill between the two leaves
a file nobody names, which `sweep` removes, and never a row whose photo was lost.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from app.domain.media import alike
from app.domain.media.check import HANOI_TIME, Checked, inspect
from app.domain.media.develop import SIZES, Darkroom, Developed, darkroom
from app.domain.media.exif import LatLng
from app.domain.media.held import let_go
from app.domain.media.keys import new_name, original_key, public_key, raw_key
from app.domain.media.look import Lookout, Sighting, lookout
from app.domain.media.refusal import MAX_PHOTOS, Fault, PhotoRefused
from app.extensions import db, storage, unit_of_work
from app.models import Draft, Photo, Report, now
from app.models.choices import PhotoKind, PhotoState

CLAIM = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)  # before a storage is tried again that had no room or did not answer
KEPT = (PhotoState.RAW, PhotoState.READY)  # not what was taken back or could not be read

log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """A photo that is checked and safe on disk, but not yet anybody's."""

    name: str
    filename: str
    checked: Checked


def attach(
    owner: Draft | Report,
    stream: IO[bytes],
    filename: str,
    *,
    kind: PhotoKind = PhotoKind.BEFORE,
    place: LatLng | None = None,
    local: tzinfo = HANOI_TIME,
) -> Photo:
    """Check and keep one photo, in a unit of work of its own. Raises PhotoRefused or StorageFull, keeping nothing."""
    return keep(take(stream, filename, local=local), owner, kind=kind, place=place)


def keep(
    taken: Taken, owner: Draft | Report, *, kind: PhotoKind = PhotoKind.BEFORE, place: LatLng | None = None
) -> Photo:
    """`add` in a unit of work of its own; a photo that is one too many is dropped."""
    try:
        with unit_of_work():
            return add(taken, owner, kind=kind, place=place)
    except PhotoRefused:
        drop(taken.name)
        raise


def take(stream: IO[bytes], filename: str, *, local: tzinfo = HANOI_TIME) -> Taken:
    """Check a photo and write it to the private storage; no row yet. Outside of any unit of work: it syncs to disk."""
    checked = inspect(stream, filename, local=local)
    name = new_name()
    storage().put(raw_key(name), stream)
    return Taken(name, filename, checked)


def take_again(name: str, filename: str) -> Taken | None:
    """A photo that was taken before and has not found its report yet; None when its file is gone."""
    try:
        with storage().open(raw_key(name)) as stream:
            return Taken(name, filename, inspect(stream, filename))
    except FileNotFoundError:
        return None


def drop(name: str) -> None:
    """Forget a photo that was taken and then not added."""
    storage().delete(raw_key(name))


def add(
    taken: Taken,
    owner: Draft | Report,
    *,
    kind: PhotoKind = PhotoKind.BEFORE,
    event_id: int | None = None,
    place: LatLng | None = None,
    reason: str = "",
    alt: str = "",
) -> Photo:
    """The row of a taken photo, inside the caller's unit of work. Raises PhotoRefused when there are four already.

    The four are counted per owner, kind and event: a unit's after-photos do not use up the reporter's. `place` is the
    device's own, where our page took the photo; GPS inside the photo goes before it. `reason` says why proof has none.
    """
    siblings = (
        _belongs_to(owner),
        Photo.kind == kind,
        Photo.event_id.is_(event_id) if event_id is None else Photo.event_id == event_id,
    )
    db.session.get(type(owner), owner.id, with_for_update=True)  # two uploads at once are counted one after the other
    count, last = db.session.execute(
        select(func.count(), func.max(Photo.position)).where(*siblings, Photo.state.in_(KEPT))
    ).one()
    if count >= MAX_PHOTOS:
        raise PhotoRefused(Fault.TOO_MANY, taken.filename)
    checked = taken.checked
    where = checked.gps or place
    photo = Photo(
        draft_id=owner.id if isinstance(owner, Draft) else None,
        report_id=owner.id if isinstance(owner, Report) else None,
        event_id=event_id,
        kind=kind,
        state=PhotoState.RAW,
        name=taken.name,
        raw=raw_key(taken.name),
        position=0 if last is None else last + 1,
        width=checked.width,
        height=checked.height,
        size=checked.size,
        has_location=where is not None,
        lat=where.lat if where else None,
        lng=where.lng if where else None,
        taken_at=checked.taken_at,
        reason=reason,
        alt=alt,
        created_at=now(),
    )
    db.session.add(photo)
    db.session.flush()
    return photo


def of(owner: Draft | Report) -> Sequence[Photo]:
    """The photos that are there or on their way, in order."""
    mine = select(Photo).where(_belongs_to(owner), Photo.state.in_(KEPT)).order_by(Photo.position, Photo.id)
    return db.session.scalars(mine).all()


def _belongs_to(owner: Draft | Report) -> ColumnElement[bool]:
    return Photo.draft_id == owner.id if isinstance(owner, Draft) else Photo.report_id == owner.id


def remove(photo: Photo) -> None:
    """Take a photo away for good, in the caller's unit of work. Its address answers 410; `sweep` takes the files."""
    photo.state = PhotoState.REMOVED
    photo.lat = photo.lng = photo.taken_at = photo.phash = None
    photo.raw = photo.original = photo.alt = ""
    photo.boxes = []
    photo.found = None
    alike.forget(photo)


def discard(photo: Photo) -> None:
    """`remove` in a unit of work of its own, with the files right away: somebody took back what they had picked."""
    photo_id = photo.id
    with unit_of_work():
        fresh = db.session.get_one(Photo, photo_id, with_for_update=True)
        files = files_of(fresh)
        remove(fresh)
    let_go(files)


def files_of(photo: Photo) -> list[str]:
    """The keys of everything that is kept of a photo; ask before `remove`, let go of them after the commit."""
    return [key for key in (photo.raw, photo.original, *(public_key(photo.name, size) for size in SIZES)) if key]


# --- after the request ------------------------------------------------------------------------------------------------


def finish_pending(limit: int = 20) -> int:
    """Develop photos that wait, oldest first; answers how many were worked on. A job's body, harmless to repeat.

    Where the city looks for faces and plates, they are covered from the first moment on.

    Each is claimed for ten minutes, developed outside any transaction, then marked. After a kill it is claimed again
    and written again under the same names. Raises StorageFull; what was not finished is anybody's after a minute.
    """
    return _finish_all(_claim(limit))


def finish(photo_id: int) -> int:
    """`finish_pending` for this photo alone; nothing happens where it is done or somebody else has claimed it."""
    return _finish_all(_claim(1, only=photo_id))


def waiting_ids(limit: int) -> Sequence[int]:
    """The photos that wait and are nobody's, oldest first."""
    return db.session.scalars(_waiting(now()).limit(limit)).all()


def _finish_all(claimed: Sequence[int]) -> int:
    if claimed:
        with darkroom() as room, lookout() as keeper:
            for done, photo_id in enumerate(claimed):
                try:
                    _finish(photo_id, room, keeper)
                except OSError:  # full or away: none of the others would fare better
                    _put_off(claimed[done:])
                    raise
    return len(claimed)


def _put_off(ids: Sequence[int]) -> None:
    """Nobody has these in hand any more, and nobody tries them for a minute."""
    with unit_of_work():
        unfinished = update(Photo).where(Photo.id.in_(ids), Photo.state == PhotoState.RAW)
        db.session.execute(unfinished.values(claimed_until=now() + PAUSE))


def free_claims() -> None:
    """At start, by the only worker of a database: what a former process had begun is anybody's again."""
    held = (Photo.state == PhotoState.RAW, Photo.claimed_until.is_not(None))
    if db.session.scalar(select(Photo.id).where(*held).limit(1)) is None:
        return
    with unit_of_work():
        db.session.execute(update(Photo).where(*held).values(claimed_until=None))


def _claim(limit: int, *, only: int | None = None) -> Sequence[int]:
    moment = now()
    waiting = _waiting(moment).limit(limit)
    if only is not None:
        waiting = waiting.where(Photo.id == only)
    if db.session.scalar(waiting.limit(1)) is None:
        return ()  # the usual case costs no write transaction
    with unit_of_work():
        ids = db.session.scalars(waiting.with_for_update(skip_locked=True)).all()
        db.session.execute(update(Photo).where(Photo.id.in_(ids)).values(claimed_until=moment + CLAIM))
    return ids


def _waiting(moment: datetime) -> Select[int]:
    free = or_(Photo.claimed_until.is_(None), Photo.claimed_until < moment)
    return select(Photo.id).where(Photo.state == PhotoState.RAW, free).order_by(Photo.id)


def _finish(photo_id: int, room: Darkroom, keeper: Lookout | None) -> None:
    photo = db.session.get(Photo, photo_id)
    if photo is None or photo.state is not PhotoState.RAW:
        return
    name, raw = photo.name, photo.raw
    with storage().workroom() as folder:
        ready = _develop(name, raw, room, keeper, folder)
    _mark(photo_id, ready)
    let_go([raw])


class Ready(NamedTuple):
    """A photo whose files lie in the storage."""

    developed: Developed  # of the whole picture, whatever is covered now
    seen: list[Sighting] | None  # None: nobody looked
    original: str = ""  # key of the photo as it was before anything was covered


def _develop(name: str, raw: str, room: Darkroom, keeper: Lookout | None, folder: Path) -> Ready | None:
    """The derivatives in the storage; None when the photo cannot be read."""
    source = folder / "raw"
    try:
        with storage().open(raw) as kept, source.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        developed = room.develop(source, folder)
        seen = keeper.look(developed.file("full")) if keeper is not None else None
        original = _cover(name, seen, room, developed) if seen else ""
    except (PhotoRefused, FileNotFoundError) as error:
        log.warning("photo %s cannot be developed: %s", name, type(error).__name__)
        return None
    put_derivatives(name, developed)
    return Ready(developed, seen, original)


def _cover(name: str, seen: Sequence[Sighting], room: Darkroom, developed: Developed) -> str:
    """Black boxes over what was seen, in the files that may become public; answers where the uncovered photo lies."""
    whole = developed.folder / "whole"
    developed.file("full").rename(whole)
    original = original_key(name)
    with whole.open("rb") as file:
        storage().put(original, file)
    room.mask(whole, [one.box for one in seen], developed.folder)
    return original


def put_derivatives(name: str, developed: Developed) -> None:
    for size in SIZES:
        with developed.file(size).open("rb") as file:
            storage().put(public_key(name, size), file)


def _mark(photo_id: int, ready: Ready | None) -> None:
    with unit_of_work():
        photo = db.session.get(Photo, photo_id, with_for_update=True)
        if photo is None or photo.state is not PhotoState.RAW:
            return  # removed meanwhile, or finished by somebody whose claim had run out
        photo.raw, photo.claimed_until = "", None
        if ready is None:
            photo.state = PhotoState.REFUSED
            return
        photo.state = PhotoState.READY
        photo.width, photo.height, photo.phash = ready.developed.width, ready.developed.height, ready.developed.phash
        if ready.seen is not None:
            photo.found = [[one.sort.value, *one.box] for one in ready.seen]
            photo.boxes = [list(one.box) for one in ready.seen]
        photo.original = ready.original
        alike.remember(photo)
