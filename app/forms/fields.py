"""Fields that several forms share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FloatField
from wtforms.validators import NumberRange, Optional


class Degrees(FloatField):
    """Degrees of latitude or longitude. Vietnamese write a decimal comma, and some the sign: "21,0285°"."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = degrees(valuelist[0])
        if self.data is None and valuelist[0].strip():
            raise ValueError(_l("Write a number, like 21.0285 or 105.8542."))


def degrees(text: str) -> float | None:
    """The number somebody typed, None when it is none."""
    try:
        return float(text.strip().removesuffix("°").replace(",", "."))
    except ValueError:
        return None


def latitude(label: Any) -> Degrees:
    return Degrees(label, [Optional(), NumberRange(-90, 90, _l("The latitude must lie between −90 and 90."))])


def longitude(label: Any) -> Degrees:
    return Degrees(label, [Optional(), NumberRange(-180, 180, _l("The longitude must lie between −180 and 180."))])
