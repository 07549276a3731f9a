"""A link of our letters that is over: what happened, and the next step. What it shows stood in the link already."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.domain.accounts import joining, links, team
from app.domain.accounts.links import Purpose, Why
from app.extensions import limiter, unit_of_work
from app.forms.account import AddressForm, PressForm
from app.routes.account import bp
from app.routes.account.parts import FEW_LETTERS, MANY_LETTERS, page
from app.web.access import open_to_all

HEADINGS = {
    Why.EXPIRED: _l("This link has expired"),
    Why.USED: _l("This link has been used already"),
    Why.REPLACED: _l("This invitation is no longer valid"),
}
FORGOTTEN = _l(
    "It was good for seven days, and what nobody confirms is deleted after two weeks. Please create your account anew."
)
# what happened, and what the page offers: `again` sends the same letter, `ask` a form with the address filled in
CASES: dict[tuple[Purpose, Why], tuple[Any, str]] = {
    (Purpose.CONFIRM, Why.EXPIRED): (
        _l("It was good for seven days. Your account still waits: we can send a new link to the same address."),
        "again",
    ),
    (Purpose.CONFIRM, Why.USED): (
        _l("This address is confirmed, by this link or by a newer one. Sign in with your password."),
        "sign_in",
    ),
    (Purpose.RESET, Why.EXPIRED): (
        _l("It was good for two hours, and your password has not changed. Ask for a new link here."),
        "ask",
    ),
    (Purpose.RESET, Why.USED): (
        _l("A link for a new password works once, and ends when password or address change. Sign in, or ask anew."),
        "ask",
    ),
    (Purpose.INVITE, Why.EXPIRED): (
        _l("It was good for seven days. We can send a new one to the same address, as long as your role stands."),
        "again",
    ),
    (Purpose.INVITE, Why.USED): (_l("Your password is chosen. Sign in with it."), "sign_in"),
    (Purpose.INVITE, Why.REPLACED): (
        _l("A newer one has replaced it. Use the newest letter, or ask whoever invited you."),
        "sign_in",
    ),
    (Purpose.EMAIL, Why.EXPIRED): (
        _l("It was good for one day, and your address has not changed. Sign in and ask for the change once more."),
        "change_email",
    ),
    (Purpose.EMAIL, Why.USED): (
        _l("The new address holds, or something in your account has changed since. Sign in to see."),
        "sign_in",
    ),
}


def _link() -> str:
    """One link asks for few letters, wherever it is pressed."""
    return f"link|{(request.view_args or {}).get('token', '')}"


@bp.errorhandler(links.Over)
def over(error: links.Over) -> ResponseReturnValue:
    """In place of the page that the link would have opened."""
    said, step = CASES[error.purpose, error.why]
    if step == "again" and not error.may_come_again:
        said, step = FORGOTTEN, "sign_up"
    return page(
        "account/link_over.html",
        heading=HEADINGS[error.why],
        said=said,
        step=step,
        over=error,
        form=AddressForm(formdata=None, data={"email": error.email}) if step == "ask" else None,
        press=PressForm(formdata=None),
        token=(request.view_args or {}).get("token", ""),
        status=error.status,
    )


@bp.post("/sign-up/confirm/<token>/again")
@open_to_all
@limiter.limit(FEW_LETTERS, key_func=_link)
@limiter.limit(MANY_LETTERS)
def confirm_again(token: str) -> ResponseReturnValue:
    """A sign-up that was left lying: another letter to the same mailbox."""
    email = links.address_in(Purpose.CONFIRM, token)
    if PressForm().validate_on_submit():
        joining.send_confirmation_again(token)
    return page("account/letter_sent.html", email=email, what="sign_up")


@bp.post("/invitation/<token>/again")
@open_to_all
@limiter.limit(FEW_LETTERS, key_func=_link)
@limiter.limit(MANY_LETTERS)
def invitation_again(token: str) -> ResponseReturnValue:
    """An invitation that was left lying: another letter to the same mailbox."""
    email = links.address_in(Purpose.INVITE, token)
    if PressForm().validate_on_submit():
        with unit_of_work():
            team.write_again(token)
    return page("account/letter_sent.html", email=email, what="sign_up")
