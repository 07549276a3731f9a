"""What a visitor may ask: the filters of map and list, a place to look around, a code, all by GET and without a token;
and the one thing a visitor may say: that a page shows personal data."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    FloatField,
    IntegerField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain import public_filters
from app.domain.city import store
from app.domain.city.model import City
from app.domain.errors import Invalid
from app.domain.exposure import Shows
from app.domain.folding import in_order
from app.domain.public_filters import Filters
from app.forms.fields import latitude, longitude
from app.forms.refusals import refuse
from app.web import labels, language


class AskForm(FlaskForm):
    """A form of an address: it changes nothing, so it needs no token and no session."""

    class Meta:
        csrf = False


class FlagForm(FlaskForm):
    """What shows somebody's personal data."""

    shows = RadioField(
        _l("What shows it?"),
        [Optional()],
        choices=[
            SelectChoice(Shows.CONTENT.value, _l("The words or photos of the sender")),
            SelectChoice(Shows.ANSWER.value, _l("The answer of the unit, or its photos")),
            SelectChoice(Shows.PLACE.value, _l("The place")),
        ],
        validate_choice=False,
    )
    note = TextAreaField(_l("What exactly?"))

    def what(self) -> Shows | None:
        return Shows(self.shows.data) if self.shows.data in set(Shows) else None


class FilterForm(AskForm):
    classes = SelectMultipleField(
        _l("Status"), name="class", option_widget=CheckboxInput(), widget=ListWidget(), validate_choice=False
    )
    category = SelectMultipleField(_l("Category"), option_widget=CheckboxInput(), validate_choice=False)
    ward = SelectField(_l("Ward or commune"), validate_choice=False)
    first = StringField(_l("From month"), name="from")
    last = StringField(_l("To month"), name="to")
    words = SearchField(_l("Words"), validators=[Length(max=public_filters.LONGEST_WORDS)])

    def __init__(self, city: City, args: Any) -> None:
        super().__init__(args)
        self.filters = Filters()
        self._categories: dict[str, list[tuple[str, str]]] = {}
        said = language.chosen()
        self.classes.choices = [(one.value, labels.label(one)) for one in public_filters.SHOWN]
        for one in city.categories.values():
            if not one.stops:
                self._categories.setdefault(one.group, []).append((one.code, one.name.in_(said)))
        self.category.choices = [choice for group in self._categories.values() for choice in group]
        wards = sorted(city.wards.values(), key=lambda one: in_order(one.name.in_(said)))
        self.ward.choices = [("", _l("The whole city")), *((one.code, one.name.in_(said)) for one in wards)]

    def in_group(self, group: str) -> list[tuple[str, str]]:
        """The categories of a group, as choices."""
        return self._categories.get(group, [])

    def check(self) -> bool:
        """Read the filters; what the city does not know becomes a message beside its field, and is left out."""
        is_shaped = bool(self.validate())
        try:
            self.filters = public_filters.read(
                classes=_several(self.classes.data),
                categories=_several(self.category.data),
                ward=self.ward.data or "",
                first=(self.first.data or "").strip(),
                last=(self.last.data or "").strip(),
                words=self.words.data or "",
            )
        except Invalid as refused:
            refuse(self, refused, otherwise="words")
            is_shaped = False
        self.classes.data = [one.value for one in public_filters.SHOWN if one in self.filters.classes]
        self.category.data = list(self.filters.categories)
        return is_shaped


def _several(values: list[str] | None) -> list[str]:
    """ "open,done" and repeated parameters say the same."""
    return [part for value in values or [] for part in value.split(",") if part]


def read_filters(args: Any) -> Filters:
    """Filters of a tile's address. Raises Invalid."""
    if not args:
        return Filters()
    said = args.to_dict()  # werkzeug's own `get` makes a refusal of each name that is not said
    return public_filters.read(
        classes=_several(args.getlist("class")),
        categories=_several(args.getlist("category")),
        ward=said.get("ward", ""),
        first=said.get("from", ""),
        last=said.get("to", ""),
        words=said.get("words", ""),
        of=store.last_seen,
    )


def as_query(filters: Filters) -> dict[str, Any]:
    """The one way to write these filters in an address; what is usual is left out."""
    said: dict[str, Any] = {}
    if not filters.is_open_only:
        said["class"] = ",".join(one.value for one in public_filters.SHOWN if one in filters.classes)
    if filters.categories:
        said["category"] = ",".join(filters.categories)
    if filters.ward:
        said["ward"] = filters.ward
    if filters.first:
        said["from"] = _month(filters.first)
    if filters.last:
        said["to"] = _month(filters.last)
    if filters.words:
        said["words"] = filters.words
    return said


def _month(first_day: date) -> str:
    return f"{first_day:%Y-%m}"


class NearForm(AskForm):
    q = SearchField(_l("A place"), validators=[Length(max=200)])
    lat = latitude(_l("Latitude"))
    lng = longitude(_l("Longitude"))


class CircleForm(AskForm):
    """A circle of a feed: three numbers of an address."""

    lat = FloatField(validators=[InputRequired(), NumberRange(-90, 90)])
    lng = FloatField(validators=[InputRequired(), NumberRange(-180, 180)])
    radius = IntegerField(validators=[InputRequired()])


class CodeForm(AskForm):
    code = StringField(_l("The code of a report"), validators=[Length(max=40)])
