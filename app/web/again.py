"""What was typed into a form that we could not take just now, so that one press sends it once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import request

LONGEST: Final = 30_000  # signs; what is longer came from no person
SECRET: Final = frozenset({"password", "old", "new"})  # never given back, typed again instead


@dataclass(frozen=True, slots=True)
class Again:
    """Where it goes and what it said; photos cannot be given back and must be chosen again."""

    address: str
    said: tuple[tuple[str, str], ...]
    had_photos: bool


def typed() -> Again | None:
    """The form of this request; None where there is none, or nothing that a person could lose."""
    if request.method != "POST" or request.path.startswith("/api/"):
        return None
    said = tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in SECRET and not name.endswith("csrf_token")
    )
    if sum(len(name) + len(value) for name, value in said) > LONGEST:
        return None
    address = f"{request.script_root}{request.full_path.rstrip('?')}"
    return Again(address, said, any(file.filename for file in request.files.values()))
