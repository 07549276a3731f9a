"""How often one contact and one connection may file: enough for a family on one line, too little for a machine."""

from __future__ import annotations

import unicodedata
from contextlib import ExitStack

from flask import Response, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from app.extensions import limiter
from app.routes.report.kept import COOKIE
from app.web.limits import wait_s, when

BY_ADDRESS = "30 per hour"
BY_CONTACT = "5 per hour;20 per day"
CALLS = "120 per hour"  # of the JSON endpoint, also those that file nothing
DRAFT = "X-Draft"  # the header with what opens the draft of a report that was written without a line
UPLOADS_BY_DEVICE = "40 per hour"
UPLOADS_BY_CONNECTION = "200 per hour"  # a school or an office behind one address sends photos too


def counts(response: Response) -> bool:
    """Only what was filed counts; mending a mistake is free."""
    return response.status_code in (201, 303) and "/mine/" in response.headers.get("Location", "")


def contact_of_form() -> str:
    said = request.form.get("email") or request.form.get("phone") or ""
    return f"contact:{plain(said)}"


def has_no_contact_in_form() -> bool:
    return contact_of_form() == "contact:"


def json_body() -> object:
    """What was sent as JSON; None for what is none, and for what is nested deeper than anybody would."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def contact_of_json() -> str:
    body = json_body()
    contact = body.get("contact") if isinstance(body, dict) else None
    said = (contact.get("email") or contact.get("phone") or "") if isinstance(contact, dict) else ""
    return f"contact:{plain(str(said))}"


def plain(said: str) -> str:
    """One way to write each address and number, so that another way of writing is no other contact."""
    text = unicodedata.normalize("NFKC", said).strip().lower()[:254]
    return text if "@" in text else "".join(sign for sign in text if sign.isdecimal())[-9:]


def wait_for_uploads() -> int:
    """Count one sending of photos by this device and connection. Seconds to wait when it was one too many, else 0."""
    try:
        with ExitStack() as met:
            met.enter_context(limiter.shared_limit(UPLOADS_BY_CONNECTION, scope="photos"))
            if _device():
                met.enter_context(limiter.shared_limit(UPLOADS_BY_DEVICE, scope="photos", key_func=_device))
    except RateLimitExceeded:
        return wait_s()
    return 0


def many_photos(seconds: int) -> str:
    """The sentence beside the field, and what one can do meanwhile."""
    said: str = _(
        "Too many photos came from here in a short time. %(when)s Or go on without these photos: the rest is kept.",
        when=when(seconds),
    )
    return said


def _device() -> str:
    """The draft's cookie stands for the device, or the token of a report written without a line; empty for neither."""
    return (request.headers.get(DRAFT) or request.cookies.get(COOKIE, "")).partition(".")[0][:64]


def has_no_contact_in_json() -> bool:
    return contact_of_json() == "contact:"
