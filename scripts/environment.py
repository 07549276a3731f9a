"""Makes `.venv` and installs the pinned, hashed requirements into it. A second call with nothing to do is instant.

Plain Python without any library: it runs before the environment exists. Interrupted at any moment it can be called
again: what says "installed" is a stamp that is written last.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trouble import Trouble, closed_folder, full_disk, told_plainly

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
# Each file contains the ones before it, so a larger set serves a smaller wish. Beside each: the free megabytes it
# asks for, which is what it takes when installed and what pip unpacks beside it.
SETS = {"requirements.txt": 450, "requirements-prod.txt": 500, "requirements-dev.txt": 1000}

NO_VENV = (
    "This Python cannot make environments, because its venv part is not installed: "
    "install it (Debian, Ubuntu: sudo apt install python3-venv) and start again."
)
PIP_TROUBLES = (
    (re.compile(r"No space left on device|Errno 28|Disk quota exceeded"), None),
    (
        re.compile(r"DO NOT MATCH THE HASHES|Hashes are required"),
        "A package that arrived is not the one we pinned (its hash differs): start again, and if it stays so, "
        "ask whoever runs your package mirror.",
    ),
    (
        re.compile(
            r"NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
            r"|Network is unreachable|Connection (?:refused|reset|aborted)|No matching distribution|Max retries"
        ),
        "The packages could not be fetched: check the network (or PIP_INDEX_URL and HTTPS_PROXY) and start again; "
        "what has arrived is kept.",
    ),
)


def prepare(requirements: str) -> None:
    """Make `.venv` hold this requirements file. Raises Trouble."""
    if is_ready(requirements):
        return
    with _alone():
        if is_ready(requirements):  # somebody else has just done it
            return
        _make_venv(SETS[requirements])
        _install(requirements)
        _write_stamp(requirements)


def add(requirements: str) -> None:
    """Put an extra beside what `.venv` holds, without what its packages would pull in. Raises Trouble."""
    stamp = VENV / f"installed-{Path(requirements).stem}"
    with _alone():
        if stamp.exists() and stamp.read_text(encoding="utf-8") == _stamp_of(requirements):
            return
        _install(requirements, "--no-deps")
        stamp.write_text(_stamp_of(requirements), encoding="utf-8")


def is_ready(requirements: str) -> bool:
    """Does `.venv` hold this file, or one that contains it, as it is written now?"""
    try:
        stamp = STAMP.read_text(encoding="utf-8")
    except OSError:
        return False
    if not PYTHON.exists():
        return False
    return any(stamp == _stamp_of(name) for name in SETS if SETS[name] >= SETS[requirements])


def _stamp_of(requirements: str) -> str:
    digest = hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()
    return f"{requirements} {digest}\n"


def _write_stamp(requirements: str) -> None:
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(_stamp_of(requirements), encoding="utf-8")
    unfinished.replace(STAMP)


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once would unpack over each other."""
    if not os.access(ROOT, os.W_OK):
        raise closed_folder(ROOT)
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is preparing the environment; waiting for it …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_venv(megabytes: int) -> None:
    if _has_pip():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Trouble(NO_VENV)
    free = shutil.disk_usage(ROOT).free // 2**20
    if free < megabytes:
        raise Trouble(f"Only {free} MB are free where Hồi Âm stands ({ROOT}): free about 1 GB, then start again.")
    print(f"Making the environment in {VENV.name} …", flush=True)
    made = _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode == 0:
        return
    if "ensurepip" in made.stdout:
        raise Trouble(NO_VENV)
    raise _trouble_in(made.stdout, "The environment could not be made")


def _has_pip() -> bool:
    """A first run that was cut short leaves an environment without pip, or with half of it."""
    return PYTHON.exists() and _run([str(PYTHON), "-m", "pip", "--version"]).returncode == 0


def _install(requirements: str, *options: str) -> None:
    text = (ROOT / requirements).read_text(encoding="utf-8")
    total = len(re.findall(r"^[A-Za-z0-9][^=\s]*==", text, flags=re.MULTILINE))
    print(f"Installing {total} pinned packages ({requirements}) …", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input", "--progress-bar=off"]
    command += ["--disable-pip-version-check", "--no-warn-script-location", *options, "-r", str(ROOT / requirements)]
    lines: deque[str] = deque(maxlen=200)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=_pip_environment()
    ) as pip:
        assert pip.stdout is not None
        try:
            _show_progress(pip.stdout, lines, total)
        except BaseException:  # stopped by hand: pip must not go on behind our back
            pip.terminate()
            raise
    if pip.returncode != 0:
        raise _trouble_in("".join(lines), "The packages could not be installed")


def _show_progress(output: Iterator[str], lines: deque[str], total: int) -> None:
    done = 0
    moving = sys.stdout.isatty()
    for line in output:
        lines.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied")):
            done = min(done + 1, total)
            if moving:
                print(f"\r  {done} of {total}", end="", flush=True)
            elif done % 20 == 0 or done == total:
                print(f"  {done} of {total}", flush=True)
        elif line.startswith("Installing collected packages"):
            print("\r  unpacking …" if moving else "  unpacking …", flush=True)


def _pip_environment() -> dict[str, str]:
    """pip speaks English here, whatever the machine's language, so that its troubles can be told apart."""
    return {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def _trouble_in(output: str, what: str) -> Trouble:
    """The plain sentence for what pip or venv printed."""
    for pattern, sentence in PIP_TROUBLES:
        if pattern.search(output):
            return Trouble(sentence) if sentence else full_disk(ROOT)
    if "Permission denied" in output:
        return closed_folder(VENV)
    last = [line.strip() for line in output.splitlines() if line.strip()]
    return Trouble(f"{what}. Its last words: {' / '.join(last[-3:])}")


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env=_pip_environment(),
    )


if __name__ == "__main__":
    with told_plainly(ROOT):
        prepare(sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
