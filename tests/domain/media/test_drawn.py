"""The demo's photos are drawings, say so, and are cheap."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.adapters.storage import FolderStorage
from app.domain.media.develop import SIZES
from app.domain.media.drawn import Scene, Stock, draw
from app.domain.media.keys import new_name, public_key

PAPER = (251, 248, 241)
MARK = (520, 440, 632, 472)


@pytest.mark.parametrize("scene", Scene)
def test_each_scene_has_a_before_and_an_after(scene: Scene) -> None:
    before, after = draw(scene, 1), draw(scene, 1, is_after=True)
    assert before.size == after.size == (640, 480)
    difference = ImageChops.difference(before, after).convert("L").point(lambda light: 255 * (light > 40))
    assert difference.getbbox() is not None


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    assert draw(Scene.RUBBISH, 5).tobytes() == draw(Scene.RUBBISH, 5).tobytes()
    assert draw(Scene.RUBBISH, 5).tobytes() != draw(Scene.RUBBISH, 6).tobytes()


@pytest.mark.parametrize("scene", [Scene.LAMP, Scene.FLOOD, Scene.RELIC])
def test_a_drawing_is_marked_as_one_by_day_and_by_night(scene: Scene) -> None:
    corner = draw(scene, 2).crop(MARK)
    light = corner.convert("L").histogram()
    assert sum(light[200:]) > 0.6 * corner.width * corner.height
    assert sum(light[:90]) > 200


def test_a_stock_hangs_three_sizes_under_a_fresh_name(tmp_path: Path) -> None:
    files = FolderStorage(tmp_path)
    name = new_name()
    drawn = Stock(files).hang(name, Scene.POTHOLE, 4)
    sizes = {}
    for size in SIZES:
        with files.open(public_key(name, size)) as stream:
            data = stream.read()
        sizes[size] = Image.open(BytesIO(data)).size
        assert len(data) < 25_000
    assert sizes == {"full": (640, 480), "view": (640, 480), "thumb": (320, 240)}
    assert (drawn.width, drawn.height) == (640, 480)


def test_drawings_are_drawn_once_and_shared_without_touching_each_other(tmp_path: Path) -> None:
    files, names = FolderStorage(tmp_path), [new_name() for _ in range(200)]
    stock = Stock(files)
    for number, name in enumerate(names):
        stock.hang(name, Scene.TREE, number)
    assert len(list(files.walk("public/stock"))) == 6
    files.delete(public_key(names[0], "full"))
    files.put(public_key(names[1], "full"), b"masked")
    assert files.exists(public_key(names[3], "full"))
    with files.open(public_key(names[4], "full")) as stream:
        assert stream.read(4) == b"RIFF"


@pytest.mark.parametrize("scene", Scene)
def test_every_drawing_is_small(scene: Scene, tmp_path: Path) -> None:
    stock = Stock(FolderStorage(tmp_path))
    assert all(stock.hang(new_name(), scene, seed).size < 25_000 for seed in range(3))
