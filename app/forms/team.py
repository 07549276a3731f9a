"""What a lead may say about her people and their ready answers: shape only."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.accounts.team import Terms, roles_for
from app.domain.city.model import City
from app.domain.workflow.moves import MOVES
from app.forms.account import TOO_LONG, AddressField
from app.models import Localized, UnitTemplate
from app.models.choices import Role
from app.web import labels


class Several(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, refusal: Any) -> None:
        super().__init__(label, choices=[], invalid_choice_message=refusal)  # type: ignore[call-arg]


class RoleForm(FlaskForm):
    """What somebody may do here."""

    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose one of the roles."))],
        choices=[],
        invalid_choice_message=_l("Choose one of the roles."),  # type: ignore[call-arg]  # newer than its stubs
    )
    sees_contact = BooleanField(_l("May see reporters' contact data"))
    categories = Several(_l("Only these categories"), _l("Choose categories from the list."))
    wards = Several(_l("Only these wards"), _l("Choose wards from the list."))

    def __init__(self, city: City, language: str, unit_id: int | None, **more: Any) -> None:
        super().__init__(**more)
        self.role.choices = [SelectChoice(role.value, labels.label(role)) for role in roles_for(unit_id)]
        self.categories.choices = [
            SelectChoice(one.code, one.name.in_(language)) for one in city.categories.values() if not one.stops
        ]
        wards = sorted(city.wards.values(), key=lambda ward: ward.name.in_(language))
        self.wards.choices = [SelectChoice(one.code, one.name.in_(language)) for one in wards]

    @property
    def terms(self) -> Terms:
        return Terms(
            Role(self.role.data),
            bool(self.sees_contact.data),
            tuple(self.categories.data or ()),
            tuple(self.wards.data or ()),
        )


class InviteForm(RoleForm):
    email = AddressField(_l("E-mail"))
    name = StringField(
        _l("Name"), [InputRequired(_l("Write the name, as colleagues know it.")), Length(max=120, message=TOO_LONG)]
    )


class TemplateForm(FlaskForm):
    """A ready answer, in Vietnamese and perhaps in English."""

    title_vi = StringField(
        _l("Title in Vietnamese"), [InputRequired(_l("Write a title.")), Length(max=120, message=TOO_LONG)]
    )
    text_vi = TextAreaField(
        _l("Text in Vietnamese"), [InputRequired(_l("Write the text.")), Length(max=4000, message=TOO_LONG)]
    )
    title_en = StringField(_l("Title in English"), [Length(max=120, message=TOO_LONG)])
    text_en = TextAreaField(_l("Text in English"), [Length(max=4000, message=TOO_LONG)])
    for_moves = Several(_l("Offered with these steps"), _l("Choose steps from the list."))

    def __init__(self, template: UnitTemplate | None = None) -> None:
        said = (
            {
                "title_vi": template.title.vi,
                "title_en": template.title.en,
                "text_vi": template.text.vi,
                "text_en": template.text.en,
                "for_moves": list(template.for_moves),
            }
            if template
            else {}
        )
        super().__init__(data=said)
        self.for_moves.choices = [
            SelectChoice(move.code, move.label)
            for move in MOVES
            if move.words is not None and not move.by_reporter and not move.by_system
        ]

    @property
    def title(self) -> Localized:
        return Localized((self.title_vi.data or "").strip(), (self.title_en.data or "").strip())

    @property
    def text(self) -> Localized:
        return Localized((self.text_vi.data or "").strip(), (self.text_en.data or "").strip())
