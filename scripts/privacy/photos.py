"""What the lookout finds on photos: faces of freely licensed pictures, plates drawn into them, and neither."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image, ImageEnhance, ImageFilter

from app.domain.media.develop import Box
from app.domain.media.look import Lookout, Sort
from privacy import plates

# All lie inside the package scikit-image: public domain or CC0 (its data/_fetchers.py says so of each).
FACES = {"astronaut.png": (178, 58, 270, 178), "camera.png": (200, 118, 258, 197)}
SCENES = (
    "rocket.jpg",
    "coffee.png",
    "motorcycle_left.png",
    "motorcycle_right.png",
    "grass.png",
    "gravel.png",
    "brick.png",
)
NOBODY = (*SCENES, "chelsea.png")  # a cat
WIDTH, HEIGHT = 1600, 1200
FACE_HEIGHTS = (240, 120, 80, 50, 32)  # points, in a photo 1600 wide
PLATE_WIDTHS = (300, 200, 140, 100, 70)
EACH = 6  # photos of one kind and size
COVERED = 0.9  # of a face or plate under boxes: less is a miss


class Tally(NamedTuple):
    found: int
    of: int
    boxes_elsewhere: int

    def __str__(self) -> str:
        return f"{self.found} of {self.of} covered, {self.boxes_elsewhere} boxes elsewhere"


def picture(name: str) -> Image.Image:
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise SystemExit("The pictures lie inside scikit-image: .venv/bin/pip install --no-deps scikit-image")
    with Image.open(Path(spec.origin).parent / "data" / name) as kept:
        return kept.convert("RGB")


def scene(name: str) -> Image.Image:
    return picture(name).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def with_face(name: str, height: int, chance: Random) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """A person of the picture, cut out with shoulders and set into a scene, tilted, darkened and blurred a little."""
    left, top, right, bottom = FACES[name]
    margin = (bottom - top) // 2
    cut = (max(left - margin, 0), max(top - margin, 0), right + margin, bottom + margin)
    person = picture(name).crop(cut)
    if chance.random() < 0.5:
        person = person.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        cut_left, cut_right = person.width - (right - cut[0]), person.width - (left - cut[0])
    else:
        cut_left, cut_right = left - cut[0], right - cut[0]
    factor = height / (bottom - top)
    person = person.resize((round(person.width * factor), round(person.height * factor)), Image.Resampling.LANCZOS)
    tilted = person.rotate(chance.uniform(-15, 15), Image.Resampling.BICUBIC)
    photo = scene(chance.choice(SCENES))
    x, y = chance.randint(0, WIDTH - person.width), chance.randint(0, HEIGHT - person.height)
    photo.paste(tilted, (x, y))
    photo = ImageEnhance.Brightness(photo).enhance(chance.uniform(0.45, 1.2))
    photo = photo.filter(ImageFilter.GaussianBlur(chance.uniform(0, height / 60)))
    face = (cut_left * factor, (top - cut[1]) * factor, cut_right * factor, (bottom - cut[1]) * factor)
    return photo, (round(x + face[0]), round(y + face[1]), round(x + face[2]), round(y + face[3]))


def seen(lookout: Lookout, photo: Image.Image, folder: Path) -> list[tuple[Sort, Box]]:
    file = folder / "full.webp"
    photo.save(file, "WEBP", quality=82)
    found = lookout.look(file)
    if found is None:
        raise SystemExit("The lookout did not answer: is requirements-vision.txt installed?")
    return [(one.sort, one.box) for one in found]


def covers(boxes: list[Box], place: tuple[int, int, int, int]) -> bool:
    """Do the boxes hide the middle nine tenths of this place?"""
    left, top, right, bottom = place
    points = [
        (left + (right - left) * (0.05 + 0.9 * across / 9), top + (bottom - top) * (0.05 + 0.9 * down / 9))
        for across in range(10)
        for down in range(10)
    ]
    hidden = sum(
        any(box.x <= x / WIDTH <= box.x + box.width and box.y <= y / HEIGHT <= box.y + box.height for box in boxes)
        for x, y in points
    )
    return hidden >= COVERED * len(points)


def _touches(box: Box, place: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = place
    across = box.x * WIDTH < right and left < (box.x + box.width) * WIDTH
    return across and box.y * HEIGHT < bottom and top < (box.y + box.height) * HEIGHT


def faces(lookout: Lookout, folder: Path, height: int, *, each: int = EACH) -> Tally:
    found = of = elsewhere = 0
    for name in FACES:
        for number in range(each):
            photo, place = with_face(name, height, Random(f"{name} {height} {number}"))
            boxes = [box for sort, box in seen(lookout, photo, folder) if sort is Sort.FACE]
            of += 1
            found += covers(boxes, place)
            elsewhere += sum(not _touches(box, place) for box in boxes)
    return Tally(found, of, elsewhere)


def number_plates(lookout: Lookout, folder: Path, lines: int, width: int, *, each: int = EACH) -> Tally:
    found = of = elsewhere = 0
    for number in range(each):
        chance = Random(f"{lines} {width} {number}")
        put = plates.put(scene(SCENES[number % len(SCENES)]), chance, lines=lines, width=width)
        boxes = [box for sort, box in seen(lookout, put.photo, folder) if sort is Sort.WRITING]
        of += 1
        found += covers(boxes, put.box)
        elsewhere += sum(not _touches(box, put.box) for box in boxes)
    return Tally(found, of, elsewhere)


def report() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as made, closing(Lookout()) as lookout:
        folder = Path(made)
        for height in FACE_HEIGHTS:
            yield f"faces {height} points high: {faces(lookout, folder, height)}"
        for lines in (1, 2):
            for width in PLATE_WIDTHS:
                yield f"plates of {lines} line(s), {width} points wide: {number_plates(lookout, folder, lines, width)}"
        wrong = sum(len(seen(lookout, scene(name), folder)) for name in NOBODY)
        yield f"photos without people and plates: {wrong} boxes on {len(NOBODY)} photos"
