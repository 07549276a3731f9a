"""Which drawing shows which trouble, and its files in the storage."""

from __future__ import annotations

from typing import Any

from app.adapters.storage import Storage
from app.domain.city.model import Category
from app.domain.media.drawn.scenes import Scene
from app.domain.media.drawn.stock import Stock
from app.domain.media.keys import new_name
from app.models.choices import PhotoKind

_OF_CATEGORY = {
    Scene.POTHOLE: "o-ga sut-lun via-he thi-cong loi-di-tiep-can cau-lan-can pothole roadworks",
    Scene.MANHOLE: "nap-cong tac-cong",
    Scene.PARKING: "do-xe lan-chiem trong-giu-xe un-tac vi-pham-giao-thong xe-buyt parking",
    Scene.SIGNAL: "den-tin-hieu bien-bao duong-sat-do-thi",
    Scene.LAMP: "chieu-sang day-dien mat-dien cap-vien-thong street-light live-wire",
    Scene.RUBBISH: "rac-ton-dong thung-rac do-trom ve-sinh-duong xu-ly-rac dot-rac ve-sinh-di-tich rubbish",
    Scene.FLOOD: "ngap-ung song-ho-o-nhiem xa-nuoc-thai mat-nuoc kenh-muong de-dieu",
    Scene.TREE: "cay-gay-do cay-xanh cong-vien",
    Scene.RELIC: "xam-hai-di-tich xuong-cap-di-tich lan-chiem-di-tich tuong-dai relic-damage",
    Scene.ADVERTS: "quang-cao bien-chi-dan",
}
_SCENES = {code: scene for scene, codes in _OF_CATEGORY.items() for code in codes.split()}


def can_be_shown(category: Category) -> bool:
    """Is there a drawing of such a trouble? A photo of something else would only confuse."""
    return category.code in _SCENES


class Hanging:
    """Gives each made-up photo a name and its drawing."""

    def __init__(self, storage: Storage) -> None:
        self._stock = Stock(storage)

    def hang(self, category: Category, seed: int, kind: PhotoKind) -> dict[str, Any]:
        """The columns of the photo's row that its drawing decides. The same seed shows the same place after."""
        name = new_name()
        drawn = self._stock.hang(name, _SCENES[category.code], seed, is_after=kind is PhotoKind.AFTER)
        return {"name": name, "width": drawn.width, "height": drawn.height, "size": drawn.size, "phash": drawn.phash}
