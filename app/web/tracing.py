"""A number by which an engineer finds in the log what a person saw on the page."""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g

HEADER = "X-Request-ID"


def number() -> str:
    """This request's number; asking for it also names it in the answer's header."""
    if "request_number" not in g:
        g.request_number = secrets.token_hex(5)
    return str(g.request_number)


def log(what: str) -> None:
    """Write down what broke, and where, under the request's number; while the exception is being handled."""
    current_app.logger.error("%s, request %s", what, number(), exc_info=True)


def init_app(app: Flask) -> None:
    @app.after_request
    def named(response: Response) -> Response:
        if "request_number" in g:
            response.headers[HEADER] = number()
        return response
