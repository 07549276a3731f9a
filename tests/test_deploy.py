"""The files of deploy/ agree with each other, with the program and with the book."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import yaml
from flask import Flask

from app.config import Config
from app.jobs.celery import LETTERS
from app.jobs.table import Room
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
