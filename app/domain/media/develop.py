"""Photos developed and masked by a child process with limits: whatever a file does to its decoder, we go on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app.domain.media.child import Child
from app.domain.media.refusal import Fault, PhotoRefused

DARKROOM = Path(__file__).with_name("darkroom.py")
SIZES = ("full", "view", "thumb")
WALL_SECONDS = 40.0
TRIES = 2  # a darkroom may also be ended by somebody else; a photo that ends two of them is at fault


class Box(NamedTuple):
    """A black box, as parts of the whole photo: 0..1."""

    x: float
    y: float
    width: float
    height: float


class Developed(NamedTuple):
    """Three files in the folder that was asked for: `full.webp`, `view.webp`, `thumb.webp`."""

    folder: Path
    width: int  # of `full`, at most 2048
    height: int
    phash: int  # 64 bits, signed

    def file(self, size: str) -> Path:
        return self.folder / f"{size}.webp"


class Darkroom:
    """One child process for as many photos as there are.

    For one thread at a time. `wall_seconds` is the longest one photo may take.
    """

    def __init__(self, *, wall_seconds: float = WALL_SECONDS) -> None:
        self._child = Child(DARKROOM, wall_seconds=wall_seconds)

    def develop(self, source: Path, out: Path) -> Developed:
        """`source` upright, shrunk and bare in `out`. Raises PhotoRefused, and OSError when the disk is at fault."""
        return self._ask({"task": "develop", "source": str(source), "out": str(out)}, out)

    def mask(self, source: Path, boxes: Sequence[Box], out: Path) -> Developed:
        """`source` with black boxes, in the same sizes. Raises as `develop` does."""
        job = {"task": "mask", "source": str(source), "out": str(out), "boxes": [list(box) for box in boxes]}
        return self._ask(job, out)

    def close(self) -> None:
        self._child.close()

    def _ask(self, job: dict[str, Any], out: Path) -> Developed:
        for _ in range(TRIES):
            answer = self._child.ask(job)
            if answer is None:
                continue
            if "failed" in answer:
                raise OSError(answer["failed"], os.strerror(answer["failed"]), str(out))
            if "refused" in answer:
                break
            return Developed(out, answer["width"], answer["height"], answer["phash"])
        raise PhotoRefused(Fault.BROKEN)


@contextmanager
def darkroom(*, wall_seconds: float = WALL_SECONDS) -> Iterator[Darkroom]:
    """A Darkroom that is closed at the end."""
    room = Darkroom(wall_seconds=wall_seconds)
    try:
        yield room
    finally:
        room.close()
