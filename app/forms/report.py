"""The forms of a resident's report, a form per step: shape only, the domain decides what it means."""

from __future__ import annotations

from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FloatField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from app.domain.city.model import Category, City, Question, Ward
from app.domain.folding import in_order
from app.domain.reports.filing import MAX_WAYFINDING, MAX_WORDS
from app.forms.fields import latitude, longitude
from app.models.choices import PlaceSource, StillThere

DANGER = "danger"  # the question by which a category asks what every report is asked
HIDE_NAME = _l("Hide who I am from the unit in charge too")
TOO_LONG = _l("At most %(max)d characters.")


class QuietFloat(FloatField):
    """A hidden number that a script fills in; nonsense counts as not said."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class PhotosForm(FlaskForm):
    """The first page. The device's place is asked beside the photo, because phones take it out of the file."""

    photos = MultipleFileField(_l("Photos"))
    lat = QuietFloat(validators=[Optional(), NumberRange(-90, 90)])
    lng = QuietFloat(validators=[Optional(), NumberRange(-180, 180)])
    accuracy = QuietFloat(validators=[Optional()])
    place_from = HiddenField()  # "photo" when the place was read from the file before it was made smaller


class PlaceForm(FlaskForm):
    """A pin and, where no border tells, the ward."""

    lat = latitude(_l("Latitude"))
    lng = longitude(_l("Longitude"))
    source = HiddenField()
    accuracy = QuietFloat(validators=[Optional()])
    address = HiddenField(validators=[Length(max=300, message=TOO_LONG)])
    ward = RadioField(_l("Which ward is it in?"), choices=[], validate_choice=False, validators=[Optional()])
    wayfinding = StringField(_l("How to find it"), [Length(max=MAX_WAYFINDING, message=TOO_LONG)])

    def offer(self, wards: tuple[Ward, ...], language: str) -> None:
        self.ward.choices = [SelectChoice(ward.code, ward.name.in_(language)) for ward in wards]

    @property
    def place_source(self) -> PlaceSource:
        said = str(self.source.data or "")
        return PlaceSource(said) if said in set(PlaceSource) else PlaceSource.MAP


def ward_choices(city: City, language: str) -> list[SelectChoice]:
    """Every ward of the city, in the order of its letters."""
    named = sorted(
        ((ward.name.in_(language), ward.code) for ward in city.wards.values()), key=lambda one: in_order(one[0])
    )
    return [SelectChoice(code, name) for name, code in named]


