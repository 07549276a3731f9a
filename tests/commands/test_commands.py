"""Commands are read when one is typed: a process that serves pays neither memory nor time for them."""

from __future__ import annotations

import subprocess
import sys

from app.config import ROOT

UNUSED = ("alembic", "mako", "tqdm", "zxcvbn", "app.commands.table", "app.domain.demo", "app.domain.moving.backup")
SERVES = f"import sys, app; print([name for name in {UNUSED!r} if name in sys.modules])"


def test_a_process_that_serves_holds_nothing_that_only_commands_need() -> None:
    answer = subprocess.run([sys.executable, "-c", SERVES], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
