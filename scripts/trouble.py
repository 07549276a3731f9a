"""What can go wrong before the program itself stands, said in one plain sentence with the remedy.

Plain Python without any library: it runs before the environment exists.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}
CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class Trouble(Exception):
    """A sentence for the person at the keyboard, remedy included."""


def full_disk(folder: object) -> Trouble:
    """The disk that holds this folder is full."""
    return Trouble(f"The disk that holds {folder} is full: free about 1 GB, then start again; it goes on where it was.")


def closed_folder(folder: object) -> Trouble:
    """We may not write there."""
    return Trouble(f"{folder} cannot be written to: give yourself the right to write there, or choose another folder.")


def from_os_error(error: OSError, where: object) -> Trouble | None:
    """The sentence for an error of the operating system; None when it is not one of the expected ones."""
    if error.errno in FULL:
        return full_disk(where)
    if error.errno in CLOSED:
        return closed_folder(error.filename or where)
    return None


@contextmanager
def told_plainly(root: Path) -> Iterator[None]:
    """Ends the process with one sentence instead of a stack trace when something expected goes wrong."""
    try:
        yield
    except Trouble as trouble:
        _stop(str(trouble))
    except OSError as error:
        trouble_or_none = from_os_error(error, root)
        if trouble_or_none is None:
            raise
        _stop(str(trouble_or_none))
    except KeyboardInterrupt:
        _stop("Stopped. The next start goes on from here.", code=130)


def _stop(sentence: str, code: int = 1) -> None:
    sys.stdout.flush()
    print(f"\n{sentence}", file=sys.stderr, flush=True)
    os._exit(code)
