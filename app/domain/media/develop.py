"""Photos developed and masked by a child process with limits: whatever a file does to its decoder, we go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import Any, NamedTuple

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
    """One child process for as many photos as there are; it is started when needed and again when it died.

    For one thread at a time. `wall_seconds` is the longest one photo may take.
    """

    def __init__(self, *, wall_seconds: float = WALL_SECONDS) -> None:
        self.wall_seconds = wall_seconds
        self._child: subprocess.Popen[str] | None = None

    def develop(self, source: Path, out: Path) -> Developed:
        """`source` upright, shrunk and bare in `out`. Raises PhotoRefused, and OSError when the disk is at fault."""
        return self._ask({"task": "develop", "source": str(source), "out": str(out)}, out)

    def mask(self, source: Path, boxes: Sequence[Box], out: Path) -> Developed:
        """`source` with black boxes, in the same sizes. Raises as `develop` does."""
        job = {"task": "mask", "source": str(source), "out": str(out), "boxes": [list(box) for box in boxes]}
        return self._ask(job, out)

    def close(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    def _ask(self, job: dict[str, Any], out: Path) -> Developed:
        for _ in range(TRIES):
            answer = self._answer(json.dumps(job))
            if answer is None:
                continue
            if "failed" in answer:
                raise OSError(answer["failed"], os.strerror(answer["failed"]), str(out))
            if "refused" in answer:
                break
            return Developed(out, answer["width"], answer["height"], answer["phash"])
        raise PhotoRefused(Fault.BROKEN)

    def _answer(self, line: str) -> dict[str, Any] | None:
        """None when the child died over it."""
        child = self._child or self._start()
        assert child.stdin
        assert child.stdout
        took_too_long = Event()
        clock = Timer(self.wall_seconds, _end, (child, took_too_long))
        clock.daemon = True
        clock.start()
        try:
            child.stdin.write(line + "\n")
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            clock.cancel()
        if not answer.endswith("\n"):
            self.close()
            return {"refused": "time"} if took_too_long.is_set() else None
        known: dict[str, Any] = json.loads(answer)
        return known

    def _start(self) -> subprocess.Popen[str]:
        """Isolated from our environment, so that no secret and no foreign module comes with it."""
        self._child = subprocess.Popen(
            [sys.executable, "-I", str(DARKROOM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in a terminal ends us first, in order
        )
        return self._child


def _end(child: subprocess.Popen[str], took_too_long: Event) -> None:
    took_too_long.set()
    child.kill()


@contextmanager
def darkroom(*, wall_seconds: float = WALL_SECONDS) -> Iterator[Darkroom]:
    """A Darkroom that is closed at the end."""
    room = Darkroom(wall_seconds=wall_seconds)
    try:
        yield room
    finally:
        room.close()
