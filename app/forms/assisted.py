"""What a resident dictates at the counter or on the telephone, on one dense page. Shape only."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp

from app.models.choices import Channel
from app.web.labels import LABELS

PHONE = r"^\s*\+?[\d .()\-]{8,20}\s*$"


class AssistedForm(FlaskForm):
    client_id = HiddenField()
    asked = HiddenField()  # the category whose questions were shown
    channel = RadioField(
        _l("How did it come in?"),
        [InputRequired(_l("Choose how it came in."))],
        choices=[SelectChoice(one.value, LABELS[Channel][one]) for one in (Channel.DESK, Channel.PHONE)],
        default=Channel.DESK.value,
    )
    place = StringField(_l("Where is it?"), [Optional(), Length(max=200)])
    hit = RadioField(_l("Which place is meant?"), [Optional()], validate_choice=False)
    ward = SelectField(_l("Ward"), [Optional()], validate_choice=False)
    wayfinding = StringField(_l("How to find it"), [Optional(), Length(max=300)])
    category = SelectField(
        _l("Category"), [InputRequired(_l("Choose a category from the list."))], validate_choice=False
    )
    words = TextAreaField(_l("What was said"), [Optional(), Length(max=4000, message=_l("At most 4,000 characters."))])
    is_dangerous = BooleanField(_l("It is dangerous right now"))
    photos = MultipleFileField(_l("Photos"), [Optional()])
    name = StringField(_l("Name"), [Optional(), Length(max=120)])
    phone = TelField(
        _l("Telephone"), [Optional(), Regexp(PHONE, message=_l("Write the number with digits, like 0912 345 678."))]
    )
    email = EmailField(_l("E-mail"), [Optional(), Email(_l("This is not an e-mail address."))])
    language = RadioField(
        _l("Language of the answer"),
        choices=[SelectChoice("vi", "Tiếng Việt"), SelectChoice("en", "English")],
        default="vi",
    )
    hide_content = BooleanField(_l("Do not publish the words and photos"))
