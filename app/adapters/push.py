"""Notifications on a phone or a desk, by the push service each browser brings (RFC 8030). Off until there is a key.

What is said is encrypted for that browser alone (RFC 8291); the push service learns who asks it to wake whom, and when.
"""

from __future__ import annotations

import base64
import json
import os
import re
import struct
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app

from app.adapters.mail import NotNow, Undeliverable
from app.config import Config, SettingError

TIMEOUT_S = 15
KEPT_FOR_S = 2 * 24 * 3600  # how long a push service waits for a phone that is off
RECORD = 4096
# The services of the browsers there are. A browser names its own, so whatever else it names is never asked.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a browser takes them: an address of its push service, its public key (65 bytes), a secret (16)."""

    endpoint: str
    key: str  # both in base64url
    secret: str


class Gone(Exception):
    """The browser took its consent back, or is no more: never write to it again."""


class Pusher(Protocol):
    """`key` is what a browser asks to be given, empty where no notifications are sent."""

    key: str

    def knows(self, endpoint: str) -> bool: ...

    def send(self, to: Mailbox, said: dict[str, Any], topic: str) -> None:
        """Raises Gone, Undeliverable or NotNow."""


class NoPush:
    """The default: no browser is ever asked."""

    key = ""

    def knows(self, endpoint: str) -> bool:
        return False

    def send(self, to: Mailbox, said: dict[str, Any], topic: str) -> None:
        raise Undeliverable("notifications by push are off")


class WebPush:
    """Signed with the city's key (RFC 8292), so that a push service knows who asks, and whom to tell of trouble."""

    def __init__(self, private_key: str, contact: str, services: tuple[str, ...] = SERVICES) -> None:
        self.private_key, self.contact, self.services = private_key, contact, services
        self.key = public_key(private_key)

    def knows(self, endpoint: str) -> bool:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        is_whole = parts.scheme == "https" and parts.port in (None, 443) and "@" not in parts.netloc
        return is_whole and any(host == one or host.endswith(f".{one}") for one in self.services)

    def send(self, to: Mailbox, said: dict[str, Any], topic: str) -> None:
        if not self.knows(to.endpoint):
            raise Gone
        body = sealed(json.dumps(said, ensure_ascii=False).encode(), to)
        request = urllib.request.Request(to.endpoint, data=body, headers=self._headers(to.endpoint, topic))
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # nosec B310 - only https, `knows` has looked
                return
        except urllib.error.HTTPError as error:
            if error.code in (404, 410):
                raise Gone from error
            if error.code in (400, 401, 403, 413):
                raise Undeliverable(f"push service {error.code}") from error
            raise NotNow(f"push service {error.code}") from error
        except OSError as error:
            raise NotNow(f"push service {type(error).__name__}") from error

    def _headers(self, endpoint: str, topic: str) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": self.contact}
        return {
            **self._signer.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_FOR_S),
            "Topic": re.sub(r"[^\w-]", "", topic)[:32],  # a repeat takes the place of the first
        }

    @cached_property
    def _signer(self) -> Any:
        """Loaded by whoever sends: web processes never do."""
        from py_vapid import Vapid02  # type: ignore[import-untyped]

        return Vapid02.from_string(self.private_key)


def sealed(said: bytes, to: Mailbox, *, salt: bytes | None = None, ours: Any = None) -> bytes:
    """RFC 8291: encrypted for the browser behind this mailbox, in one record. `salt` and `ours` only for the tests."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, theirs = salt or os.urandom(16), _bytes(to.key)
    ours = ours or ec.generate_private_key(ec.SECP256R1())
    our_point = _point(ours)
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    both = _derived(shared, salt=_bytes(to.secret), info=b"WebPush: info\0" + theirs + our_point, length=32)
    key = _derived(both, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(both, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + struct.pack(">IB", RECORD, len(our_point)) + our_point
    return header + AESGCM(key).encrypt(nonce, said + b"\x02", None)  # 2: the last record


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point: bytes = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point


def new_key() -> str:
    """A private key for a city, in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return _text(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


def public_key(private_key: str) -> str:
    """What a browser is given. Raises SettingError for anything that is no key."""
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        number = int.from_bytes(_bytes(private_key), "big")
        return _text(_point(ec.derive_private_key(number, ec.SECP256R1())))
    except ValueError:
        raise SettingError("HOIAM_PUSH_KEY is not a key: make one with `flask push key`.") from None


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class FakePush:
    """For tests: keeps what was sent; `answers` says for an endpoint what goes wrong."""

    def __init__(self) -> None:
        self.key = public_key(new_key())
        self.sent: list[tuple[Mailbox, dict[str, Any], str]] = []
        self.answers: dict[str, Exception] = {}

    def knows(self, endpoint: str) -> bool:
        return endpoint.startswith("https://push.example/")

    def send(self, to: Mailbox, said: dict[str, Any], topic: str) -> None:
        if to.endpoint in self.answers:
            raise self.answers[to.endpoint]
        self.sent.append((to, said, topic))


def configured(config: Config) -> Pusher:
    """What the settings ask for."""
    if not config.push_key:
        return NoPush()
    return WebPush(config.push_key, f"mailto:{parseaddr(config.mail_from)[1]}")


def pusher() -> Pusher:
    """The one in use."""
    kept: Pusher = current_app.extensions["push"]
    return kept


def is_on() -> bool:
    return bool(pusher().key)
