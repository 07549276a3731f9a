"""The draft behind a browser's cookie, and how an answer keeps what was said."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from app.domain import drafts
from app.extensions import unit_of_work
from app.models import Draft

COOKIE = "hoiam_draft"


def draft() -> Draft | None:
    """The draft of this browser, looked up once a request; also one that was filed already."""
    if "draft" not in g:
        g.draft = drafts.find_draft(request.cookies.get(COOKIE, ""))
    kept: Draft | None = g.draft
    return kept


def open_draft() -> Draft | None:
    """As `draft`, but not one that was filed."""
    kept = draft()
    return kept if kept is not None and kept.report_id is None else None


def said() -> drafts.Said:
    return drafts.Said.of(open_draft())


def keep(**changes: Any) -> Draft:
    """Write down what was said; the cookie goes out with `with_cookie`."""
    with unit_of_work():
        g.draft, g.draft_cookie = drafts.save(g.get("draft_cookie") or request.cookies.get(COOKIE, ""), **changes)
    kept: Draft = g.draft
    return kept


def with_cookie(answer: ResponseReturnValue) -> Response:
    """The answer with the draft's cookie, where a draft was begun or written."""
    response = make_response(answer)
    cookie = g.get("draft_cookie")
    if cookie:
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=int(drafts.KEPT_FOR.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            path="/",
        )
    return response


def go(to: str) -> Response:
    """On to the next page, keeping the draft."""
    return with_cookie(redirect(to, 303))
