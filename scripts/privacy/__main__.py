"""Prints what is found of what betrays people, and what is found wrongly: `.venv/bin/python scripts/privacy`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from privacy import photos, words  # noqa: E402  the paths stand above


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("words", "photos", "all"), default="all")
    asked = parser.parse_args().what
    if asked != "photos":
        for line in words.report():
            print(line)
    if asked != "words":
        for line in photos.report():
            print(line, flush=True)


if __name__ == "__main__":
    main()
