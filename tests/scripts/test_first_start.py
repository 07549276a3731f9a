"""`make run` on a machine that lacks something: one plain sentence with the remedy, never a stack trace."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of a first start, and requirements that ask for nothing."""
    folder = tmp_path / "clone"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.txt", "requirements-prod.txt", "requirements-dev.txt"):
        (folder / name).write_text("# nothing\n")
    return folder


def start(clone: Path, script: str = "run.py", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a script the way the Makefile does, with this very Python unless PYTHON says otherwise."""
    return subprocess.run(
        ["sh", "scripts/python.sh", f"scripts/{script}"],
        cwd=clone,
        env={"PATH": os.environ["PATH"], "HOME": str(clone), "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def said(done: "subprocess.CompletedProcess[str]") -> str:
    """The one sentence of a refused start."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == 1, done
    assert len(lines) == 1, done.stderr
    return lines[0]


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_an_old_python_is_named_with_what_to_install(clone: Path) -> None:
    old = program(clone / "python3.9", "case \"$2\" in *'[:3]'*) echo 3.9.2;; *) exit 1;; esac")
    assert "needs Python 3.11 or newer, and this machine has 3.9.2" in said(start(clone, PYTHON=old))


def test_no_python_at_all_says_what_was_tried(clone: Path) -> None:
    assert "none was found as: /nowhere/python3" in said(start(clone, PYTHON="/nowhere/python3"))


def test_a_python_without_its_venv_part_names_the_package(clone: Path) -> None:
    (clone / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")
    bare = program(clone / "bare", f'PYTHONPATH="{clone}" exec {sys.executable} "$@"')
    assert "sudo apt install python3-venv" in said(start(clone, PYTHON=bare, PORT=str(free_port())))
    assert not (clone / ".venv").exists()


def test_a_python_with_its_venv_part_is_preferred(clone: Path) -> None:
    (clone / "sitecustomize.py").write_text("import sys; sys.modules['ensurepip'] = None\n")
    bare = program(clone / "bare", f'PYTHONPATH="{clone}" exec {sys.executable} "$@"')
    whole = program(clone / "whole", f'echo whole >> {clone}/called; exec {sys.executable} "$@"')
    assert start(clone, "environment.py", PYTHON=f"{bare} {whole}").returncode == 0


def test_a_taken_port_is_said_at_once_with_a_free_one(clone: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = said(start(clone, PORT=str(port)))
    assert sentence.startswith(f"Port {port} is taken by another program: choose another one: make run PORT=")
    assert not (clone / ".venv").exists(), "the port is looked at before the long work"


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "²"])
def test_a_port_that_is_none(clone: Path, port: str) -> None:
    assert f"PORT={port} is not a port" in said(start(clone, PORT=port))


def test_an_address_of_another_machine(clone: Path) -> None:
    assert "HOIAM_HOST=192.0.2.7 is not an address" in said(start(clone, HOIAM_HOST="192.0.2.7", PORT="8080"))


def test_a_data_folder_that_is_a_file(clone: Path) -> None:
    sentence = said(start(clone, HOIAM_DATA=str(clone / "requirements.txt"), PORT=str(free_port())))
    assert "is a file: name a folder" in sentence


def test_a_data_folder_that_cannot_be_made(clone: Path) -> None:
    sentence = said(start(clone, HOIAM_DATA="/proc/hoiam", PORT=str(free_port())))
    assert "/proc/hoiam cannot be written to" in sentence


def test_packages_that_cannot_be_fetched_name_the_network(clone: Path) -> None:
    (clone / "requirements.txt").write_text("hoiam-is-not-a-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    done = start(clone, PORT=str(free_port()), PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1")
    assert "The packages could not be fetched: check the network" in said(done)
    assert not (clone / ".venv" / "installed").exists()


def test_a_start_cut_short_is_taken_up_again_and_the_next_one_is_instant(clone: Path) -> None:
    half = clone / ".venv" / "bin"
    half.mkdir(parents=True)
    (half / "python").symlink_to(sys.executable)  # the environment before pip came into it
    first = start(clone, "environment.py")
    assert first.returncode == 0, first
    assert "Making the environment" in first.stdout or "Installing" in first.stdout
    second = start(clone, "environment.py")
    assert (second.returncode, second.stdout) == (0, "")


def test_changed_requirements_are_installed_again(clone: Path) -> None:
    assert start(clone, "environment.py").returncode == 0
    (clone / "requirements.txt").write_text("# still nothing\n")
    assert "Installing 0 pinned packages" in start(clone, "environment.py").stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
