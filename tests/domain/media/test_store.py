"""A photo that was acknowledged is never lost, and one that was taken back is never kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.adapters.storage import StorageFull
from app.domain.errors import Gone, NotFound
from app.domain.media import serve, store, sweep
from app.domain.media.develop import SIZES
from app.domain.media.exif import LatLng
from app.domain.media.keys import new_name, public_key, raw_key
from app.domain.media.refusal import Fault, PhotoRefused
from app.extensions import db, storage, unit_of_work
from app.models import Draft, Photo, Report, RetiredName, now
from app.models.choices import PhotoKind, PhotoState, Publication
from tests import photos
from tests.factories import a_report
from tests.support.application import Clock

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("storage_url")


@pytest.fixture
def draft(db_session: Session) -> Draft:
    return make_draft("client-1")


def make_draft(client_id: str) -> Draft:
    with unit_of_work() as session:
        draft = Draft(client_id=client_id, secret_hash="x", data={}, created_at=now(), expires_at=now())
        session.add(draft)
    return draft


def attach(owner: Draft | Report, data: bytes | None = None, filename: str = "IMG_1.jpg", **options: object) -> Photo:
    return store.attach(owner, BytesIO(data or photos.jpeg()), filename, **options)


def stored(under: str) -> set[str]:
    return {file.key for file in storage().walk(under)}


def files_of(name: str) -> set[str]:
    return {public_key(name, size) for size in SIZES}


def publish(photo: Photo, publication: Publication = Publication.FULL) -> None:
    with unit_of_work() as session:
        session.get_one(Photo, photo.id).published_at = now()
        session.get_one(Report, photo.report_id).publication = publication


def test_an_attached_photo_waits_privately_with_what_its_header_said(draft: Draft) -> None:
    photo = attach(draft)
    assert photo.state is PhotoState.RAW
    assert (photo.draft_id, photo.report_id, photo.kind) == (draft.id, None, PhotoKind.BEFORE)
    assert (photo.lat, photo.lng) == pytest.approx(photos.HOAN_KIEM, abs=1e-5)
    assert photo.has_location
    assert stored("private/raw") == {photo.raw}
    assert stored("public/photo") == set()


def test_a_refused_file_leaves_nothing_and_the_others_stay(draft: Draft) -> None:
    attach(draft)
    with pytest.raises(PhotoRefused):
        attach(draft, photos.text(), "note.jpg")
    assert len(store.of(draft)) == 1
    assert len(stored("private/raw")) == 1


def test_the_fifth_photo_is_refused_and_its_file_gone(draft: Draft) -> None:
    for number in range(4):
        attach(draft, filename=f"{number}.jpg")
    with pytest.raises(PhotoRefused) as refused:
        attach(draft, filename="5.jpg")
    assert refused.value.fault is Fault.TOO_MANY
    assert [photo.position for photo in store.of(draft)] == [0, 1, 2, 3]
    assert len(stored("private/raw")) == 4


def test_photos_of_another_kind_and_owner_count_apart(draft: Draft) -> None:
    for _ in range(4):
        attach(draft)
    attach(draft, kind=PhotoKind.AFTER)
    attach(make_draft("client-2"))


def test_one_taken_back_makes_room(draft: Draft) -> None:
    first, *_ = [attach(draft) for _ in range(4)]
    store.discard(first)
    attach(draft)
    assert len(store.of(draft)) == 4


def test_the_devices_place_stands_in_for_a_stripped_one(draft: Draft) -> None:
    photo = attach(draft, photos.jpeg(place=None), place=LatLng(21.03, 105.85))
    assert (photo.lat, photo.lng, photo.has_location) == (21.03, 105.85, True)


def test_without_any_place_none_is_claimed(draft: Draft) -> None:
    assert not attach(draft, photos.jpeg(place=None)).has_location


def test_a_failed_unit_of_work_leaves_no_row_and_a_file_for_the_sweep(draft: Draft) -> None:
    taken = store.take(BytesIO(photos.jpeg()), "a.jpg")
    with pytest.raises(PhotoRefused), unit_of_work():
        add_and_fail(taken, draft)
    assert store.of(draft) == []
    store.drop(taken.name)
    assert stored("private") == set()


def add_and_fail(taken: store.Taken, draft: Draft) -> None:
    store.add(taken, draft)
    raise PhotoRefused(Fault.BROKEN)


def no_room(key: str, data: object) -> None:
    raise StorageFull(28, "no room left for files")


def test_a_full_disk_is_said_and_keeps_nothing(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage(), "put", no_room)
    with pytest.raises(StorageFull):
        attach(draft)
    assert store.of(draft) == []


# --- after the request ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [photos.jpeg(), photos.png(), photos.webp(), photos.heic()])
def test_pending_photos_are_developed_and_the_raw_file_is_gone(draft: Draft, data: bytes) -> None:
    photo = attach(draft, data)
    assert store.finish_pending() == 1
    assert photo.state is PhotoState.READY
    assert photo.phash is not None
    assert stored("public/photo") == files_of(photo.name)
    assert stored("private") == set()
    assert store.finish_pending() == 0


def test_what_cannot_be_decoded_is_marked_and_gone_and_the_rest_is_ready(draft: Draft) -> None:
    broken, whole = attach(draft, photos.scrambled_png()), attach(draft)
    assert store.finish_pending() == 2
    assert (broken.state, whole.state) == (PhotoState.REFUSED, PhotoState.READY)
    assert store.of(draft) == [whole]
    assert stored("private") == set()
    assert stored("public/photo") == files_of(whole.name)


def test_a_raw_file_that_vanished_is_refused_and_not_tried_for_ever(draft: Draft) -> None:
    photo = attach(draft)
    storage().delete(photo.raw)
    store.finish_pending()
    assert photo.state is PhotoState.REFUSED


def test_a_claimed_photo_is_left_alone_until_the_claim_runs_out(draft: Draft) -> None:
    photo = attach(draft)
    with unit_of_work() as session:
        session.get_one(Photo, photo.id).claimed_until = now() + timedelta(minutes=5)
    assert store.finish_pending() == 0
    with unit_of_work() as session:
        session.get_one(Photo, photo.id).claimed_until = now() - timedelta(seconds=1)
    assert store.finish_pending() == 1
    assert photo.state is PhotoState.READY


def test_a_photo_removed_while_it_was_developed_stays_removed(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = attach(draft)
    develop = store._develop

    def slowly(*args: object) -> object:
        done = develop(*args)
        with unit_of_work() as session:
            store.remove(session.get_one(Photo, photo.id))
        return done

    monkeypatch.setattr(store, "_develop", slowly)
    store.finish_pending()
    db.session.expire_all()
    assert photo.state is PhotoState.REMOVED
    assert sweep.sweep_orphans(timedelta(seconds=-2)) == 3
    assert stored("public") == set()


def test_when_the_disk_fills_photos_wait_for_a_minute_and_no_longer(
    draft: Draft, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    waiting = [attach(draft), attach(draft)]
    with monkeypatch.context() as full:
        full.setattr(storage(), "put", no_room)
        with pytest.raises(StorageFull):
            store.finish_pending()
    assert {photo.state for photo in waiting} == {PhotoState.RAW}
    assert store.finish_pending() == 0
    clock.forward(seconds=61)
    assert store.finish_pending() == 2
    db.session.expire_all()
    assert {photo.state for photo in waiting} == {PhotoState.READY}


def free_claims() -> None:
    """Ten minutes pass."""
    with unit_of_work() as session:
        session.execute(update(Photo).values(claimed_until=None))


# Says when it has the second photo in hand, and goes no further.
WORKER = """
import sys
from pathlib import Path
from threading import Thread
from time import sleep
from app import Config, create_app
from app.domain.media import store
from app.domain.media.develop import Darkroom
from app.extensions import storage
data, url, city, files, moment = sys.argv[1:]
known = {"data": Path(data), "database_url": url, "city_folder": Path(city), "storage_url": files}
app = create_app(Config(**known, secret_key="x" * 40, testing=True))