class WardForm(FlaskForm):
    """The way without the map."""

    ward = SelectField(_l("Ward or commune"), validate_choice=True)
    wayfinding = TextAreaField(_l("How to find it"), [Length(max=MAX_WAYFINDING, message=TOO_LONG)])

    def __init__(self, city: City, language: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ward.choices = [SelectChoice("", _l("Choose …")), *ward_choices(city, language)]

    def validate_ward(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(_l("Choose the ward."))

    def validate_wayfinding(self, field: TextAreaField) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_l("Write how to find the place: a house number, a crossing, a landmark."))


class WhatForm(FlaskForm):
    """What it is, and whether somebody is in danger."""

    words = TextAreaField(_l("In your own words"), [Length(max=MAX_WORDS, message=TOO_LONG)])
    category = RadioField(_l("Kind of problem"), choices=[], validate_choice=False, validators=[Optional()])
    danger = RadioField(
        _l("Is it dangerous right now?"),
        choices=[SelectChoice("no", _l("No")), SelectChoice("yes", _l("Yes, somebody could be hurt"))],
        validators=[Optional()],
    )
    asked = HiddenField()  # the category whose questions stood on the page


class EditForm(PlaceForm, WhatForm):
    """All that may change in the time to edit, on one page. `version` is that of the report the page showed."""

    where = SelectField(_l("Ward or commune"), choices=[], validate_choice=False, validators=[Optional()])
    photos = MultipleFileField(_l("More photos"))
    hide_content = BooleanField(_l("Do not publish my words and photos"))
    hide_name = BooleanField(HIDE_NAME)
    version = HiddenField()


class ContactForm(FlaskForm):
    """Who may be written to, and what stays private. Nothing is ticked beforehand."""

    name = StringField(_l("Your name"), [Length(max=120, message=TOO_LONG)])
    email = StringField(_l("E-mail"), [Length(max=254, message=TOO_LONG)])
    phone = StringField(_l("Telephone"), [Length(max=30, message=TOO_LONG)])
    nameless = BooleanField(_l("Send without any contact"))
    hide_name = BooleanField(HIDE_NAME)
    hide_content = BooleanField(_l("Do not publish my words and photos"))
    alerts = BooleanField(_l("Write to me also about similar problems nearby"))
    enterprise = BooleanField(_l("The unit in charge may pass my contact to its contractor, to find the place"))
    client_id = HiddenField()

    def validate_email(self, field: StringField) -> None:
        field.data = (field.data or "").strip()
        if field.data:
            field.data = email_address(field.data)

    def validate_phone(self, field: StringField) -> None:
        field.data = (field.data or "").strip()
        if field.data:
            field.data = telephone(field.data)

    @property
    def consents(self) -> tuple[str, ...]:
        """What was agreed to, each by a tick of its own. Leaving a box empty agrees to nothing."""
        given = {"alerts": self.alerts.data, "contractor": self.enterprise.data}
        return tuple(purpose for purpose, said in given.items() if said)


def email_address(text: str) -> str:
    """An address as it is stored; ValidationError when it is none."""
    try:
        return str(validate_email(text, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise ValidationError(_l("This is not an e-mail address, like ten@example.com.")) from None


def telephone(text: str) -> str:
    """A number as it is stored, +84…; ValidationError when it is none."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(_l("This is not a telephone number, like 0912 345 678."))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def further_questions(category: Category) -> tuple[Question, ...]:
    """What a category asks beyond whether it is dangerous: the page asks that of everybody, once."""
    return tuple(question for question in category.questions if question.code != DANGER)


def questions_form(category: Category, language: str, answers: dict[str, str], *, csrf: bool = True) -> FlaskForm:
    """The questions of a category as a form: a field `answer_<code>` each. The domain checks the answers."""
    members: dict[str, Any] = {}
    for question in further_questions(category):
        label = question.label.in_(language)
        if question.kind == "choice":
            choices = [SelectChoice(choice.code, choice.label.in_(language)) for choice in question.choices]
            field: Any = RadioField(label, choices=choices, validate_choice=False, validators=[Optional()])
        else:
            field = StringField(label, [Length(max=200, message=TOO_LONG)])
        members[f"answer_{question.code}"] = field
    form: FlaskForm = type("QuestionsForm", (FlaskForm,), members)(
        data={f"answer_{code}": answer for code, answer in answers.items()}, meta={} if csrf else {"csrf": False}
    )
    return form


class WordsForm(FlaskForm):
    """A few words on the reporter's own page, perhaps with photos. What they are for is the page's to say."""

    words = TextAreaField(_l("Your words"), [Length(max=2000, message=TOO_LONG)])
    photos = MultipleFileField(_l("Photos"))


class RatingForm(FlaskForm):
    rating = RadioField(_l("How do you find the answer?"), choices=[], validators=[Optional()])
    reason = RadioField(_l("What are you not satisfied with?"), choices=[], validators=[Optional()])
    words = TextAreaField(_l("Your words"), [Length(max=2000, message=TOO_LONG)])


class DigitsForm(FlaskForm):
    digits = StringField(_l("Six digits from the message"), [Length(max=12, message=TOO_LONG)])


class AddressForm(FlaskForm):
    """Where a message can reach somebody."""

    email = StringField(_l("E-mail"), [Length(max=254, message=TOO_LONG)])

    def validate_email(self, field: StringField) -> None:
        field.data = email_address((field.data or "").strip())


class FollowForm(FlaskForm):
    """Where to write about somebody else's report."""

    email = StringField(_l("E-mail"), [Length(max=254, message=TOO_LONG)])

    def __init__(self, *args: Any, is_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_needed = is_needed

    def validate_email(self, field: StringField) -> None:
        field.data = (field.data or "").strip()
        if field.data or self.is_needed:
            field.data = email_address(field.data)


class LettersForm(FlaskForm):
    """In which language a guest is written to; the domain knows which there are."""

    language = SelectField(
        _l("Language of our letters"),
        choices=[SelectChoice("vi", "Tiếng Việt"), SelectChoice("en", "English")],
        validate_choice=False,
    )


class PressForm(FlaskForm):
    """A single button."""


class StillForm(FlaskForm):
    """One of three buttons: is it really gone?"""

    said = HiddenField(validators=[AnyOf([one.value for one in StillThere], _l("Choose one of the answers."))])


class EraseForm(FlaskForm):
    """Erasing cannot be taken back, so it is said twice."""

    content = BooleanField(_l("Erase my public words and photos too"))
    sure = BooleanField(
        _l("I understand that this cannot be undone"),
        [InputRequired(_l("Tick this, if you are sure."))],
    )


__all__ = [
    "AddressForm",
    "ContactForm",
    "DigitsForm",
    "EditForm",
    "EraseForm",
    "FollowForm",
    "LettersForm",
    "PhotosForm",
    "PlaceForm",
    "PressForm",
    "RatingForm",
    "StillForm",
    "WardForm",
    "WhatForm",
    "WordsForm",
    "email_address",
    "further_questions",
    "questions_form",
    "telephone",
    "ward_choices",
]
