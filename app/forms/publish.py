"""What a check before publication decides: shape only. Words and photos come in fields named by their ids."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.validators import Length, Optional

from app.domain.errors import Invalid
from app.models import Photo, Words

MAX_TEXT = 4000


class PublishForm(FlaskForm):
    version = HiddenField()
    reason = StringField(_l("Why it is not published"), [Optional(), Length(max=300)])


def texts(said: MultiDict[str, str], words: Iterable[Words]) -> dict[int, str | None]:
    """The public text of each of these words; None for those that stay private."""
    return {one.id: said.get(f"text-{one.id}", "")[:MAX_TEXT] if said.get(f"show-{one.id}") else None for one in words}


def shown(said: MultiDict[str, str], photos: Iterable[Photo]) -> frozenset[int]:
    """The photos that were chosen to be public."""
    return frozenset(photo.id for photo in photos if said.get(f"photo-{photo.id}"))


def is_of_adults(said: MultiDict[str, str], photo: Photo) -> bool:
    """Do those who check say that the faces they uncovered are of adults in a public role?"""
    return bool(said.get(f"adult-{photo.id}"))


def boxes(said: MultiDict[str, str], photo: Photo) -> list[list[float]]:
    """The black boxes over a photo, in percent on the page, as parts of the whole here. Empty rows are left out.

    Raises Invalid for what is not a number.
    """
    columns = [said.getlist(f"{side}-{photo.id}") for side in "xywh"]
    rows = [row for row in zip(*columns, strict=False) if any(number.strip() for number in row)]
    try:
        return [[float(number.replace(",", ".")) / 100 for number in row] for row in rows]
    except ValueError:
        raise Invalid(_l("Write each box as four numbers: left, top, width and height in percent.")) from None
