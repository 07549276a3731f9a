"""What people may say about their account: shape only. Passwords are never shown again after a refusal."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

TOO_LONG = _l("At most %(max)d characters.")
LONGEST_PASSWORD = 1000  # what is taken in at all; the domain says what is too long to keep


class AddressField(EmailField):
    """An e-mail address, tidied up."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, [Length(max=254, message=TOO_LONG)], **more)

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = validate_email((self.data or "").strip(), check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            raise ValidationError(_l("This is not an e-mail address, like ten@example.com.")) from None


def password(label: Any, missing: Any) -> PasswordField:
    return PasswordField(
        label, [InputRequired(missing), Length(max=LONGEST_PASSWORD, message=_l("This password is too long."))]
    )


def person_name() -> StringField:
    return StringField(_l("Your name"), [Length(max=120, message=TOO_LONG)])


class SignInForm(FlaskForm):
    email = AddressField(_l("E-mail"))
    password = password(_l("Password"), _l("Write your password."))
    next = HiddenField()


class SignUpForm(FlaskForm):
    email = AddressField(_l("E-mail"))
    name = person_name()
    password = password(_l("Choose a password"), _l("Choose a password."))


class AddressForm(FlaskForm):
    email = AddressField(_l("E-mail"))


class ProveForm(FlaskForm):
    password = password(_l("Password"), _l("Write your password."))


class NewPasswordForm(FlaskForm):
    password = password(_l("Choose a new password"), _l("Choose a password."))


class InvitedForm(FlaskForm):
    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Write your name, as your colleagues know it.")), Length(max=120, message=TOO_LONG)],
    )
    password = password(_l("Choose a password"), _l("Choose a password."))


class ChangePasswordForm(FlaskForm):
    old = password(_l("Your password until now"), _l("Write your password."))
    new = password(_l("Choose a new password"), _l("Choose a password."))


class NewEmailForm(FlaskForm):
    email = AddressField(_l("New e-mail"))
    password = password(_l("Password"), _l("Write your password."))


class ProfileForm(FlaskForm):
    name = person_name()
    language = SelectField(
        _l("Language of our letters"),
        choices=[SelectChoice("vi", "Tiếng Việt"), SelectChoice("en", "English")],
        invalid_choice_message=_l("Choose one of the languages."),  # type: ignore[call-arg]  # newer than its stubs
    )


class EraseAccountForm(FlaskForm):
    """Erasing cannot be taken back, so it is said twice."""

    password = password(_l("Password"), _l("Write your password."))
    content = BooleanField(_l("Erase my public words and photos too"))
    sure = BooleanField(
        _l("I understand that this cannot be undone"), [InputRequired(_l("Tick this, if you are sure."))]
    )


class PressForm(FlaskForm):
    """A single button."""
