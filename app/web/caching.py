"""Answers that caches may keep: an ETag of what is said, no cookie, no Vary."""

from __future__ import annotations

from typing import Any

from flask import Flask, Request, Response, make_response, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

from app.web import frugal

PAGE = "public, max-age=0, s-maxage=30, must-revalidate"  # browsers ask again, a cache in front takes the crowd
MINUTE = "public, max-age=60"
LONG = "public, max-age=31536000, immutable"  # for an address that names its content
HOUR = "public, max-age=3600"
KEEP = "X-Keep"  # read by static/js/worker.js: the phone may keep this page for when there is no network
TOLD = "told"  # in the address of a page that has a word for whoever just pressed something


def cacheable(answer: ResponseReturnValue, control: str = PAGE) -> Response:
    """The answer with its ETag; 304 without a body when the asker has it already. A refusal is never kept, nor is
    what was said to one."""
    response = make_response(answer)
    if response.status_code >= 400:
        return response
    if not is_for_everybody():
        response.headers["Cache-Control"] = "private, no-store"
        return response
    is_usual = response.mimetype != "text/html" or not frugal.is_wanted()
    response.headers["Cache-Control"] = control if is_usual else "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def is_for_everybody() -> bool:
    """May this page be the same for all? Not right after a step: then it says what came of it."""
    return TOLD not in request.args


def back_to(endpoint: str, **values: Any) -> Response:
    """On to a page for everybody, with the messages of this step on it."""
    response: Response = make_response(redirect(url_for(endpoint, **{TOLD: "1", **values}), 303))
    return response


def keep_on_phone(answer: ResponseReturnValue) -> Response:
    """A resident's own page, which this phone may show as last seen. One that brings a cookie loses the mark again."""
    response = make_response(answer)
    if response.status_code == 200 and "Set-Cookie" not in response.headers:
        response.headers[KEEP] = "own"
    return response


class QuietSessions(SecureCookieSessionInterface):
    """An answer that everybody may keep carries no cookie and does not vary by one, whoever looked at the session."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Whoever brings no cookie has no session that a signature would have to be made for."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)
        if "Set-Cookie" in response.headers:
            response.headers.pop(KEEP, None)


def as_json(body: str, control: str = MINUTE) -> Response:
    """A JSON text that caches may keep."""
    return cacheable(Response(body, mimetype="application/json"), control)
