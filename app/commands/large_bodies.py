"""What is sent beyond the limit is thrown away as it comes, and the application answers in its own words.

Waitress itself would answer with a bare English line. A browser reads no answer before it has sent everything, so the
body is let through to its end, into nothing: no memory, no file, no thread of ours.
"""

from __future__ import annotations

from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.utilities import RequestEntityTooLarge


class Parser(HTTPRequestParser):
    """As waitress reads a request; one with too large a body reaches the application as its length alone."""

    expect_continue: bool
    unwanted = 0  # bytes of the body still to come

    def received(self, data: bytes) -> int:
        if self.unwanted:
            dropped = min(self.unwanted, len(data))
            self.unwanted -= dropped
            self.completed = not self.unwanted
            return dropped
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self._leave_to_the_application()
        return consumed

    def _leave_to_the_application(self) -> None:
        self.error = None
        self.close()
        self.body_rcv = None  # nothing can be read; the length says enough
        if self.chunked:
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)
        if self.chunked or self.expect_continue:  # nobody knows where it ends, or it was not sent yet
            self.expect_continue = False
            self.headers["CONNECTION"] = "close"
        else:
            self.completed = False
            self.unwanted = self.content_length


class Channel(HTTPChannel):
    parser_class = Parser


def listening(application: Any, *, largest_body: int, **settings: Any) -> Any:
    """Waitress's server, bound to its port and not yet serving."""
    sockets: dict[int, Any] = {}
    server = create_server(application, map=sockets, max_request_body_size=largest_body + 1, **settings)
    for one in sockets.values():
        if isinstance(one, BaseWSGIServer):
            one.channel_class = Channel
    return server
