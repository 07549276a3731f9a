"""How often one contact and one connection may file: enough for a family on one line, too little for a machine."""

from __future__ import annotations

from flask import Response, request

BY_ADDRESS = "30 per hour"
BY_CONTACT = "5 per hour;20 per day"


def counts(response: Response) -> bool:
    """Only what was filed counts; mending a mistake is free."""
    return response.status_code in (201, 303) and "/mine/" in response.headers.get("Location", "")


def contact_of_form() -> str:
    said = request.form.get("email") or request.form.get("phone") or ""
    return f"contact:{said.strip().lower()}"


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
    return f"contact:{str(said).strip().lower()}"


def has_no_contact_in_json() -> bool:
    return contact_of_json() == "contact:"
