"""The files of deploy/ agree with each other, with the program and with the book."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import yaml
from flask import Flask

from app.config import Config
from app.jobs.celery import LETTERS
from app.jobs.table import Room
from tests.proof.town import free_port
from tests.support.deploy import DEPLOY, ROOT, said_in_env, spoken, started_by


def test_containers_and_units_start_the_same_commands() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("web", "worker", "letters", "beat"):
        assert services[name]["command"].split() == [word.removeprefix("/srv/hoiam/") for word in started_by(name)], (
            name
        )


def test_every_queue_has_a_unit() -> None:
    named = (started_by(unit) for unit in ("worker", "letters"))
    assert [queue for words in named for queue in words[words.index("--queues") + 1].split(",")] == [
        Room.POST,
        Room.PHOTOS,
        LETTERS,
    ]


def test_every_setting_of_the_example_is_in_the_book() -> None:
    book = (ROOT / "docs" / "operate.md").read_text()
    assert [name for name in said_in_env() if f"`{name}`" not in book] == []


def test_a_shell_reads_the_example_as_the_units_do() -> None:
    read = ["sh", "-c", f"set -a; . {DEPLOY / 'hoiam.env'}; exec env -0"]
    told = subprocess.run(read, env={}, capture_output=True, text=True, check=True).stdout.split("\0")
    assert said_in_env().items() <= dict(line.split("=", 1) for line in told if line).items()


def test_the_program_takes_the_example(tmp_path: Path) -> None:
    said = said_in_env() | {"HOIAM_DATA": str(tmp_path)}
    config = Config.from_env(said)
    assert (config.trusted_proxies, config.secure_cookies, config.port) == (1, True, 8000)
    assert config.mail_from == "Hồi Âm <phananh@example.vn>"


def test_nginx_takes_as_much_as_the_program(app: Flask) -> None:
    megabytes = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx" / "hoiam.conf").read_text())
    assert megabytes
    assert int(megabytes[1]) * 1024 * 1024 == app.config["MAX_CONTENT_LENGTH"]


def test_web_processes_share_the_lines_that_are_kept_to_them(tmp_path: Path) -> None:
    """A program that says which process answers, on gunicorn as deploy/ sets it up, asked by sixteen kept lines."""
    (tmp_path / "who.py").write_text(
        "import os\nfrom types import SimpleNamespace\n\n"
        "def app(environ, start):\n    who = str(os.getpid()).encode()\n"
        "    start('200 OK', [('Content-Length', str(len(who)))])\n    return [who]\n\n"
        "app.config = {'HOIAM': SimpleNamespace(log_level='INFO')}\n"
    )
    port = free_port()
    settings = {"HOIAM_WEB_PROCESSES": "2", "PORT": str(port), "RUNTIME_DIRECTORY": str(tmp_path)}
    own = {name: value for name, value in os.environ.items() if not name.startswith("HOIAM_")} | settings
    command = [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py")]
    command += ["--pythonpath", str(tmp_path), "who:app"]
    with (tmp_path / "log").open("wb") as log:
        master = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 20
        answered: Counter[bytes] = Counter()
        while len(answered) < 2 and time.monotonic() < until:  # one of them is there first
            answered = asked_by_sixteen(port)
        answered = asked_by_sixteen(port)
    finally:
        master.terminate()
        master.wait(20)
    assert len(answered) == 2, (tmp_path / "log").read_text()
    assert min(answered.values()) >= 4, answered


def asked_by_sixteen(port: int) -> Counter[bytes]:
    """What is answered to so many lines, each kept until the last has been answered."""
    found: Counter[bytes] = Counter()
    with ExitStack() as kept:
        for _ in range(16):
            line = kept.enter_context(closing(HTTPConnection("127.0.0.1", port, timeout=10)))
            with suppress(ConnectionRefusedError):  # it is still starting
                line.request("GET", "/")
                found[line.getresponse().read()] += 1
    return found


def test_the_nightly_backup_is_one_and_the_old_ones_go_only_after_it(app: Flask, tmp_path: Path) -> None:
    """The commands of the unit, in folders of this test."""
    here = {"/srv/hoiam/.venv": str(ROOT / ".venv"), "/var/backups/hoiam": str(tmp_path)}
    config = app.config["HOIAM"]
    said = {"HOIAM_DATA": str(config.data), "HOIAM_DATABASE_URL": config.database_url, "HOIAM_SECRET_KEY": "x" * 40}

    def run(what: str) -> None:
        words = [re.sub("|".join(here), lambda found: here[found[0]], word) for word in spoken("backup", what)]
        done = subprocess.run(words, cwd=ROOT, env=os.environ | said, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    for name, days in (("old", 16), ("younger", 13)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - days * 86400,) * 2)
    run("ExecStart")
    run("ExecStartPost")
    (made,) = {path.name for path in tmp_path.iterdir()} - {"younger"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}", made)
    assert (tmp_path / made / "manifest.json").is_file()
    assert not (tmp_path / made / "unfinished").exists()


def test_the_timer_of_the_backup_starts_its_unit_every_night() -> None:
    timer = (DEPLOY / "systemd" / "hoiam-backup.timer").read_text()
    assert "OnCalendar=*-*-* 02:00:00 Asia/Ho_Chi_Minh" in timer
    book = (ROOT / "docs" / "operate.md").read_text()
    assert "systemctl enable --now hoiam-backup.timer" in book
