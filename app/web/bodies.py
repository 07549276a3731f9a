"""What was too large for the web server in front: it reaches the application as its length alone.

nginx throws such a body away and passes the rest on with `X-Unread-Length`; from there everything is as if the body
had come: the same refusal, on the page of the same form and in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

KEY = "HTTP_X_UNREAD_LENGTH"


class UnreadBodies:
    """WSGI: only where a proxy is trusted, which lets nobody else say this."""

    def __init__(self, app: Callable[..., Iterable[bytes]], largest: int) -> None:
        self.app = app
        self.largest = largest

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said = str(environ.pop(KEY, ""))
        if said.isdecimal() and len(said) < 20 and int(said) > self.largest:
            environ["CONTENT_LENGTH"] = said
        return self.app(environ, start_response)
