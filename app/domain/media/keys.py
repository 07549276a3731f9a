"""Under which keys a photo's files lie. Names are random: neither guessed nor made from what the photo shows."""

from __future__ import annotations

import re
import secrets

from app.domain.media.develop import SIZES

RAW, ORIGINAL, PUBLIC = "private/raw", "private/original", "public/photo"
NAME = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


def new_name() -> str:
    """22 signs, 128 random bits."""
    return secrets.token_urlsafe(16)


def raw_key(name: str) -> str:
    """The file as it came, until it is developed."""
    return f"{RAW}/{name[:2]}/{name}"


def original_key(name: str) -> str:
    """The photo before it was masked, stripped of hidden data."""
    return f"{ORIGINAL}/{name[:2]}/{name}.webp"


def public_key(name: str, size: str) -> str:
    """What a page may show once the row says so; `size` is one of SIZES."""
    return f"{PUBLIC}/{name[:2]}/{name}-{size}.webp"


def name_in(key: str) -> str:
    """The name a raw, original or public key was made from."""
    last = key.rsplit("/", 1)[-1].removesuffix(".webp")
    for size in SIZES:
        last = last.removesuffix(f"-{size}") if len(last) > 22 else last
    return last
