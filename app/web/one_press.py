"""A link at the foot of a letter that a mail reader may press by itself (RFC 8058)."""

from __future__ import annotations

from flask import request

from app.extensions import csrf


def is_by_mail_reader() -> bool:
    """Did a mail reader press it? It brings no token of a form: the token in the address is enough to end letters.

    For a view that is exempt: whoever presses it on our page still needs the token of the form, or is refused.
    """
    if request.form.get("List-Unsubscribe") == "One-Click":
        return True
    csrf.protect()
    return False
