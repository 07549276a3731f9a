"""A process of its own for what is done with a stranger's pixels: whatever they do to it, we go on.

It is asked one line of JSON and answers with one. It is started when needed and again when it died.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Timer
from typing import Any


class Child:
    """For one thread at a time. `wall_seconds` is the longest one question may take."""

    def __init__(self, script: Path, *, wall_seconds: float) -> None:
        self.script, self.wall_seconds = script, wall_seconds
        self._process: subprocess.Popen[str] | None = None

    def ask(self, job: dict[str, Any]) -> dict[str, Any] | None:
        """None when the child died over it; `{"refused": "time"}` when it took too long."""
        child = self._process or self._start()
        assert child.stdin
        assert child.stdout
        took_too_long = Event()
        clock = Timer(self.wall_seconds, _end, (child, took_too_long))
        clock.daemon = True
        clock.start()
        try:
            child.stdin.write(json.dumps(job) + "\n")
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

    def close(self) -> None:
        child, self._process = self._process, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with suppress(BrokenPipeError):  # what the dead was still to be told
                    pipe.close()

    def _start(self) -> subprocess.Popen[str]:
        """Isolated from our environment, so that no secret and no foreign module comes with it."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(self.script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath, "OMP_NUM_THREADS": "1"},
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in a terminal ends us first, in order
        )
        return self._process


def _end(child: subprocess.Popen[str], took_too_long: Event) -> None:
    took_too_long.set()
    child.kill()
