"""What staff may say when the city declares something: moments of the city's clock, wards, kinds of problems."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from app.domain import coordinates, geo, places
from app.domain.city import store
from app.domain.city.model import City
from app.domain.folding import in_order
from app.domain.notices import area as areas_
from app.domain.notices.area import Area
from app.domain.notices.writing import Telling
from app.domain.suspensions.declaring import Decision
from app.forms.account import TOO_LONG
from app.forms.team import Several
from app.models import Localized, Notice
from app.models.choices import NoticeSeverity
from app.web import labels, language
from app.web import places as said_places

MOMENT = "%Y-%m-%dT%H:%M"
LONGEST_TITLE, LONGEST_TEXT = 120, 2000


class Moment(DateTimeLocalField):
    """A minute on the city's clock; `at` is the moment it means."""

    def __init__(self, label: Any, validators: list[Any], **more: Any) -> None:
        super().__init__(label, validators, format=[MOMENT], **more)

    @property
    def at(self) -> datetime | None:
        zone = ZoneInfo(store.current().timezone)
        return self.data.replace(tzinfo=zone).astimezone(UTC) if self.data else None


def local(at: datetime | None) -> datetime | None:
    """A moment as such a field shows it."""
    return at.astimezone(ZoneInfo(store.current().timezone)).replace(tzinfo=None) if at else None


class AreaForm(FlaskForm):
    """Some wards or, with none ticked, all of them."""

    wards = Several(_l("Wards and communes"), _l("Choose wards from the list."))

    def __init__(self, city: City, **more: Any) -> None:
        super().__init__(**more)
        said = language.chosen()
        wards = sorted(city.wards.values(), key=lambda one: in_order(one.name.in_(said)))
        self.wards.choices = [SelectChoice(one.code, one.name.in_(said)) for one in wards]


class KindsForm(AreaForm):
    """With none ticked, every kind of problem."""

    categories = Several(_l("Kinds of problems"), _l("Choose categories from the list."))

    def __init__(self, city: City, **more: Any) -> None:
        super().__init__(city, **more)
        said = language.chosen()
        offered = [one for one in city.categories.values() if not one.stops]
        self.categories.choices = [SelectChoice(one.code, one.name.in_(said)) for one in offered]


