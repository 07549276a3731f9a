"""Masking makes a new photo under a new name; what it hid is private, and can be shown again."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.domain.errors import Gone, Invalid, Stale
from app.domain.media import mask, serve, store, sweep
from app.domain.media.develop import SIZES, Box
from app.domain.media.keys import public_key
from app.extensions import db, storage, unit_of_work
from app.jobs import photos as photos_job
from app.models import Photo
from tests.domain.media.test_store import attach, files_of, publish, stored
from tests.factories import a_report

pytestmark = pytest.mark.usefixtures("storage_url")
FACE = [0.0, 0.0, 0.25, 0.25]


def masked_as(photo: Photo, boxes: list[list[float]]) -> Photo:
    """As publication does it: drawn before the transaction, made the photo's in it, the old files gone after it."""
    prepared = mask.prepare_mask(photo, mask.boxes_from(boxes))
    with unit_of_work():
        done = mask.apply_mask(prepared)
    mask.forget_unmasked(prepared)
    return done


@pytest.fixture
def photo(db_session: Session) -> Photo:
    """Of a report, developed and public."""
    photo = attach(a_report())
    store.finish_pending()
    publish(photo)
    return photo


def top_left(name: str, size: str = "full") -> tuple[int, int, int]:
    with storage().open(public_key(name, size)) as stream:
        return Image.open(BytesIO(stream.read())).getpixel((8, 8))


def test_a_mask_gets_a_new_name_and_the_old_one_is_gone(photo: Photo) -> None:
    old = photo.name
    masked = masked_as(photo, [FACE])
    assert masked.name != old
    assert masked.boxes == [FACE]
    assert all(max(top_left(masked.name, size)) < 40 for size in SIZES)
    with pytest.raises(Gone):
        serve.shown_photo(old, "full", may_see=lambda seen: True)
    assert serve.shown_photo(masked.name, "full") == (public_key(masked.name, "full"), True)
    assert stored("public/photo") == files_of(masked.name)


def test_what_was_hidden_is_kept_privately_and_can_be_shown_again(photo: Photo) -> None:
    masked = masked_as(photo, [FACE])
    assert stored("private") == {masked.original}
    shown = masked_as(masked, [])
    assert shown.boxes == []
    assert top_left(shown.name)[0] > 150


def test_boxes_are_drawn_over_the_original_and_not_over_each_other(photo: Photo) -> None:
    first = masked_as(photo, [FACE])
    moved = masked_as(first, [[0.5, 0.5, 0.2, 0.2]])
    assert top_left(moved.name)[0] > 150
    assert stored("private") == {moved.original}


def test_when_the_originals_time_is_over_masks_only_grow(photo: Photo) -> None:
    masked_as(photo, [FACE])
    assert sweep.forget_originals(timedelta(days=90)) == 0
    assert sweep.forget_originals(timedelta(seconds=-2)) == 1
    db.session.expire_all()
    assert photo.original == ""
    assert stored("private") == set()
    assert max(top_left(masked_as(photo, []).name)) < 40


def test_the_sweep_forgets_what_a_photo_showed_before_it_was_covered(
    photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked_as(photo, [FACE])
    assert photos_job.sweep() == 0
    monkeypatch.setattr(photos_job, "ORIGINALS_KEPT", timedelta(seconds=-2))
    assert photos_job.sweep() == 1
    assert stored("private") == set()


def test_a_mask_over_a_photo_that_was_masked_meanwhile_is_stale(photo: Photo) -> None:
    late = mask.prepare_mask(photo, mask.boxes_from([FACE]))
    masked_as(photo, [[0.5, 0.5, 0.2, 0.2]])
    with pytest.raises(Stale), unit_of_work():
        mask.apply_mask(late)
    assert photo.boxes == [[0.5, 0.5, 0.2, 0.2]]
    sweep.sweep_orphans(timedelta(seconds=-2))
    assert stored("public/photo") == files_of(photo.name)


def test_a_photo_that_is_not_developed_cannot_be_masked(db_session: Session) -> None:
    with pytest.raises(Stale):
        masked_as(attach(a_report()), [FACE])


@pytest.mark.parametrize(
    ("numbers", "boxes"),
    [
        ([[0.1, 0.2, 0.3, 0.4]], (Box(0.1, 0.2, 0.3, 0.4),)),
        ([["0.1", "0.2", "0.3", "0.4"]], (Box(0.1, 0.2, 0.3, 0.4),)),
        ([[-1, -1, 9, 9]], (Box(0, 0, 1, 1),)),
        ([[0.9, 0.9, 0.5, 0.5]], (Box(0.9, 0.9, 0.1, 0.1),)),
        ([[0.5, 0.5, 0.0001, 0.5], [2, 2, 1, 1], [0.5, 0.5, -0.2, 0.1]], ()),
        ([], ()),
    ],
)
def test_boxes_are_cut_at_the_edges_and_slips_left_out(numbers: list[list[float]], boxes: tuple[Box, ...]) -> None:
    assert mask.boxes_from(numbers) == boxes


@pytest.mark.parametrize(
    "numbers", [[[1, 2, 3]], [["a", 0, 1, 1]], [[float("nan"), 0, 1, 1]], [[None] * 4], [[0, 0, 1e999, 1]]]
)
def test_boxes_that_make_no_sense_are_refused(numbers: list[list[float]]) -> None:
    with pytest.raises(Invalid):
        mask.boxes_from(numbers)


def test_too_many_boxes_are_refused() -> None:
    with pytest.raises(Invalid):
        mask.boxes_from([FACE] * 41)
