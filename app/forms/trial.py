"""What the dry run of routing asks. By GET, without a token."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from app.domain.city.model import City, Question
from app.forms.account import TOO_LONG
from app.forms.public import AskForm


class TrialForm(AskForm):
    """A category and a place; `asking` adds the category's questions once it is chosen."""

    category = SelectField(
        _l("Category"),
        [InputRequired(_l("Choose a category."))],
        invalid_choice_message=_l("Choose a category."),  # type: ignore[call-arg]  # newer than its stubs
    )
    place = StringField(_l("Coordinates"), [Length(max=500, message=TOO_LONG)])
    ward = SelectField(
        _l("Ward or commune"),
        [Optional()],
        invalid_choice_message=_l("Choose wards from the list."),  # type: ignore[call-arg]  # newer than its stubs
    )
    danger = BooleanField(_l("It is dangerous right now"))

    @classmethod
    def asking(cls, city: City, language: str, said: Any) -> TrialForm:
        """The form for what was said so far, with the questions of the category that was chosen."""
        chosen = city.categories.get(said.get("category", ""))
        questions = chosen.questions if chosen else ()
        made = type("TrialForm", (cls,), {f"answer_{one.code}": _asked(one, language) for one in questions})
        form: TrialForm = made(said)
        form.offer(city, language)
        return form

    def offer(self, city: City, language: str) -> None:
        """Fill the lists."""
        names = {code: group.name.in_(language) for code, group in city.groups.items()}
        kinds = [one for code in names for one in city.categories.values() if one.group == code and not one.stops]
        wards = sorted(city.wards.values(), key=lambda ward: ward.name.in_(language))
        self.category.choices = [
            SelectChoice("", _l("Choose …")),
            *(SelectChoice(one.code, one.name.in_(language), optgroup=names[one.group]) for one in kinds),
        ]
        self.ward.choices = [
            SelectChoice("", _l("By the coordinates")),
            *(SelectChoice(one.code, one.name.in_(language)) for one in wards),
        ]

    @property
    def questions(self) -> list[Any]:
        """The fields of the category's own questions."""
        return [field for field in self if field.short_name.startswith("answer_")]

    @property
    def answers(self) -> dict[str, str]:
        return {field.short_name.removeprefix("answer_"): field.data for field in self.questions if field.data}


def _asked(question: Question, language: str) -> Any:
    label = question.label.in_(language)
    if question.kind != "choice":
        return StringField(label)
    choices = [SelectChoice(one.code, one.label.in_(language)) for one in question.choices]
    return SelectField(label, choices=[SelectChoice("", _l("Not answered")), *choices], validate_choice=False)
