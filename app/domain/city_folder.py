"""The city folder at a start: read and checked only when it is another one than last time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.domain.city import check, store
from app.extensions import db, unit_of_work
from app.models import Kept, now

KEPT = "city_folder"


def load_if_changed(folder: Path) -> int | None:
    """Put the folder in force if its files have changed since the last time; the version if that changed the city.

    In a unit of work of its own. Raises `Refused` for a folder with errors, and then changes nothing.
    """
    fingerprint = _fingerprint(folder)
    kept = db.session.get(Kept, KEPT)
    if kept is not None and kept.value.get("files") == fingerprint and store.find_current() is not None:
        return None
    city = check.checked(folder)
    with unit_of_work():
        loaded = store.load(city)
        db.session.merge(Kept(name=KEPT, value={"files": fingerprint}, updated_at=now()))
    return loaded.version if loaded.changes or loaded.version == 1 else None


def _fingerprint(folder: Path) -> str:
    """Of every file in the folder, by name and content."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        content = path.read_bytes()
        made.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
        made.update(content)
    return made.hexdigest()
