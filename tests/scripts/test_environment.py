"""What pip and the machine say, and the sentence a person reads."""

import errno
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import environment  # noqa: E402  # the scripts import one another by their short names
import run  # noqa: E402
import trouble  # noqa: E402


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "not the one we pinned"),
        ("WARNING: Retrying … NewConnectionError(': Failed to establish a new connection')", "check the network"),
        ("ERROR: No matching distribution found for flask==3.1.3", "check the network"),
        ("PermissionError: [Errno 13] Permission denied: '.venv'", "cannot be written to"),
        ("Something nobody has seen before\nat all", "Its last words: Something nobody has seen before / at all"),
    ],
)
def test_what_pip_says_becomes_one_sentence(output: str, sentence: str) -> None:
    told = str(environment._trouble_in(output, "The packages could not be installed"))
    assert sentence in told
    assert "\n" not in told


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_what_to_free(number: int) -> None:
    told = trouble.from_os_error(OSError(number, "full"), "/somewhere")
    assert told is not None
    assert "/somewhere is full: free about 1 GB" in str(told)


def test_an_error_nobody_expects_keeps_its_own_words() -> None:
    assert trouble.from_os_error(OSError(errno.EIO, "broken"), "/somewhere") is None


@pytest.mark.parametrize("wish", ["0", "no", "False", " off "])
def test_demo_can_be_declined(wish: str) -> None:
    assert run.demo_option(wish) == "--no-demo"


def test_a_city_on_postgresql_gets_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOIAM_DATABASE_URL", "postgresql+psycopg://hoiam@db/hoiam")
    assert run.requirements() == "requirements-prod.txt"
    monkeypatch.delenv("HOIAM_DATABASE_URL")
    assert run.requirements() == "requirements.txt"


def test_a_city_with_redis_gets_its_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOIAM_REDIS_URL", "redis://127.0.0.1/0")
    assert run.requirements() == "requirements-prod.txt"
