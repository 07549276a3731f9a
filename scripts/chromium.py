"""Finds a Chromium for the browser tests, or installs Debian's when that is possible. Plain Python, no library."""

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (  # where Playwright keeps its own, and where macOS keeps applications
    "~/.cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "~/Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Headless, as root, and without a word to anybody outside.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The program's path: HOIAM_CHROMIUM, one on the PATH, or one that Playwright fetched."""
    named = os.environ.get("HOIAM_CHROMIUM")
    if named:
        return named
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    browsers = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    patterns = (f"{browsers}/chromium-*/chrome-linux*/chrome", *ELSEWHERE) if browsers else ELSEWHERE
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.expanduser(pattern)), reverse=True):
            if os.access(path, os.X_OK):
                return path
    return None


def ensure() -> str | None:
    """Find one, else install it where this is Debian and we are root; None when neither worked."""
    return find() or (_install() and find()) or None


def _install() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get") or not Path("/etc/debian_version").exists():
        return False
    print("Installing Chromium for the browser tests (apt-get install chromium) …", flush=True)
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends"])
    packages = ["chromium", "fonts-liberation"]
    return all(
        subprocess.run([*command, *(packages if "install" in command else [])], env=calm, check=False).returncode == 0
        for command in commands
    )


if __name__ == "__main__":
    found = find()
    print(found or "No Chromium here.")
    sys.exit(0 if found else 1)