class NoticeForm(KindsForm):
    severity = RadioField(
        _l("How much it matters"), [InputRequired(_l("Choose one."))], default=NoticeSeverity.INFO.value
    )
    title_vi = StringField(
        _l("Heading in Vietnamese"),
        [InputRequired(_l("Write a heading.")), Length(max=LONGEST_TITLE, message=TOO_LONG)],
    )
    text_vi = TextAreaField(
        _l("Text in Vietnamese"), [InputRequired(_l("Write the text.")), Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    title_en = StringField(_l("Heading in English"), [Length(max=LONGEST_TITLE, message=TOO_LONG)])
    text_en = TextAreaField(_l("Text in English"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])
    starts_at = Moment(_l("Begins at"), [InputRequired(_l("Say from when."))])
    clear_at = Moment(_l("Expected to be over by"), [Optional()])
    until = Moment(_l("Shown until"), [InputRequired(_l("Say until when."))])
    point = StringField(_l("Middle of a circle: a place, or coordinates"), [Length(max=200, message=TOO_LONG)])
    radius = SelectField(_l("How far around it"), default="500", validate_choice=False)
    ring = TextAreaField(_l("Outline: a corner a line, as coordinates"), [Length(max=4000, message=TOO_LONG)])

    def __init__(self, city: City, **more: Any) -> None:
        super().__init__(city, **more)
        self.bounds = city.bounds
        self.severity.choices = [SelectChoice(one.value, labels.label(one)) for one in NoticeSeverity]
        self.radius.choices = [SelectChoice(str(metres), said_places.reach(metres)) for metres in geo.CIRCLES_M]

    def validate_point(self, field: StringField) -> None:
        """A name leads to its coordinates, where one place alone bears it."""
        words = (field.data or "").strip()
        if not words or coordinates.parse_coordinates(words, self.bounds):
            return
        hits = places.search(words, language.chosen())
        if not hits:
            raise ValidationError(_l("No place of this name is known. Write coordinates like 21.0285, 105.8542."))
        if len(hits) > 1:
            found = "; ".join(f"{hit.name}: {hit.lat:.5f}, {hit.lng:.5f}" for hit in hits)
            raise ValidationError(_l("Which one? Write its coordinates: %(found)s", found=found))
        field.data = f"{hits[0].lat:.5f}, {hits[0].lng:.5f}"

    def validate_ring(self, field: TextAreaField) -> None:
        if any(corner is None for corner in self._corners()):
            raise ValidationError(_l("Write coordinates like 21.0285, 105.8542, one corner a line."))

    @property
    def telling(self) -> Telling:
        starts_at, until = self.starts_at.at, self.until.at
        assert starts_at is not None  # required
        assert until is not None
        return Telling(
            severity=NoticeSeverity(self.severity.data),
            title=Localized((self.title_vi.data or "").strip(), (self.title_en.data or "").strip()),
            text=Localized((self.text_vi.data or "").strip(), (self.text_en.data or "").strip()),
            area=self._area(),
            starts_at=starts_at,
            until=until,
            clear_at=self.clear_at.at,
            categories=tuple(self.categories.data or ()),
        )

    def _area(self) -> Area:
        middle = coordinates.parse_coordinates(self.point.data or "", self.bounds)
        ring = tuple(corner for corner in self._corners() if corner is not None)
        wards = tuple(self.wards.data or ())
        if middle is None:
            return Area(wards=wards, ring=ring)
        return Area(wards, *middle, radius_m=int(self.radius.data or 0), ring=ring)

    def _corners(self) -> list[tuple[float, float] | None]:
        lines = (self.ring.data or "").splitlines()
        return [coordinates.parse_coordinates(line, self.bounds) for line in lines if line.strip()]


def data_of(notice: Notice) -> dict[str, Any]:
    """A notice as its form shows it."""
    where = areas_.of(notice)
    return {
        "severity": notice.severity.value,
        "title_vi": notice.title.vi,
        "title_en": notice.title.en,
        "text_vi": notice.text.vi,
        "text_en": notice.text.en,
        "starts_at": local(notice.starts_at),
        "clear_at": local(notice.clear_at),
        "until": local(notice.until),
        "wards": list(notice.wards),
        "categories": list(notice.categories),
        "point": f"{notice.lat:.5f}, {notice.lng:.5f}" if where.is_circle else "",
        "radius": str(notice.radius_m or 500),
        "ring": "\n".join(f"{lat:.5f}, {lng:.5f}" for lat, lng in where.ring),
    }


class UpdateForm(FlaskForm):
    """What is new about a notice."""

    text_vi = TextAreaField(
        _l("Text in Vietnamese"), [InputRequired(_l("Write what is new.")), Length(max=LONGEST_TEXT, message=TOO_LONG)]
    )
    text_en = TextAreaField(_l("Text in English"), [Length(max=LONGEST_TEXT, message=TOO_LONG)])

    @property
    def text(self) -> Localized:
        return Localized((self.text_vi.data or "").strip(), (self.text_en.data or "").strip())


class SuspensionForm(KindsForm):
    """Hours that do not count, for whom, and why."""

    reason_vi = StringField(
        _l("Reason in Vietnamese"),
        [InputRequired(_l("Say the reason; everybody reads it.")), Length(max=300, message=TOO_LONG)],
    )
    reason_en = StringField(_l("Reason in English"), [Length(max=300, message=TOO_LONG)])
    starts_at = Moment(_l("Begins at"), [InputRequired(_l("Say from when."))])
    until = Moment(_l("Ends at"), [InputRequired(_l("Say until when."))])

    @property
    def decision(self) -> Decision:
        starts_at, until = self.starts_at.at, self.until.at
        assert starts_at is not None  # required
        assert until is not None
        return Decision(
            reason=Localized((self.reason_vi.data or "").strip(), (self.reason_en.data or "").strip()),
            starts_at=starts_at,
            until=until,
            wards=tuple(self.wards.data or ()),
            categories=tuple(self.categories.data or ()),
        )


class StormForm(AreaForm):
    until = Moment(_l("Ends at"), [InputRequired(_l("Say until when."))])
