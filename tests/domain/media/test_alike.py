"""A picture that was sent before is told to staff, by one look-up, and never refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain.media import alike, store
from app.extensions import db, unit_of_work
from app.models import Photo, PhotoBand, Report
from tests import photos
from tests.factories import a_report, actor, staff, unit_of
from tests.support.application import Browser

WHOLE = st.integers(-(2**63), 2**63 - 1)


def scene(seed: int) -> Image.Image:
    """A picture whose light differs from spot to spot, and from seed to seed."""
    spots = Image.frombytes("L", (9, 8), Random(seed).randbytes(72))
    return spots.resize((900, 800), Image.Resampling.BICUBIC).convert("RGB")


def sent(picture: Image.Image, **report: object) -> Photo:
    photo = store.attach(a_report(**report), BytesIO(photos.saved(picture, "JPEG", quality=80)), "anh.jpg")
    store.finish_pending()
    db.session.refresh(photo)
    return photo


def told(photo: Photo) -> list[str]:
    report = db.session.get_one(Report, photo.report_id)
    return [one.code for one in alike.sent_before([photo], seen_by=actor(unit_of(report)))]


def code_of(photo: Photo) -> str:
    return db.session.get_one(Report, photo.report_id).code


@given(WHOLE, st.sets(st.integers(0, 63), max_size=7))
def test_seven_bits_may_differ_and_one_band_is_still_found(phash: int, flipped: set[int]) -> None:
    other = phash
    for bit in flipped:
        other ^= 1 << bit
    asked = {near for band in alike.bands(phash) for near in alike.one_bit_off(band)}
    assert asked & set(alike.bands(other))
    assert alike.differing(phash, other) == len(flipped)


def test_a_photo_sent_again_smaller_and_blurred_is_told(db_session: Session) -> None:
    picture = scene(1)
    first = sent(picture)
    again = sent(picture.resize((640, 569)).filter(ImageFilter.GaussianBlur(1)))
    sent(scene(7))
    assert told(again) == [code_of(first)]
    assert told(first) == [code_of(again)]


def test_another_photo_of_the_same_report_is_nothing_to_tell(db_session: Session) -> None:
    first = sent(scene(2))
    report = db.session.get_one(Report, first.report_id)
    store.attach(report, BytesIO(photos.saved(scene(2), "JPEG", quality=60)), "lai.jpg")
    store.finish_pending()
    assert told(first) == []


def test_a_dark_wall_is_like_any_other_and_not_told(db_session: Session) -> None:
    sent(Image.new("RGB", (800, 600), (12, 12, 14)))
    assert told(sent(Image.new("RGB", (800, 600), (12, 12, 14)))) == []


def test_what_is_older_than_two_years_or_removed_is_not_told(db_session: Session) -> None:
    first, again = sent(scene(3)), sent(scene(3))
    with unit_of_work():
        db.session.get_one(Photo, first.id).created_at -= alike.REMEMBERED + timedelta(days=1)
    assert told(again) == []
    third = sent(scene(3))
    assert told(third) == [code_of(again)]
    store.discard(again)
    assert told(third) == []
    assert db.session.scalars(select(PhotoBand).where(PhotoBand.photo_id == again.id)).all() == []


@pytest.mark.only_sqlite  # PostgreSQL walks a table of a few rows, and is right to
def test_the_look_up_goes_by_the_index(db_session: Session) -> None:
    """However many photos there are, the bands are sought in their index and never walked."""
    asked = ", ".join(map(str, range(272)))
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN SELECT photo_id FROM photo_band WHERE band IN ({asked})")).all()
    assert [row[-1] for row in plan if "SEARCH photo_band" in row[-1]], plan


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_desk_says_which_report_has_the_same_photo(
    db_session: Session,
    sign_in: Callable[..., Browser],
    prefix: str,
) -> None:
    first, again = sent(scene(4)), sent(scene(4))
    desk = sign_in(staff(unit_of(db.session.get_one(Report, again.report_id))))
    page = desk.get(f"{prefix}/desk/r/{code_of(again)}").text
    assert f'href="{prefix}/desk/r/{code_of(first)}"' in page
    assert ("giống ảnh của phản ánh" in page) is (prefix == "")
