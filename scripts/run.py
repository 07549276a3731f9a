"""`make run`: from a fresh clone to a served page, resumable at every step.

Plain Python without any library up to the moment the environment stands; then the program's own `flask start` takes
over (migrations, the city, the demo the first time, web and worker in one process).
"""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import environment
from trouble import Trouble, closed_folder, told_plainly

ROOT = environment.ROOT


def main(arguments: list[str]) -> None:
    """Prepare, then become the program."""
    with told_plainly(ROOT):
        is_worker = "--worker" in arguments
        if not is_worker:
            check_port(os.environ.get("HOIAM_HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
        check_data_folder(Path(os.environ.get("HOIAM_DATA") or ROOT / "var"))
        environment.prepare(requirements())
        compile_translations()
        command = ["work"] if is_worker else ["start", demo_option(os.environ.get("DEMO", "1"))]
        python = str(environment.PYTHON)
        os.chdir(ROOT)
        os.execv(python, [python, "-m", "flask", "--app", "wsgi", *command])


def requirements() -> str:
    """A city on PostgreSQL, with a bucket or Redis needs their libraries; the embedded default does not."""
    said = [os.environ.get(name) for name in ("HOIAM_STORAGE_URL", "HOIAM_REDIS_URL")]
    is_larger = os.environ.get("HOIAM_DATABASE_URL", "").startswith("postgres") or any(said)
    return "requirements-prod.txt" if is_larger else "requirements.txt"


def demo_option(wish: str) -> str:
    """`DEMO=0` (or no, false, off) starts an empty city."""
    return "--no-demo" if wish.strip().lower() in {"0", "no", "false", "off"} else "--demo"


def check_port(host: str, port: str) -> None:
    """Said before the long work, not after it. Raises Trouble."""
    if not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise Trouble(f"PORT={port} is not a port: choose a number from 1024 to 65535, for example make run PORT=8080.")
    try:
        _try_port(host, int(port))
    except PermissionError:
        raise Trouble(f"Port {port} needs special rights: choose one above 1023: make run PORT=8080.") from None
    except socket.gaierror:
        raise Trouble(
            f"HOIAM_HOST={host} is not an address of this machine: leave it out, or try HOIAM_HOST=127.0.0.1."
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise Trouble(
                f"HOIAM_HOST={host} is not an address of this machine: leave it out, or try HOIAM_HOST=127.0.0.1."
            ) from None
        if error.errno != errno.EADDRINUSE:
            raise
        raise Trouble(
            f"Port {port} is taken by another program: choose another one: make run PORT={_free_port(host, int(port))}."
        ) from None


def _try_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _free_port(host: str, taken: int) -> int:
    """The next free port after a taken one, so that the remedy can be copied."""
    for port in range(taken + 1, min(taken + 100, 65536)):
        try:
            _try_port(host, port)
        except OSError:
            continue
        return port
    return 8080


def check_data_folder(folder: Path) -> None:
    """The data folder can be made and written. Raises Trouble."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_bytes(b"x")
        probe.unlink()
    except (FileExistsError, NotADirectoryError):
        raise Trouble(f"HOIAM_DATA={folder} is a file: name a folder.") from None
    except (PermissionError, FileNotFoundError):  # /proc and the like say "not found" where nothing can be made
        raise closed_folder(folder) from None


def compile_translations() -> None:
    """The Vietnamese words; quick when nothing has changed."""
    done = subprocess.run([str(environment.PYTHON), str(ROOT / "scripts" / "translations.py")], check=False)
    if done.returncode != 0:
        raise Trouble("The translations could not be compiled (see above): run git status to see what was changed.")


if __name__ == "__main__":
    main(sys.argv[1:])
