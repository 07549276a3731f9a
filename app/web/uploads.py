"""Files that came with a form."""

from __future__ import annotations

from typing import IO

from flask import request


def picked(name: str = "photos") -> list[tuple[IO[bytes], str]]:
    """The files of a field as stream and file name; an empty field brings none."""
    return [(file.stream, file.filename) for file in request.files.getlist(name) if file.filename]
