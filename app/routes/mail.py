"""Letters, for administrators: what lies in the outbox of a city without SMTP, and what did not go out."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.adapters import mail as post
from app.config import Config
from app.domain import deliveries
from app.domain.errors import NotFound
from app.domain.notifications import LetterKind
from app.extensions import unit_of_work
from app.forms.account import PressForm
from app.models.choices import Role
from app.routes.account.parts import page
from app.web.access import open_to
from app.web.labels import label

bp = Blueprint("mail", __name__, url_prefix="/admin/mail")
open_to_admins = open_to(Role.ADMIN)
NEWEST = 100  # letters of the outbox that are listed


@bp.get("")
@open_to_admins
def outbox() -> ResponseReturnValue:
    """How many letters wait, which failed, and the newest that lie in the data folder."""
    config: Config = current_app.config["HOIAM"]
    return page(
        "mail/outbox.html",
        letters=post.list_outbox(NEWEST),
        failed=[(one, _kind(one.kind)) for one in deliveries.failed()],
        most_failed=deliveries.MOST_FAILED,
        waiting=deliveries.waiting(),
        is_real=post.mailer().is_real,
        newest=NEWEST,
        folder=config.outbox,
    )


def _kind(kind: str) -> str:
    return str(label(LetterKind(kind))) if kind in set(LetterKind) else kind


@bp.get("/<name>")
@open_to_admins
def letter(name: str) -> ResponseReturnValue:
    """One letter as text."""
    try:
        opened = post.read(name)
    except FileNotFoundError:
        raise NotFound(_("There is no such letter.")) from None
    return page("mail/letter.html", letter=opened)


@bp.post("/<id:delivery_id>/retry")
@open_to_admins
def retry(delivery_id: int) -> ResponseReturnValue:
    """The cause is mended: send it once more."""
    if PressForm().validate_on_submit():
        with unit_of_work():
            again = deliveries.try_again(delivery_id)
        if again:
            flash(_("The letter goes out again within a minute."), "done")
        else:
            flash(_("This letter is no longer among those that failed."), "warn")
    return redirect(url_for(".outbox"), 303)
