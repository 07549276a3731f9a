"""A wire whose bytes are counted: stands between a browser and a server, and passes everything on.

Counted is what travels inside TCP, both ways: the lines of the requests and answers, their headers, their bodies as
they were packed. Not counted are the packets' own heads, and TLS, which the web server in front adds.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Wire:
    """The address to ask, and how many bytes have gone over it."""

    port: int = 0
    sent: int = 0
    received: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bytes(self) -> int:
        return self.sent + self.received


@contextmanager
def counted(server_port: int) -> Iterator[Wire]:
    """A wire to a server of this machine."""
    wire = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, server_port, wire), daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server_port: int, wire: Wire) -> None:
    while True:
        try:
            caller, _address = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", server_port))
        for one, other, name in ((caller, server, "sent"), (server, caller, "received")):
            threading.Thread(target=_pass_on, args=(one, other, wire, name), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket, wire: Wire, name: str) -> None:
    try:
        while data := one.recv(65536):
            with wire.lock:
                setattr(wire, name, getattr(wire, name) + len(data))
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    finally:
        if name == "received":
            one.close()
            other.close()
