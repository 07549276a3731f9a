"""What a lead may say about her people and their ready answers: shape only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain import replies
from app.domain.accounts.team import Terms, roles_for
from app.domain.city.model import City, Unit
from app.domain.workflow.moves import MOVES
from app.forms.account import TOO_LONG, AddressField
from app.models import Localized, Person, UnitTemplate
from app.models.choices import Role
from app.web import labels


class Several(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, refusal: Any, **more: Any) -> None:
        super().__init__(label, choices=[], invalid_choice_message=refusal, **more)  # type: ignore[call-arg]  # newer


class RoleForm(FlaskForm):
    """What somebody may do here. `now` is what they may do so far; read from the request unless told otherwise."""

    role = RadioField(
        _l("Role"),
        [InputRequired(_l("Choose one of the roles."))],
        choices=[],
        invalid_choice_message=_l("Choose one of the roles."),  # type: ignore[call-arg]  # newer than its stubs
    )
    sees_contact = BooleanField(_l("May see reporters' contact data"))
    categories = Several(_l("Only these categories"), _l("Choose categories from the list."))
    wards = Several(_l("Only these wards"), _l("Choose wards from the list."))

    def __init__(
        self, city: City, language: str, unit: Unit | None, *, now: Terms | None = None, is_read: bool = True
    ) -> None:
        said = {} if now is None else asdict(now) | {"role": now.role.value}
        super().__init__(data=said, **({} if is_read else {"formdata": None}))
        self.role.choices = [
            SelectChoice(role.value, labels.label(role)) for role in roles_for(unit.id if unit else None)
        ]
        categories = {one.code: one.name.in_(language) for one in city.categories.values() if not one.stops}
        wards = {one.code: one.name.in_(language) for one in city.wards.values()}
        self.categories.choices = _offered(categories, now.categories if now else ())
        self.wards.choices = _offered(dict(sorted(wards.items(), key=lambda ward: ward[1])), now.wards if now else ())
        if unit and unit.ward and not (now and now.wards):
            del self.wards  # it serves one ward anyway

    @property
    def terms(self) -> Terms:
        return Terms(
            Role(self.role.data),
            bool(self.sees_contact.data),
            tuple(self.categories.data or ()),
            tuple(self.wards.data or ()) if "wards" in self else (),
        )


def _offered(names: dict[str, str], chosen: Sequence[str]) -> list[SelectChoice]:
    """All there are, and what was chosen and is retired since: unseen, it would be lost, and the limit with it."""
    retired = [SelectChoice(code, _l("%(code)s (no longer in use)", code=code)) for code in chosen if code not in names]
    return [*retired, *(SelectChoice(code, name) for code, name in names.items())]


class InviteForm(RoleForm):
    email = AddressField(_l("E-mail"))
    name = StringField(
        _l("Name"), [InputRequired(_l("Write the name, as colleagues know it.")), Length(max=120, message=TOO_LONG)]
    )


class AgainForm(FlaskForm):
    """Once more to somebody who was invited: where to, unless their address is confirmed."""

    email = AddressField(_l("E-mail"))

    @classmethod
    def asking(cls, person: Person) -> AgainForm:
        form = cls(prefix="again")
        if person.email:
            del form.email
        return form

    @property
    def address(self) -> str:
        return (self.email.data or "") if "email" in self else ""


def _known_placeholders(_form: FlaskForm, field: TextAreaField) -> None:
    """A slip in a placeholder would reach residents as it stands."""
    unknown = replies.unknown_placeholders(field.data or "")
    if unknown:
        raise ValidationError(_l("Nothing is filled in for %(names)s. Check the spelling.", names=", ".join(unknown)))


class TemplateForm(FlaskForm):
    """A ready answer, in Vietnamese and perhaps in English."""

    title_vi = StringField(
        _l("Title in Vietnamese"), [InputRequired(_l("Write a title.")), Length(max=120, message=TOO_LONG)]
    )
    text_vi = TextAreaField(
        _l("Text in Vietnamese"),
        [InputRequired(_l("Write the text.")), Length(max=4000, message=TOO_LONG), _known_placeholders],
    )
    title_en = StringField(_l("Title in English"), [Length(max=120, message=TOO_LONG)])
    text_en = TextAreaField(_l("Text in English"), [Length(max=4000, message=TOO_LONG), _known_placeholders])
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