def stopping_at_call(number, step):
    calls = iter(range(1, 100))
    def counted(*args):
        if next(calls) < number:
            return step(*args)
        if moment == "developing":
            Thread(target=step, args=args).start()
        print(moment, flush=True)
        sleep(600)
    return counted

with app.app_context():
    if moment == "developing":
        Darkroom.develop = stopping_at_call(2, Darkroom.develop)
    elif moment == "storing":
        storage().put = stopping_at_call(5, storage().put)
    else:
        store._mark = stopping_at_call(2, store._mark)
    while store.finish_pending(limit=1):
        pass
"""


def workrooms() -> list[Path]:
    return list(current_app.config["HOIAM"].storage.glob(".unfinished-*"))


@pytest.mark.proof
@pytest.mark.parametrize(("moment", "files_left"), [("developing", 3), ("storing", 4), ("marking", 6)])
def test_a_worker_killed_in_the_middle_loses_nothing(
    draft: Draft, app: Flask, storage_url: str, moment: str, files_left: int
) -> None:
    names = [attach(draft, filename=f"{number}.jpg").name for number in range(3)]
    config = app.config["HOIAM"]
    where = (str(config.data), config.database_url, str(config.city_folder), storage_url, moment)
    command = [sys.executable, "-c", WORKER, *where]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout.readline().strip() == moment
        finally:
            os.kill(worker.pid, signal.SIGKILL)
    db.session.expire_all()
    assert [photo.state for photo in store.of(draft)] == [PhotoState.READY, PhotoState.RAW, PhotoState.RAW]
    assert len(stored("public/photo")) == files_left
    free_claims()
    while store.finish_pending():
        pass
    rows = db.session.scalars(select(Photo).order_by(Photo.id)).all()
    assert [(photo.name, photo.state) for photo in rows] == [(name, PhotoState.READY) for name in names]
    assert stored("public/photo") == set().union(*map(files_of, names))
    sweep.sweep_orphans(timedelta(seconds=-2))
    assert stored("private") == set()
    assert workrooms() == []


# --- who may see ------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(db_session: Session) -> Photo:
    """Of a report, developed, not yet published."""
    photo = attach(a_report())
    store.finish_pending()
    return photo


def test_only_a_published_photo_is_everybodys(photo: Photo) -> None:
    with pytest.raises(NotFound):
        serve.shown_photo(photo.name, "view")
    own = serve.shown_photo(photo.name, "view", may_see=lambda seen: seen.id == photo.id)
    assert own == (public_key(photo.name, "view"), False)
    publish(photo)
    key, is_public = serve.shown_photo(photo.name, "full")
    assert is_public
    with storage().open(key) as stream:
        assert stream.read(4) == b"RIFF"


def test_a_published_photo_hides_with_its_report(photo: Photo) -> None:
    for publication in (Publication.PIN, Publication.NONE):
        publish(photo, publication)
        with pytest.raises(NotFound):
            serve.shown_photo(photo.name, "full")


def test_a_photo_that_can_still_be_undone_is_not_public(photo: Photo) -> None:
    publish(photo)
    with unit_of_work() as session:
        session.get_one(Photo, photo.id).published_at = now() + timedelta(seconds=60)
    with pytest.raises(NotFound):
        serve.shown_photo(photo.name, "full")


def test_a_photo_that_is_not_developed_is_shown_to_nobody(draft: Draft) -> None:
    with pytest.raises(NotFound):
        serve.shown_photo(attach(draft).name, "full", may_see=lambda photo: True)


@pytest.mark.parametrize(
    ("name", "size"), [("x" * 22, "full"), ("../../secret", "full"), ("", "full"), ("é" * 22, "full")]
)
def test_unknown_names_are_not_found(db_session: Session, name: str, size: str) -> None:
    with pytest.raises(NotFound):
        serve.shown_photo(name, size)


def test_unknown_sizes_are_not_found(photo: Photo) -> None:
    publish(photo)
    with pytest.raises(NotFound):
        serve.shown_photo(photo.name, "raw")


def test_a_removed_photo_is_gone(photo: Photo) -> None:
    publish(photo)
    name = photo.name
    store.discard(photo)
    with pytest.raises(Gone):
        serve.shown_photo(name, "full", may_see=lambda seen: True)
    assert stored("public") == set()
    db.session.expire_all()
    assert (photo.lat, photo.lng, photo.phash) == (None, None, None)


def test_a_retired_name_is_gone(db_session: Session) -> None:
    name = new_name()
    with unit_of_work() as session:
        session.add(RetiredName(name=name, at=now()))
    with pytest.raises(Gone):
        serve.shown_photo(name, "full")


# --- sweeping ---------------------------------------------------------------------------------------------------------


def test_the_sweep_takes_what_nobody_names_and_nothing_else(photo: Photo, draft: Draft) -> None:
    waiting = attach(draft)
    stray = new_name()
    for key in (raw_key(stray), public_key(stray, "full"), "private/original/zz/" + stray + ".webp"):
        storage().put(key, b"stray")
    assert sweep.sweep_orphans() == 0
    assert sweep.sweep_orphans(timedelta(seconds=-2)) == 3
    assert stored("public/photo") == files_of(photo.name)
    assert stored("private") == {waiting.raw}
    assert sweep.sweep_orphans(timedelta(seconds=-2)) == 0
