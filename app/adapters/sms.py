"""Text messages. Off by default; a city that has a gateway names it, and each message becomes one request to it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Protocol

from flask import current_app

from app.adapters.mail import NotNow, Undeliverable
from app.config import Config, SettingError

TIMEOUT_S = 15


class Texter(Protocol):
    """Raises Undeliverable or NotNow, as a mailer does."""

    is_on: bool

    def send(self, to: str, text: str, message_id: str) -> None: ...


class NoSms:
    """The default: no number is ever written to."""

    is_on = False

    def send(self, to: str, text: str, message_id: str) -> None:
        raise Undeliverable("text messages are off")


class GatewaySms:
    """POSTs `{"to", "text", "id"}` as JSON to the city's gateway; the id is the same at every try."""

    is_on = True

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise SettingError("HOIAM_SMS_URL must be the http or https address of the city's gateway.")
        self.url = url

    def send(self, to: str, text: str, message_id: str) -> None:
        request = urllib.request.Request(
            self.url,
            data=json.dumps({"to": to, "text": text, "id": message_id}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # nosec B310 - only http and https, checked above
                return
        except urllib.error.HTTPError as error:
            if error.code in (400, 404, 410, 422):
                raise Undeliverable(f"gateway {error.code}") from error
            raise NotNow(f"gateway {error.code}") from error
        except OSError as error:
            raise NotNow(f"gateway {type(error).__name__}") from error


class FakeSms:
    """For tests: keeps what was sent."""

    is_on = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send(self, to: str, text: str, message_id: str) -> None:
        self.sent.append((to, text, message_id))


def configured(config: Config) -> Texter:
    """The texter the settings ask for; nothing is ever sent without a setting."""
    return GatewaySms(config.sms_url) if config.sms_url else NoSms()


def texter() -> Texter:
    """The one in use."""
    kept: Texter = current_app.extensions["sms"]
    return kept


def is_on() -> bool:
    return texter().is_on
