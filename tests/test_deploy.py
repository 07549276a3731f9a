"""The files of deploy/ agree with each other, with the program and with the book."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml
from flask import Flask

from app.config import Config
from tests.support.deploy import DEPLOY, ROOT, said_in_env, started_by


def test_containers_and_units_start_the_same_commands() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in ("web", "worker", "beat"):
        assert services[name]["command"].split() == [word.removeprefix("/srv/hoiam/") for word in started_by(name)], (
            name
        )


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
