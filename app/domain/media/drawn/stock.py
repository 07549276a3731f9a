"""A stock of drawings in the storage, so that thousands of demo photos cost a few drawings and no room."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageOps

from app.adapters.storage import Storage
from app.domain.media import darkroom
from app.domain.media.drawn.scenes import Scene, draw
from app.domain.media.keys import public_key

VARIANTS = 3  # of each scene, before and after: 60 drawings
QUALITY = 74
FULL, THUMB = "full", "thumb"
FILE_OF = {FULL: FULL, "view": FULL, THUMB: THUMB}  # a drawing is no larger than a view, so the two are one file


class Drawn(NamedTuple):
    """What the row of a drawn photo says."""

    width: int
    height: int
    size: int  # bytes
    phash: int


class Stock:
    """Draws each picture once, when it is first wanted; later runs find it in the storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: dict[str, Drawn] = {}

    def hang(self, name: str, scene: Scene, seed: int, *, is_after: bool = False) -> Drawn:
        """Give the photo called `name` (see `keys.new_name`) a drawing of this scene: its three files stand afterwards.

        The same seed gives the same place, before and after. The files are second names of the stock's own, so masking
        or removing one demo photo touches no other.
        """
        variant = f"{scene.value}-{seed % VARIANTS}-{'after' if is_after else 'before'}"
        drawn = self._known.get(variant) or self._add(variant, scene, seed % VARIANTS, is_after)
        for size, file in FILE_OF.items():
            self._storage.copy(_stock_key(variant, file), public_key(name, size))
        return drawn

    def _add(self, variant: str, scene: Scene, seed: int, is_after: bool) -> Drawn:
        picture = draw(scene, seed, is_after=is_after)
        data = _webp(picture)
        if not self._storage.exists(_stock_key(variant, THUMB)):
            self._storage.put(_stock_key(variant, FULL), data)
            thumb = ImageOps.fit(picture, darkroom.THUMB, Image.Resampling.LANCZOS)
            self._storage.put(_stock_key(variant, THUMB), _webp(thumb))
        self._known[variant] = Drawn(picture.width, picture.height, len(data), darkroom.perceptual_hash(picture))
        return self._known[variant]


def _stock_key(variant: str, file: str) -> str:
    return f"public/stock/{variant}-{file}.webp"


def _webp(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()
