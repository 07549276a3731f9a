"""Hearing of new reports around a place: where, of what, how often, at which hours not."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain import coordinates, geo
from app.domain.alerts.watching import RADIUS, Wish
from app.domain.city.model import City
from app.domain.folding import in_order
from app.forms.report import TOO_LONG, email_address
from app.models.choices import Cadence
from app.web import labels, language, places

NO_HOUR = ""


class AlertForm(FlaskForm):
    ward = SelectField(_l("Ward or commune"), validate_choice=False)
    point = StringField(
        _l("Or a place on the map, as coordinates"), [Length(max=60, message=TOO_LONG)], description="21.0285, 105.8542"
    )
    radius = SelectField(_l("How far around it"), validate_choice=False, default=str(RADIUS))
    categories = SelectMultipleField(
        _l("Categories"), option_widget=CheckboxInput(), widget=ListWidget(), validate_choice=False
    )
    cadence = RadioField(_l("How often"), validate_choice=False, default=Cadence.DAILY.value)
    quiet_from = SelectField(_l("No letters from"), validate_choice=False, default="22")
    quiet_until = SelectField(_l("until"), validate_choice=False, default="7")
    email = StringField(_l("E-mail"), [Length(max=254, message=TOO_LONG)])

    def __init__(self, city: City, *args: Any, needs_email: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        said = language.chosen()
        self.needs_email, self.bounds = needs_email, city.bounds
        wards = sorted(city.wards.values(), key=lambda one: in_order(one.name.in_(said)))
        self.ward.choices = [("", _l("A circle on the map")), *((one.code, one.name.in_(said)) for one in wards)]
        self.radius.choices = [(str(metres), places.reach(metres)) for metres in geo.CIRCLES_M]
        offered = [one for one in city.categories.values() if not one.stops]
        self.groups = [
            (group.name.in_(said), [(one.code, one.name.in_(said)) for one in offered if one.group == code])
            for code, group in city.groups.items()
        ]
        self.categories.choices = [choice for _name, choices in self.groups for choice in choices]
        self.cadence.choices = [SelectChoice(one.value, labels.label(one)) for one in Cadence]
        hours = [(str(hour), f"{hour}:00") for hour in range(24)]
        for field in (self.quiet_from, self.quiet_until):
            field.choices = [(NO_HOUR, "–"), *hours]

    def validate_email(self, field: StringField) -> None:
        field.data = (field.data or "").strip()
        if self.needs_email:
            field.data = email_address(field.data)

    def validate_point(self, field: StringField) -> None:
        if (field.data or "").strip() and not self.ward.data and self._place() is None:
            raise ValidationError(_l("Write coordinates like 21.0285, 105.8542."))

    def wish(self) -> Wish:
        """What was asked for; the domain says what of it is impossible."""
        lat, lng = self._place() or (None, None)
        return Wish(
            cadence=Cadence(self.cadence.data) if self.cadence.data in set(Cadence) else Cadence.DAILY,
            ward=self.ward.data or "",
            lat=lat,
            lng=lng,
            radius_m=_number(self.radius.data) or 0,
            categories=tuple(sorted(self.categories.data or ())),
            quiet_from=_hour(self.quiet_from.data),
            quiet_until=_hour(self.quiet_until.data),
        )

    def _place(self) -> tuple[float, float] | None:
        return coordinates.parse_coordinates(self.point.data or "", self.bounds)


def data_of(wish: Wish) -> dict[str, Any]:
    """A wish as the form shows it."""
    return {
        "ward": wish.ward,
        "point": f"{wish.lat:.5f}, {wish.lng:.5f}" if wish.lat is not None and wish.lng is not None else "",
        "radius": str(wish.radius_m),
        "categories": list(wish.categories),
        "cadence": wish.cadence.value,
        "quiet_from": NO_HOUR if wish.quiet_from is None else str(wish.quiet_from),
        "quiet_until": NO_HOUR if wish.quiet_until is None else str(wish.quiet_until),
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _hour(text: str | None) -> int | None:
    hour = _number(text)
    return hour if hour is not None and hour < 24 else None
