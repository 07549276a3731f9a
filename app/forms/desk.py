"""What staff may say with a step. One form for every move: it keeps the fields its move asks for. Shape only."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional, ValidationError

from app.domain.city import store
from app.domain.coordinates import Point, parse_coordinates
from app.domain.media.exif import LatLng
from app.domain.workflow import Ask, Move
from app.models.choices import Outcome, Severity, WaitingFor, WordsKind
from app.web.labels import LABELS

MAX_WORDS = 4000


WORDS_ARE = {  # what the field of words holds, by what the move wants
    WordsKind.ANSWER: _l("Answer to the reporter"),
    WordsKind.REASON: _l("The reason, in your words"),
    WordsKind.FINDING: _l("What was found"),
    WordsKind.NOTE: _l("Internal note"),
    WordsKind.REQUEST: _l("Why it is opened again"),
}
NAMES_OF_WORDS = {  # where the move says more than that
    "ask": _l("Question to the reporter"),
    "refuse_extension": _l("Why there is no more time"),
    "refuse_claim": _l("What is still to be done"),
    "contact_tried": _l("When and how you tried"),
    "report_abuse": _l("What is abusive"),
    "decline": _l("Explanation to the reporter"),
}


class DayField(DateField):
    """A day as the browser's calendar sends it, or as people here write it: 25/11/2025."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Optional()], format=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(value.strip() for value in valuelist):
            return
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError:
            raise ValueError(_("Write the day like 25/11/2025.")) from None


def _choices(kind: Any, *without: Any) -> list[SelectChoice]:
    return [SelectChoice(choice.value, label) for choice, label in LABELS[kind].items() if choice not in without]


def seen_version(form: FlaskForm) -> int:
    """The version of the report that the page showed; a form that does not say is an old one."""
    said = str(form["version"].data or "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


class StepForm(FlaskForm):
    """The form of one move; `keep` takes away what the move does not ask for."""

    move = HiddenField()
    version = HiddenField()
    outcome = RadioField(_l("What came of it?"), [Optional()], choices=_choices(Outcome), validate_choice=False)
    waiting_for = RadioField(
        _l("What does the work wait for?"),
        [Optional()],
        choices=_choices(WaitingFor, WaitingFor.REPORTER),
        validate_choice=False,
    )
    refusal = SelectField(_l("Reason"), [Optional()], validate_choice=False)
    find_unit = StringField(_l("Search for a unit"), [Optional(), Length(max=100)])
    transfer_to = SelectField(_l("Transfer to"), [Optional()], validate_choice=False)
    transfer_reason = SelectField(_l("Reason for the transfer"), [Optional()], validate_choice=False)
    assignee = SelectField(_l("Assign to"), [Optional()], validate_choice=False)
    category = SelectField(_l("Category"), [Optional()], validate_choice=False)
    severity = RadioField(_l("Severity"), [Optional()], choices=_choices(Severity), validate_choice=False)
    merge_into = StringField(_l("Code of the report that stays"), [Optional(), Length(max=40)])
    is_sure = BooleanField(_l("It is the same problem; merge it"))
    pin = StringField(_l("Coordinates of the place"), [Optional(), Length(max=500)])
    ward = SelectField(_l("Ward or commune"), [Optional()], validate_choice=False)
    until = DayField(_l("Until which day?"))
    planned_on = DayField(_l("On which day?"))
    visit_on = DayField(_l("Day of the visit"))
    letter_body = StringField(_l("Authority it was referred to"), [Optional(), Length(max=200)])
    letter_number = StringField(_l("Number of the letter"), [Optional(), Length(max=60)])
    letter_on = DayField(_l("Date of the letter"))
    words = TextAreaField(_l("Your words"), [Length(max=MAX_WORDS, message=_l("At most 4,000 characters."))])
    photos = MultipleFileField(_l("Photos"), [Optional()])
    proof_reason = StringField(_l("Why the photo carries no location"), [Optional(), Length(max=300)])
    lat = HiddenField()
    lng = HiddenField()

    def keep(self, move: Move) -> None:
        """Only what this move asks for stays in the form."""
        wanted = {name for ask in move.asks for name in _FIELDS[ask]} | {"move", "version", "csrf_token"}
        if move.words is not None:
            wanted.add("words")
            self.words.label.text = NAMES_OF_WORDS.get(move.code) or WORDS_ARE.get(move.words, self.words.label.text)
        if Ask.PHOTO in move.asks and Ask.OUTCOME not in move.asks:
            wanted.discard("proof_reason")
        for name in [one.short_name for one in self if one.short_name not in wanted]:
            del self[name]

    def keep_for_many(self) -> None:
        """Photos, and a search for a unit, belong to the page of one report."""
        for name in ("photos", "proof_reason", "find_unit", "version"):
            if name in self:
                del self[name]

    def validate_pin(self, field: StringField) -> None:
        if field.data and self.point() is None:
            raise ValidationError(
                _l("These are no coordinates. Write them like 21.0285, 105.8542, or paste a map link.")
            )

    def point(self) -> Point | None:
        """Where the pin is to stand, however it was written."""
        return parse_coordinates(self.pin.data, store.current().bounds) if "pin" in self and self.pin.data else None

    def place(self) -> LatLng | None:
        """Where the device stood, when the page asked it."""
        lat, lng = _degrees(self, "lat", 90), _degrees(self, "lng", 180)
        return LatLng(lat, lng) if lat is not None and lng is not None else None


_FIELDS: dict[Ask, tuple[str, ...]] = {
    Ask.OUTCOME: ("outcome", "letter_body", "letter_number", "letter_on"),
    Ask.WAITING_FOR: ("waiting_for",),
    Ask.UNTIL: ("until",),
    Ask.PLANNED_ON: ("planned_on",),
    Ask.REFUSAL: ("refusal",),
    Ask.TRANSFER_TO: ("find_unit", "transfer_to"),
    Ask.TRANSFER_REASON: ("transfer_reason",),
    Ask.VISIT_ON: ("visit_on",),
    Ask.PHOTO: ("photos", "proof_reason", "lat", "lng"),
    Ask.ASSIGNEE: ("assignee",),
    Ask.CATEGORY: ("category",),
    Ask.SEVERITY: ("severity",),
    Ask.MERGE_INTO: ("merge_into", "is_sure"),
    Ask.PIN: ("pin", "ward"),
}


def _degrees(form: StepForm, name: str, most: float) -> float | None:
    try:
        value = float(form[name].data or "") if name in form else None
    except ValueError:
        return None
    return value if value is not None and -most <= value <= most else None
