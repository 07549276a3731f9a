"""What the pages of an account share: limits and pages that no cache keeps."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Response, make_response, render_template, request
from flask_limiter.util import get_remote_address

FEW_TRIES = "10 per 15 minutes"
MANY_TRIES = "60 per 15 minutes"  # of one connection: an office behind one address signs in too
FEW_LETTERS = "5 per hour"
MANY_LETTERS = "30 per hour"


def address_and_connection() -> str:
    return f"{_address()}|{get_remote_address()}"


def address() -> str:
    """Letters to one mailbox, wherever they are asked for."""
    return f"letter|{_address()}"


def is_refused(response: Response) -> bool:
    """Only what failed counts as a try."""
    return response.status_code == 422


def _address() -> str:
    """One way to write each address: wide letters and capitals are the same mailbox."""
    return unicodedata.normalize("NFKC", request.form.get("email", "")).strip().lower()[:254]


def page(template: str, *, status: int = 200, **shown: Any) -> Response:
    """A page about one person: kept by no cache, shown by no search."""
    response = make_response(render_template(template, **shown), status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
