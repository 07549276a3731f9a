"""`make test` and the long half of `make proof`: own set-up, then pytest. Whatever follows goes to pytest.

The whole suite runs on SQLite, every test that touches the database again on PostgreSQL, the journeys in Chromium.
What this machine lacks is found, installed where possible, or skipped by name; with CI=true a skip is a failure.
"""

import os
import subprocess
import sys

import chromium
import environment
from trouble import Trouble, told_plainly

PROOF = ["-m", "proof", "-s", "-p", "no:xdist", "tests"]
EXTRAS = ("requirements-vision.txt", "requirements-pictures.txt")  # the proofs count what the lookout covers
ALL = ["-n", "2", "--dist", "worksteal"]


def main(arguments: list[str]) -> None:
    """Prepare, then become pytest."""
    with told_plainly(environment.ROOT):
        environment.prepare("requirements-dev.txt")
        for extra in EXTRAS if "--proof" in arguments else ():
            environment.add(extra)
        browser = chromium.ensure()
        if browser is None and os.environ.get("CI") == "true":
            raise Trouble("The browser tests need Chromium: install it (Debian, Ubuntu: sudo apt install chromium).")
        if browser is None:
            print("No Chromium here: the browser tests will be skipped by name.", flush=True)
        else:
            os.environ["HOIAM_CHROMIUM"] = browser
        python = str(environment.PYTHON)
        os.chdir(environment.ROOT)
        if subprocess.run([python, "scripts/translations.py"], check=False).returncode != 0:
            raise Trouble("The translations could not be compiled; see above.")
        os.execv(python, [python, "-m", "pytest", "--database=both", *choose(arguments)])


def choose(arguments: list[str]) -> list[str]:
    """pytest's arguments: everything but the proofs, or the proofs alone and one after the other."""
    rest = [argument for argument in arguments if argument != "--proof"]
    return [*(PROOF if "--proof" in arguments else ALL), *rest]


if __name__ == "__main__":
    main(sys.argv[1:])
