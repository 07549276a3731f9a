"""A small disk of our own for photos, so that it can really be full.

A file system in memory of fixed size, mounted in a namespace of its own: an ordinary user may do that, nothing of it is
seen outside, and whoever writes there hears ENOSPC from the kernel itself.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

from trouble import Trouble

SIZE_MB = 96
_MOUNT = f'mount -t tmpfs -o size={SIZE_MB}m,mode=755 photos "$1" && echo ready && exec sleep infinity'


class Missing(Trouble):
    """This machine lacks something; the sentence names it."""


class Disk:
    """Lives as long as a process that holds its namespace; `inside` is how another process comes to see it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._keeper = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", _MOUNT, "sh", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._keeper.stdout
        if self._keeper.stdout.readline() != b"ready\n":
            said = self._keeper.communicate()[1].decode().strip()
            raise Missing(f"No disk that can be full can be made here: allow user namespaces. The system said: {said}")
        self.seen = Path(f"/proc/{self._keeper.pid}/root{folder}")  # the same folder, looked at from outside
        self._ballast = self.seen / "ballast"

    def inside(self, command: list[str], here: Path) -> list[str]:
        """The same command with this disk before its eyes, in that folder."""
        into = ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", str(self._keeper.pid), "--"]
        return [*into, "env", f"--chdir={here}", *command]

    def fill(self) -> None:
        """Take every byte that is left; again and again, since what is developed meanwhile makes room."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(65536))

    def clear(self) -> None:
        self._ballast.unlink(missing_ok=True)

    @property
    def free(self) -> int:
        kept = os.statvfs(self.seen)
        return kept.f_bavail * kept.f_frsize

    def end(self) -> None:
        self._keeper.kill()
        self._keeper.communicate()
