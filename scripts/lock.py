"""`make lock`: pins every library with hashes, for every Python from 3.11 on and every platform."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETS = ("requirements", "requirements-prod", "requirements-dev", "requirements-vision", "requirements-pictures")
# What the extra's packages ask for and the lookout does not use: the windows of OpenCV, video, a toolbox of pictures.
UNUSED = ("opencv-python", "imageio", "imageio-ffmpeg", "scikit-image")


def main() -> int:
    """Write each .txt from its .in; the larger sets keep the pins of the smaller ones."""
    uv = ROOT / ".venv" / "bin" / "uv"
    # The header of a lock file shows the command: without this it would show one machine's paths.
    shown = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for number, name in enumerate(SETS):
        command = [str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        command += ["--no-emit-index-url", "--no-emit-find-links"]
        for smaller in SETS[:number]:
            command += ["--constraint", f"{smaller}.txt"]
        if name == "requirements-pictures":
            command += ["--no-deps"]
        if name == "requirements-vision":
            command += ["--overrides", str(_without_unused())]
        command += [f"{name}.in", "-o", f"{name}.txt", *sys.argv[1:]]
        done = subprocess.run(command, cwd=ROOT, env=shown, check=False)
        if done.returncode != 0:
            return done.returncode
        print(f"{name}.txt is pinned.", flush=True)
    return 0


def _without_unused() -> Path:
    """A file of overrides that no Python is old enough for."""
    overrides = ROOT / ".venv" / "unused.txt"
    overrides.write_text("".join(f"{name}; python_version < '3'\n" for name in UNUSED), encoding="utf-8")
    return overrides


if __name__ == "__main__":
    sys.exit(main())
