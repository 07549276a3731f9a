"""Answers that caches may keep: an ETag of what is said, no cookie, no Vary."""

from __future__ import annotations

from flask import Flask, Response, make_response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

PAGE = "public, max-age=0, s-maxage=30, must-revalidate"  # browsers ask again, a cache in front takes the crowd
MINUTE = "public, max-age=60"
LONG = "public, max-age=31536000, immutable"  # for an address that names its content
HOUR = "public, max-age=3600"


def cacheable(answer: ResponseReturnValue, control: str = PAGE) -> Response:
    """The answer with its ETag; 304 without a body when the asker has it already. A refusal is never kept."""
    response = make_response(answer)
    if response.status_code >= 400:
        return response
    response.headers["Cache-Control"] = control
    response.add_etag()
    response.make_conditional(request)
    return response


class QuietSessions(SecureCookieSessionInterface):
    """An answer that everybody may keep carries no cookie and does not vary by one, whoever looked at the session."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def as_json(body: str, control: str = MINUTE) -> Response:
    """A JSON text that caches may keep."""
    return cacheable(Response(body, mimetype="application/json"), control)
