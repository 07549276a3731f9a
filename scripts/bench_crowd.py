"""The bench's crowd: so many clients at once on kept lines, against the two web processes of deploy/ and nginx before
them. Also what one web process weighs, and how long it takes to start."""

import asyncio
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 4.0
WARMS_S = 6.0  # each line to the database plans a statement ten times before it keeps its plan
CLIENTS = (1, 16)
STARTS_WITHIN_S = 60
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Flow:
    """One row: how many answers a second so many clients get. `share` is of the bare route with as many clients."""

    name: str
    clients: int
    answers: int
    per_s: float
    p50_ms: float
    p95_ms: float
    share: float | None
    verdict: str


@dataclass(frozen=True)
class Weight:
    """What the web processes cost when all of this has been asked of them."""

    starts_s: float
    memory_mb: list[float]
    verdict: str


@dataclass(frozen=True)
class Promise:
    """The least that a crowd of sixteen gets; a share of the bare route, and answers a second."""

    share: float | None = None
    per_s: float | None = None


PROMISED = {"distinct tiles": Promise(0.2, 1000), "tiles asked again, nginx": Promise(0.6, 1000)}
MOST_MB = 150.0


def flows(settings: dict[str, str], paths: list[str]) -> tuple[list[Flow], Weight]:
    """Every row, and the weight of the processes after them. `paths` are tiles, each asked once in a round."""
    found: list[Flow] = []
    with (
        tempfile.TemporaryDirectory(prefix="hoiam-bench-") as folder,
        _gunicorn(settings, Path(folder)) as (port, pid, starts_s),
        _nginx(Path(folder), port) as front,
    ):
        bare: dict[int, float] = {}
        for name, at, asked in _asked(port, front, paths):
            for clients in CLIENTS:
                flow = _flow(name, at, asked, clients, bare.get(clients))
                bare.setdefault(clients, flow.per_s)
                found.append(flow)
                print(f"{name}, {clients} clients: {flow.per_s:,.0f} a second  {flow.verdict}", flush=True)
        memory = sorted(_resident_mb(child) for child in _children(pid))
    over = [one for one in memory if one > MOST_MB]
    verdict = f"over: {over[-1]:.0f} MB of {MOST_MB:.0f}" if over else f"ok ({MOST_MB:.0f} MB)"
    return found, Weight(round(starts_s, 1), memory, verdict)


def _asked(port: int, front: int | None, paths: list[str]) -> Iterator[tuple[str, int, list[bytes]]]:
    yield "bare Flask route", port, [_request("/floor/flask")]
    yield "distinct tiles", port, [_request(path) for path in paths]
    hot = [_request(path) for path in paths[:20]]
    tags = [_tag(port, path) for path in paths[:20]]
    yield "tiles asked again, 304", port, [_request(p, tag) for p, tag in zip(paths, tags, strict=False)]
    if front is None:
        print("No nginx here: tiles from its cache are not measured (Debian, Ubuntu: sudo apt install nginx).")
        return
    yield "tiles asked again, nginx", front, hot


def _request(path: str, tag: str = "") -> bytes:
    condition = f"If-None-Match: {tag}\r\n" if tag else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{condition}\r\n".encode()


def _tag(port: int, path: str) -> str:
    from urllib.request import urlopen

    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:  # nosec B310 - our own loopback
        return str(answer.headers["ETag"])


# --- asking -----------------------------------------------------------------------------------------------------------


