"""`flask start`: from an empty folder to a served page, and plain words when something is in the way."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SIX_WARDS = ROOT / "tests" / "cities" / "six_wards"


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


class Started:
    """A program of ours, its words so far, and a way to end it."""

    def __init__(self, *arguments: str, data: Path, port: int, **more: str) -> None:
        self.log = data.with_suffix(".log")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(data.parent),
            "HOIAM_DATA": str(data),
            "HOIAM_CITY": str(SIX_WARDS),
            "PORT": str(port),
            **more,
        }
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def says(self, words: str, seconds: float = 40) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if words in self.said:
                return True
            if self.process.poll() is not None:
                return words in self.said
            time.sleep(0.05)
        return False

    def end(self, with_: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(with_)
        return self.process.wait(20)


@pytest.fixture
def started(tmp_path: Path, port: int) -> Iterator[Callable[..., Started]]:
    running: list[Started] = []

    def start(*arguments: str, data: Path | None = None, **more: str) -> Started:
        running.append(Started(*arguments, data=data or tmp_path / "data", port=port, **more))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def answer(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
        status: int = response.status
        return status


def test_an_empty_folder_becomes_a_served_city_and_a_second_start_keeps_it(
    started: Callable[..., Started], port: int, tmp_path: Path
) -> None:
    first = started("start", "--no-demo")
    assert first.says(f"Hồi Âm is ready: http://127.0.0.1:{port}"), first.said
    assert first.says(f"HOIAM_DATA={tmp_path / 'data'} PORT={port} .venv/bin/flask --app wsgi people admin --email")
    assert answer(port, "/") == 200
    assert first.end() == 0
    assert "Traceback" not in first.said
    key = (tmp_path / "data" / "secret.key").read_text()
    first.log.unlink()

    second = started("start", "--no-demo")
    assert second.says("Stop with Ctrl+C"), second.said
    assert "Preparing" not in second.said
    assert "Version" not in second.said
    assert answer(port, "/en/") == 200
    assert second.end(signal.SIGINT) == 0
    assert (tmp_path / "data" / "secret.key").read_text() == key


def test_a_taken_port_is_one_sentence(started: Callable[..., Started], port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        refused = started("start", "--no-demo")
        assert refused.process.wait(40) == 1
    assert f"Port {port} is taken by another program" in refused.said
    assert "Traceback" not in refused.said


def test_a_broken_city_folder_is_named_by_file_and_line(started: Callable[..., Started], tmp_path: Path) -> None:
    broken = tmp_path / "city"
    broken.mkdir()
    for file in SIX_WARDS.glob("*.yaml"):
        (broken / file.name).write_text(file.read_text().replace("calendar: office", "calendar: nowhere"))
    refused = started("start", "--no-demo", HOIAM_CITY=str(broken))
    assert refused.process.wait(40) == 1
    assert "units.yaml:" in refused.said
    assert "Nothing was changed" in refused.said
    assert "Traceback" not in refused.said


def test_a_damaged_database_is_one_sentence(started: Callable[..., Started], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hoiam.sqlite3").write_bytes(b"this is no database at all, but long enough " * 50)
    refused = started("start", "--no-demo")
    assert refused.process.wait(40) == 1
    assert "is damaged: put a backup in its place" in refused.said, refused.said


def test_the_worker_alone_wants_a_migrated_database_and_stops_when_asked(
    started: Callable[..., Started], tmp_path: Path
) -> None:
    early = started("work")
    assert early.process.wait(40) == 1
    assert "not migrated" in early.said
    upgraded = started("db", "upgrade")
    assert upgraded.process.wait(40) == 0
    loaded = started("city", "load", str(SIX_WARDS))
    assert loaded.process.wait(40) == 0
    worker = started("work")
    assert worker.says("The worker is at work."), worker.said
    assert worker.end() == 0
    assert "Traceback" not in worker.said


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "abc", "PORT=abc is not a whole number: leave it out, or try PORT=8000."),
        ("PORT", "70000", "PORT=70000 is not a port: choose a number from 1024 to 65535, for example PORT=8080."),
        ("HOIAM_UNDO_SECONDS", "bald", "HOIAM_UNDO_SECONDS=bald is not a whole number"),
        ("HOIAM_SMTP_URL", "mail", "HOIAM_SMTP_URL must look like smtp://"),
    ],
)
@pytest.mark.parametrize("command", ["start", "work"])
def test_a_setting_that_cannot_be_used_is_one_sentence_with_its_remedy(
    tmp_path: Path, command: str, setting: str, value: str, sentence: str
) -> None:
    started = Started(command, data=tmp_path / "data", port=8000, **{setting: value})
    assert started.process.wait(40) == 1
    assert sentence in started.said
    assert "Traceback" not in started.said


# --- more than can be taken -------------------------------------------------------------------------------------------

TOO_MUCH = 130 * 1024 * 1024
PIECE = b"\0" * (1024 * 1024)


def most_memory_kb(process: subprocess.Popen[bytes]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))


class Visitor:
    """One connection kept open, with its cookies; what it sends goes over a real socket."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.socket = self.connection.sock
        self.origin = f"http://127.0.0.1:{port}"
        self.cookies: dict[str, str] = {}

    def asks(
        self, path: str, form: dict[str, str] | None = None, *, body: object = None, **headers: str
    ) -> tuple[int, str, str]:
        sent = urllib.parse.urlencode(form).encode() if form is not None else body
        kind = "multipart/form-data; boundary=x" if form is None else "application/x-www-form-urlencoded"
        told = {"Content-Type": kind, "Origin": self.origin} if sent is not None else {}
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        method = "GET" if sent is None else "POST"
        self.connection.request(method, path, sent, {"Cookie": cookie, **told, **headers})  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


