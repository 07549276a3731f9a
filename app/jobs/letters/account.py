"""Letters about an account: confirm an address, choose a new password, a changed address, an invitation."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from app.jobs.letters.model import About, Letter, Link, Pointless
from app.models.choices import Role
from app.web.labels import label


def confirm_account(about: About) -> Letter:
    return Letter(
        subject=_("Confirm your address"),
        opening=_("One more step, and this address is yours here"),
        body=(
            _("Somebody, most likely you, gave this address for an account."),
            _("The page asks for the password chosen then, so that nobody opens an account in your name."),
        ),
        button=Link(_("Confirm my address"), address(about)),
        closing=(*_good_for(about), _("Was it not you? Then do nothing: no account is made.")),
        why=_("You get this message because this address was given for an account."),
    )


def reset_password(about: About) -> Letter:
    return Letter(
        subject=_("Choose a new password"),
        opening=_("Choose a new password"),
        body=(_("The link below works once. Until you use it, your old password stays good."),),
        button=Link(_("Choose a new password"), address(about)),
        closing=(*_good_for(about), _("Was it not you? Then do nothing. Nobody can use this link but you.")),
        why=_("You get this message because a new password was asked for."),
    )


def new_email(about: About) -> Letter:
    """To an address that may be a stranger's, by a slip of the finger: whose account it is stays unsaid."""
    return Letter(
        subject=_("Confirm your new address"),
        opening=_("One press, and your account uses this address"),
        body=(
            _("In the settings of an account somebody, most likely you, asked to use this address from now on."),
            _("Once it is confirmed, you sign in with it and our letters come here. Until then nothing changes."),
        ),
        button=Link(_("Use this address"), address(about)),
        closing=(*_good_for(about), _("Was it not you? Then do nothing: no account will use your address.")),
        why=_("You get this message because this address was given as the new one of an account."),
    )


def email_changed(about: About) -> Letter:
    return Letter(
        subject=_("Your address was changed"),
        opening=_("Your account now uses another address"),
        body=(_("From now on we write to the new address. This is the last message to this one."),),
        closing=(_("Was it not you? Tell the city at once: whoever changed it knew your password."),),
        why=_("You get this message because this address belonged to the account until now."),
    )


def invited(about: About) -> Letter:
    unit = about.unit_of(str(about.delivery.data.get("unit", "")))
    role = str(about.delivery.data.get("role", ""))
    facts = [(_("Your unit"), unit)] if unit else []
    if role in list(Role):
        facts.append((_("Your role"), str(label(Role(role)))))
    is_new = bool(about.delivery.data.get("hours"))  # somebody who has an account needs no link that expires
    ready = _("Choose a password, and your account is ready.") if is_new else _("Sign in as you always do.")
    return Letter(
        subject=_("An account at the desk"),
        opening=_("You are invited to work here"),
        body=(ready,),
        facts=tuple(facts),
        button=Link(_("Choose a password") if is_new else _("Open the queue"), address(about)),
        closing=_good_for(about),
        why=_("You get this message because somebody who runs the accounts of your unit invited you."),
    )


def address(about: About) -> str:
    """The letter's link, in the reader's language. Pointless once it was forgotten."""
    path = str(about.delivery.data.get("link", ""))
    if not path.startswith("/"):
        raise Pointless("the link is forgotten")
    return f"{request.url_root.rstrip('/')}{path}"


def _good_for(about: About) -> tuple[str, ...]:
    hours = int(about.delivery.data.get("hours") or 0)
    if not hours:
        return ()
    if hours % 24 == 0:
        return (_("The link is good for %(days)s days.", days=hours // 24),)
    return (_("The link is good for %(hours)s hours.", hours=hours),)