def _flow(name: str, port: int, asked: list[bytes], clients: int, bare: float | None) -> Flow:
    asyncio.run(_crowd(port, asked, clients, WARMS_S))
    ms, took = asyncio.run(_crowd(port, asked, clients, SECONDS))
    ms.sort()
    per_s = len(ms) / took
    share = per_s / bare if bare else None
    promise = PROMISED.get(name, Promise()) if clients > 1 else Promise()
    return Flow(
        name,
        clients,
        len(ms),
        round(per_s, 1),
        round(ms[len(ms) // 2], 1),
        round(ms[int(len(ms) * 0.95)], 1),
        None if share is None else round(share, 2),
        _judged(per_s, share, promise),
    )


def _judged(per_s: float, share: float | None, promise: Promise) -> str:
    limits = [(share, promise.share, "of the bare route"), (per_s, promise.per_s, "a second")]
    known = [(value, least, unit) for value, least, unit in limits if least is not None and value is not None]
    under = [f"{value:,.2f} of {least:g} {unit}" for value, least, unit in known if value < least]
    asked = ", ".join(f"{least:g} {unit}" for _value, least, unit in known)
    return f"under: {', '.join(under)}" if under else f"ok ({asked})" if asked else "–"


async def _crowd(port: int, asked: list[bytes], clients: int, seconds: float) -> tuple[list[float], float]:
    """Milliseconds of each answer, and how long all of them took."""
    turn = itertools.cycle(asked)  # whoever is free asks for the next: nobody asks for the same at once
    ms: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, turn, began + seconds, ms) for _ in range(clients)))
    return ms, time.perf_counter() - began


async def _client(port: int, turn: Iterator[bytes], until: float, ms: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (began := time.perf_counter()) < until:
        writer.write(next(turn))
        head = await reader.readuntil(b"\r\n\r\n")
        status = head[9:12]
        if status not in (b"200", b"304"):
            raise SystemExit(f"The crowd was answered {status.decode()}.")
        length = LENGTH.search(head)
        if length and status == b"200":
            await reader.readexactly(int(length[1]))
        ms.append((time.perf_counter() - began) * 1000)
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


# --- the servers ------------------------------------------------------------------------------------------------------


@contextmanager
def _gunicorn(settings: dict[str, str], folder: Path) -> Iterator[tuple[int, int, float]]:
    """Two web processes as deploy/ starts them: the port, the id of their master, seconds until the first answer."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")}
    own |= {"HOIAM_RATE_LIMITS": "0", "HOIAM_LOG_LEVEL": "ERROR", "HOIAM_WEB_PROCESSES": "2"} | settings
    own |= {"PORT": str(port), "HOIAM_HOST": "127.0.0.1", "RUNTIME_DIRECTORY": str(folder)}
    own["PYTHONPATH"] = f"{ROOT / 'scripts'}{os.pathsep}{ROOT}"
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--max-requests", "0"]
    began = time.perf_counter()
    with (folder / "gunicorn.log").open("wb") as log:
        master = subprocess.Popen([*command, "bench_server:crowded()"], cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        _until_answered(port, "/healthz", master, folder / "gunicorn.log")
        yield port, master.pid, time.perf_counter() - began
    finally:
        _end(master)


@contextmanager
def _nginx(folder: Path, port: int) -> Iterator[int | None]:
    """nginx with the site of deploy/, where this machine has it."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        yield None
        return
    front = free_port()
    site = (ROOT / "deploy" / "nginx" / "hoiam.conf").read_text()
    for was, here in {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{port};",
        "listen 80;\n    server_name": f"listen 127.0.0.1:{front};\n    server_name",
        "/var/cache/nginx/hoiam": str(folder / "cache"),
        "/var/log/nginx/": f"{folder}/",
        "/srv/hoiam/static/": f"{ROOT}/static/",
    }.items():
        if was not in site:
            raise SystemExit(f"deploy/nginx/hoiam.conf no longer says {was!r}, which the bench replaces.")
        site = site.replace(was, here)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;\n"
        "events { worker_connections 256; }\n"
        f"http {{ keepalive_requests 1000000;\n{site}\n}}\n"
    )
    command = [program, "-p", str(folder), "-e", str(folder / "nginx.err"), "-c", str(folder / "nginx.conf")]
    server = subprocess.Popen(command)
    try:
        _until_answered(front, "/healthz", server, folder / "nginx.err")
        yield front
    finally:
        _end(server)


def _until_answered(port: int, path: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    from urllib.request import urlopen

    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):  # nosec B310 - our own loopback
            return
        time.sleep(0.02)
    raise SystemExit(f"No answer on port {port}:\n{log.read_text()[-2000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0
