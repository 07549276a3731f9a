"""The quick checks by name: lint, types, contracts, vendored, translations. Runs all that were asked for."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")

CHECKS: dict[str, list[list[str]]] = {
    "lint": [
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        [PYTHON, "-m", "ruff", "check", "."],
        [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
        [PYTHON, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "app", "scripts", "wsgi.py", "work.py"],
    ],
    "types": [[PYTHON, "-m", "mypy", "app", "wsgi.py", "work.py"], [PYTHON, "-m", "mypy", "scripts"]],
    "contracts": [[PYTHON, "-c", "from importlinter.cli import import_linter; import_linter()", "lint"]],
    "vendored": [[PYTHON, "scripts/vendor.py", "--check"], [PYTHON, "scripts/css.py", "--check"]],
    "translations": [[PYTHON, "scripts/translations.py", "--check"]],
}


def main(names: list[str]) -> int:
    """Run the named checks; 1 when any failed. Each failure shows what its tool said."""
    failed = [name for name in names if not passes(name)]
    if failed:
        print(f"\nNot clean: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def passes(name: str) -> bool:
    """All commands of one check; silent when they pass."""
    began = time.monotonic()
    outcomes = [_passes(command) for command in CHECKS[name]]  # every command speaks, not only the first that fails
    clean = all(outcomes)
    print(f"{'clean' if clean else 'FAILED':6}  {name:12}  {time.monotonic() - began:5.1f} s", flush=True)
    return clean


def _passes(command: list[str]) -> bool:
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        print(f"$ {' '.join(command).replace(str(BIN) + '/', '')}\n{done.stdout}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in CHECKS]
    if unknown:
        sys.exit(f"There is no check called {', '.join(unknown)}; there are: {', '.join(CHECKS)}.")
    sys.exit(main(sys.argv[1:] or list(CHECKS)))