@pytest.fixture
def server(started: Callable[..., Started]) -> Started:
    running = started("start", "--no-demo")
    assert running.says("Stop with Ctrl+C"), running.said
    return running


@pytest.fixture
def visitor(server: Started, port: int) -> Iterator[Visitor]:
    arrived = Visitor(port)
    yield arrived
    arrived.connection.close()


def token_on(page: str) -> str:
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def test_a_body_over_the_limit_gets_our_page_and_keeps_what_was_typed(visitor: Visitor, server: Started) -> None:
    token = token_on(visitor.asks("/report/what")[2])
    told = {"csrf_token": token, "words": "Nắp cống vỡ trước cổng chợ", "then": "suggest"}
    assert visitor.asks("/report/what", told)[0] == 303
    before = most_memory_kb(server.process)
    pieces = [PIECE] * (TOO_MUCH // len(PIECE))

    status, kind, page = visitor.asks("/report", body=iter(pieces), **{"Content-Length": str(TOO_MUCH)})
    assert (status, kind) == (413, "text/html; charset=utf-8")
    assert '<html lang="vi">' in page
    assert "Nội dung gửi quá lớn" in page
    assert 'href="/report/place"' in page
    assert most_memory_kb(server.process) - before < 30_000

    status, _, page = visitor.asks("/en/report", body=iter(pieces), **{"Content-Length": str(TOO_MUCH)})
    assert (status, "That was too large to send" in page) == (413, True)
    assert "Nắp cống vỡ trước cổng chợ" in visitor.asks("/report/what")[2]
    assert visitor.connection.sock is visitor.socket  # what was thrown away was all of it: the connection went on


def test_a_program_that_sends_too_much_is_told_in_json_before_it_sends(visitor: Visitor) -> None:
    told = {"Content-Length": str(TOO_MUCH), "Content-Type": "application/json", "Expect": "100-continue"}
    status, kind, answer = visitor.asks("/en/api/report", body=b"", **told)
    assert (status, kind) == (413, "application/json")
    assert json.loads(answer) == {"status": 413, "message": "That was too large to send"}


def test_a_body_that_names_no_length_is_stopped_at_the_limit(visitor: Visitor) -> None:
    connection = visitor.connection
    connection.putrequest("POST", "/en/report")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    with suppress(ConnectionError):
        for _piece in range(TOO_MUCH // len(PIECE)):
            connection.send(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
    answer = connection.getresponse()
    assert (answer.status, b"That was too large to send" in answer.read()) == (413, True)
