"""What the domain refuses, and what goes wrong, becomes a page (or a JSON answer) that says what to do next."""

from __future__ import annotations

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from werkzeug.exceptions import HTTPException

from app.adapters.storage import StorageFull, StorageUnreachable
from app.domain.errors import Moved, Refusal
from app.extensions import db
from app.web import again, limits, security, tracing, uploads
from app.web.again import Again

PAGES = (400, 403, 404, 405, 410, 413, 429, 500, 503)
SAID = {413: _l("That was too large to send")}  # to programs; people read a page


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


WORDY = ("words", "wayfinding")  # what people write themselves, whatever the form puts before the name


def _typed() -> str:
    """The words of a form that could not be taken, to be handed back: never a password, never a contact."""
    said = (request.form[name] for name in request.form if name.endswith(WORDY))
    return "\n\n".join(one.strip() for one in said if one.strip())


def _answer(
    status: int, message: object = None, *, template: str | None = None, lost: str = "", kept: Again | None = None
) -> ResponseReturnValue:
    if _wants_json():
        said = message or SAID.get(status)
        return jsonify({"status": status, "message": str(said) if said else None}), status
    shown = status if status in PAGES else 400
    number = tracing.number() if status >= 500 else ""
    return render_template(
        template or f"errors/{shown}.html", message=message, lost=lost, kept=kept, number=number
    ), status


def _too_many() -> Response:
    """How long to wait, in words and in a header, with what was typed behind a button."""
    wait = limits.wait_s()
    answer = make_response(_answer(429, limits.how_long(wait), kept=again.typed()))
    answer.headers["Retry-After"] = str(wait)
    return answer


def init_app(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refused(error: Refusal) -> ResponseReturnValue:
        return _answer(error.status, error.message)

    @app.errorhandler(Moved)
    def moved(error: Moved) -> ResponseReturnValue:
        return redirect(url_for("public.report", code=error.code), error.status)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> ResponseReturnValue:
        is_our_page = security.is_ours(request.headers.get("Origin", ""))
        return _answer(400, template="errors/csrf.html", lost=_typed(), kept=again.typed() if is_our_page else None)

    @app.errorhandler(RateLimitExceeded)
    def too_many(error: RateLimitExceeded) -> ResponseReturnValue:
        return _too_many()

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        if error.code >= 500:
            tracing.log(f"answered {error.code}")
        return _answer(error.code)

    @app.errorhandler(StorageFull)
    def full(error: StorageFull) -> ResponseReturnValue:
        tracing.log("the storage for photos is full")
        return _answer(
            503,
            _l("The storage for photos is full. Your words were not lost: send them without photos, or try later."),
        )

    @app.errorhandler(StorageUnreachable)
    def away(error: StorageUnreachable) -> ResponseReturnValue:
        tracing.log("the storage for photos does not answer")
        return _answer(503, uploads.NO_PHOTOS)

    @app.errorhandler(OperationalError)
    @app.errorhandler(NoFreeConnection)
    def database(error: OperationalError | NoFreeConnection) -> ResponseReturnValue:
        tracing.log("the database did not answer")
        db.session.rollback()
        return _answer(503)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        tracing.log("an unexpected error")
        db.session.rollback()
        return _answer(500)
