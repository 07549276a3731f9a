"""The darkroom turns, shrinks and strips, and dies alone."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest
from PIL import Image

from app.domain.media.develop import SIZES, Box, Darkroom, Developed, darkroom
from app.domain.media.refusal import Fault, PhotoRefused
from tests import photos

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)


@pytest.fixture(scope="module")
def room() -> Darkroom:
    with darkroom() as kept:
        yield kept


def developed(room: Darkroom, data: bytes, folder: Path) -> Developed:
    source = folder / "raw"
    source.write_bytes(data)
    return room.develop(source, folder)


def corners(path: Path) -> list[tuple[int, int, int]]:
    """Top left, top right, bottom left."""
    with Image.open(path) as image:
        right, bottom = image.width - 9, image.height - 9
        return [image.convert("RGB").getpixel(at) for at in ((8, 8), (right, 8), (8, bottom))]


def measured(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def is_near(seen: tuple[int, int, int], meant: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(seen, meant, strict=True))


ON_END = {
    1: [RED, GREEN, BLUE],
    3: [None, BLUE, GREEN],
    6: [BLUE, RED, None],
    8: [GREEN, None, RED],
}


@pytest.mark.parametrize("orientation", ON_END)
def test_a_photo_stands_upright(room: Darkroom, tmp_path: Path, orientation: int) -> None:
    done = developed(room, photos.jpeg(800, 600, orientation=orientation), tmp_path)
    assert (done.width, done.height) == ((600, 800) if orientation in (6, 8) else (800, 600))
    for seen, meant in zip(corners(done.file("full")), ON_END[orientation], strict=True):
        assert meant is None or is_near(seen, meant)


@pytest.mark.parametrize(
    "data",
    [
        photos.jpeg(text=photos.SCRIPT),
        photos.png(place=photos.HOAN_KIEM),
        photos.webp(place=photos.HOAN_KIEM),
        photos.heic(),
        photos.profiled_jpeg(),
        photos.polyglot_jpeg(),
    ],
    ids=["jpeg", "png", "webp", "heic", "profile", "polyglot"],
)
def test_nothing_but_pixels_is_left(room: Darkroom, tmp_path: Path, data: bytes) -> None:
    done = developed(room, data, tmp_path)
    for size in SIZES:
        stored = done.file(size).read_bytes()
        assert stored[:4] + stored[8:16] == b"RIFFWEBPVP8 "
        assert int.from_bytes(stored[16:20], "little") + 20 in (len(stored), len(stored) - 1)
        assert b"script" not in stored
        with Image.open(done.file(size)) as image:
            assert not image.getexif()
            assert "icc_profile" not in image.info


def test_three_sizes_are_made(room: Darkroom, tmp_path: Path) -> None:
    done = developed(room, photos.jpeg(4000, 3000), tmp_path)
    sizes = {size: measured(done.file(size)) for size in SIZES}
    assert sizes == {"full": (2048, 1536), "view": (1024, 768), "thumb": (320, 240)}
    assert (done.width, done.height) == (2048, 1536)


def test_a_small_photo_is_not_blown_up(room: Darkroom, tmp_path: Path) -> None:
    done = developed(room, photos.jpeg(300, 240), tmp_path)
    assert measured(done.file("view")) == (300, 240)


def test_a_profile_is_followed_and_then_gone(room: Darkroom, tmp_path: Path) -> None:
    top_left, top_right, _ = corners(developed(room, photos.profiled_jpeg(), tmp_path).file("full"))
    assert top_left[1] > top_left[0]
    assert top_right[0] > top_right[1]


def test_cmyk_becomes_the_same_colours(room: Darkroom, tmp_path: Path) -> None:
    seen = corners(developed(room, photos.cmyk_jpeg(), tmp_path).file("full"))
    assert all(is_near(a, b) for a, b in zip(seen, [RED, GREEN, BLUE], strict=True))


def test_transparent_becomes_paper(room: Darkroom, tmp_path: Path) -> None:
    seen = corners(developed(room, photos.transparent_png(), tmp_path).file("full"))
    assert all(min(spot) > 250 for spot in seen)


def test_sixteen_bit_grey_stays_grey(room: Darkroom, tmp_path: Path) -> None:
    spot = corners(developed(room, photos.deep_grey_png(), tmp_path).file("full"))[0]
    assert is_near(spot, (128, 128, 128))


def test_alike_photos_have_alike_hashes(room: Darkroom, tmp_path: Path) -> None:
    def bits(data: bytes) -> int:
        return developed(room, data, tmp_path).phash & (2**64 - 1)

    large, small = bits(photos.jpeg(1600, 1200)), bits(photos.webp(640, 480))
    other = bits(photos.jpeg(800, 600, orientation=3))
    assert (large ^ small).bit_count() <= 4
    assert (large ^ other).bit_count() > 8


def test_a_hash_fits_a_signed_64_bit_column(room: Darkroom, tmp_path: Path) -> None:
    for orientation in ON_END:
        assert -(2**63) <= developed(room, photos.jpeg(orientation=orientation), tmp_path).phash < 2**63


@pytest.mark.parametrize(
    "data",
    [
        photos.bomb(),
        photos.cut_jpeg(),
        photos.scrambled_png(),
        photos.lying_png(),
        photos.text(),
        photos.gif(),
        photos.svg(),
        photos.heic()[:1500],
    ],
    ids=["bomb", "cut", "scrambled", "lying", "text", "gif", "svg", "half heic"],
)
def test_what_cannot_be_decoded_is_refused_and_the_next_one_works(room: Darkroom, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(PhotoRefused) as refused:
        developed(room, data, tmp_path)
    assert refused.value.fault is Fault.BROKEN
    assert developed(room, photos.jpeg(), tmp_path).width == 800


def test_a_darkroom_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")  # opening it waits for a writer who never comes
    with darkroom(wall_seconds=0.5) as room:
        begun = monotonic()
        with pytest.raises(PhotoRefused):
            room.develop(tmp_path / "endless", tmp_path)
        assert monotonic() - begun < 1.5


def test_a_darkroom_killed_from_outside_is_tried_again(tmp_path: Path) -> None:
    waiting = tmp_path / "raw"
    os.mkfifo(waiting)
    with darkroom(wall_seconds=30) as room:
        killer = threading.Thread(target=_kill_then_give, args=(room, waiting, photos.jpeg()))
        killer.start()
        assert room.develop(waiting, tmp_path).width == 800
        killer.join()


def _kill_then_give(room: Darkroom, waiting: Path, data: bytes) -> None:
    while room._child._process is None:
        sleep(0.02)
    sleep(0.5)
    whole = waiting.with_name("whole")
    whole.write_bytes(data)
    whole.rename(waiting)  # the first darkroom still waits at the old one
    os.kill(room._child._process.pid, signal.SIGKILL)


def test_a_darkroom_knows_nothing_of_our_secrets(
    room: Darkroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOIAM_SECRET_KEY", "not for the darkroom")
    with darkroom() as fresh:
        developed(fresh, photos.jpeg(), tmp_path)
        process = fresh._child._process
        assert process
        surroundings = Path(f"/proc/{process.pid}/environ").read_bytes()
        mapped = Path(f"/proc/{process.pid}/maps").read_text()
        limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert b"HOIAM" not in surroundings
    assert "sqlite" not in mapped
    assert str(1024**3) in limits


def test_the_largest_photo_we_take_fits_into_the_limits(room: Darkroom, tmp_path: Path) -> None:
    huge = Image.new("RGBA", (8000, 5000), (10, 120, 200, 128))
    done = developed(room, photos.saved(huge, "PNG", compress_level=1), tmp_path)
    assert (done.width, done.height) == (2048, 1280)


def test_boxes_are_black_to_the_edge_and_the_rest_is_not(room: Darkroom, tmp_path: Path) -> None:
    source = tmp_path / "raw"
    source.write_bytes(photos.webp(800, 600))
    done = room.mask(source, [Box(0.0, 0.0, 0.25, 0.25)], tmp_path)
    for size in SIZES:
        top_left, top_right, _ = corners(done.file(size))
        assert max(top_left) < 40
        assert is_near(top_right, GREEN)


def test_a_folder_that_is_not_there_is_not_the_photos_fault(room: Darkroom, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(photos.jpeg())
    with pytest.raises(FileNotFoundError):
        room.develop(tmp_path / "raw", tmp_path / "nowhere")
