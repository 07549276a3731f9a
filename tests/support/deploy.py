"""The files of deploy/, read as the programs they are for read them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


def said_in_env() -> dict[str, str]:
    """The settings of deploy/hoiam.env."""
    lines = (DEPLOY / "hoiam.env").read_text().splitlines()
    said = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name: value.strip('"') for name, value in said.items()}


def started_by(unit: str, what: str = "ExecStart") -> list[str]:
    """The command of a systemd unit."""
    found = re.search(rf"^{what}=(.*)$", (DEPLOY / "systemd" / f"hoiam-{unit}.service").read_text(), re.MULTILINE)
    assert found
    return found[1].split()


def spoken(unit: str, what: str) -> list[str]:
    """The same as a program is given it: quotes kept together, systemd's own signs undone."""
    return [word.replace("$$", "$").replace("%%", "%") for word in shlex.split(" ".join(started_by(unit, what)))]


def changed(text: str, replaced: dict[str, str]) -> str:
    """The text with what differs here; each stands in it."""
    for was, now in replaced.items():
        assert was in text, was
        text = text.replace(was, now)
    return text
