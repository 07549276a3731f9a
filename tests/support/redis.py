"""A throw-away Redis on the loopback, in a folder of its own, to be killed and started again at will."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

STARTS_WITHIN_S = 10


@dataclass
class RedisServer:
    """One port; whatever lay there is gone after a kill."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([*words, "--dir", str(self.folder)], stdout=log, stderr=log)
        ends = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "redis.log").read_text()[-1000:]
            assert time.monotonic() < ends, f"no answer within {STARTS_WITHIN_S} s"
            time.sleep(0.02)

    def kill(self) -> None:
        assert self.process is not None, "nothing was started"
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def fall_silent(self) -> None:
        """It takes connections and answers nothing, as a machine does whose disk hangs."""
        assert self.process is not None, "nothing was started"
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        assert self.process is not None, "nothing was started"
        self.process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Whatever was told is forgotten."""
        assert self._says(b"FLUSHALL\r\n") == b"+OK\r\n"

    def _answers(self) -> bool:
        try:
            return self._says(b"PING\r\n") == b"+PONG\r\n"
        except OSError:
            return False

    def _says(self, what: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(what)
            return line.recv(100)


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that has just started and knows nothing."""
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server here (Debian, Ubuntu: sudo apt install redis-server)")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.kill()
