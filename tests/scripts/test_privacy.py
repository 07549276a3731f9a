"""The figures of docs/privacy.md do not fall: what betrays people is found as often, and no more is found wrongly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from app.domain.media import look, store
from app.domain.media.keys import public_key
from app.extensions import db, storage

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from privacy import photos, words  # noqa: E402  the path stands above

from tests import factories  # noqa: E402
from tests import photos as made  # noqa: E402


@pytest.mark.parametrize(("odd", "hits", "wanted"), [(True, 89, 89), (False, 77, 84)])
def test_what_betrays_people_is_found_as_often_as_the_book_says(odd: bool, hits: int, wanted: int) -> None:
    told = words.score(odd)
    assert sum(told.wanted.values()) == wanted
    assert sum(told.hit.values()) >= hits, told.missed if odd else "an even id: do not look at which"
    assert told.wrong == []


def test_the_book_tells_the_figures_as_they_are() -> None:
    book = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    odd, even = words.score(True), words.score(False)
    row = " | ".join(f"**{sum(one.hit.values())} of {sum(one.wanted.values())}**" for one in (odd, even))
    assert f"| {row} |" in book


@pytest.fixture(scope="module")
def lookout() -> Iterator[look.Lookout]:
    with closing(look.Lookout()) as keeper:
        yield keeper


@pytest.mark.proof
def test_faces_and_plates_are_covered_as_often_as_the_book_says(lookout: look.Lookout, tmp_path: Path) -> None:
    assert photos.faces(lookout, tmp_path, 120, each=1).found == len(photos.FACES)
    for lines in (1, 2):
        assert photos.number_plates(lookout, tmp_path, lines, 140, each=2).found == 2


@pytest.mark.proof
def test_a_photo_with_a_plate_is_covered_from_the_first_moment(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "looks_for_faces", lambda: True)
    put = photos.plates.put(photos.scene("motorcycle_left.png"), Random(3), lines=2, width=200)
    photo = store.attach(factories.a_report(), BytesIO(made.saved(put.photo, "JPEG", quality=88)), "xe.jpg")
    store.finish_pending()
    db.session.refresh(photo)
    assert [sort for sort, *_box in photo.found or ()] == ["writing"] * len(photo.boxes)
    assert photo.boxes
    across, down = (put.box[0] + put.box[2]) / 2 / photos.WIDTH, (put.box[1] + put.box[3]) / 2 / photos.HEIGHT
    assert max(_at(public_key(photo.name, "full"), across, down)) < 40
    assert max(_at(public_key(photo.name, "view"), across, down)) < 40
    assert photo.original
    assert max(_at(photo.original, across, down)) >= 0


def _at(key: str, across: float, down: float) -> tuple[int, ...]:
    with storage().open(key) as file:
        picture = Image.open(BytesIO(file.read())).convert("RGB")
    spot = picture.getpixel((int(across * picture.width), int(down * picture.height)))
    assert isinstance(spot, tuple)
    return spot


def test_without_the_extra_photos_are_developed_and_nobody_has_looked(app: Flask, db_session: Session) -> None:
    photo = store.attach(factories.a_report(), BytesIO(made.jpeg()), "anh.jpg")
    store.finish_pending()
    db.session.refresh(photo)
    assert (photo.found, photo.boxes, photo.original) == (None, [], "")


def test_a_lookout_that_dies_keeps_no_photo_back(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(look, "LOOKOUT", broken)
    monkeypatch.setattr(look, "is_there", lambda: True)
    photo = store.attach(factories.a_report(), BytesIO(made.jpeg()), "anh.jpg")
    store.finish_pending()
    db.session.refresh(photo)
    assert photo.found is None
    assert photo.state.value == "ready"
