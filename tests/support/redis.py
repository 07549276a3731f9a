"""A throw-away Redis on the loopback, as often as a test wants to start and kill it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

NO_REDIS = "redis-server is not installed here (Debian, Ubuntu: sudo apt install redis-server)"
STARTS_WITHIN_S = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Redis:
    """One port and folder; ends no process but its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Run, unless it does."""
        if self.process is not None and self.process.poll() is None:
            return
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(["redis-server", *options], stdout=log, stderr=log)
        ends = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < ends:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("Redis did not start: " + (self.folder / "log").read_text()[-500:])

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis of this test's own."""
    if shutil.which("redis-server") is None:
        pytest.skip(NO_REDIS)
    folder = tmp_path / "redis"
    folder.mkdir()
    server = Redis(folder, free_port())
    server.start()
    yield server
    server.kill()
