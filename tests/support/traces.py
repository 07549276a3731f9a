"""What is left of a person: every byte of the database's files and of the data folder, read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Flask


def traces(app: Flask, words: Iterable[str]) -> set[tuple[str, str]]:
    """Which of these words stand in which file: database, journal, storage, letters, anything. On SQLite."""
    from app.extensions import db

    with app.app_context():
        beside_the_database = Path(str(db.engine.url.database)).parent
    needles = list(words)
    folders = {beside_the_database, Path(app.config["HOIAM"].data)}
    return {(path.name, word) for path, data in _files(folders) for word in needles if word.encode() in data}


def _files(folders: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()
