"""Mail. By SMTP where a city has configured it; otherwise each message becomes a file in the data folder.

A mailer returns when the message is out (or safe on disk). It raises Undeliverable when trying again would change
nothing, NotNow when it would. Neither names the address: what they say goes into logs.
"""

from __future__ import annotations

import errno
import os
import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

from app.adapters.storage import sync_folder
from app.config import Config, SettingError

TIMEOUT_S = 30
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.eml", re.ASCII)
MESSAGE_ID = re.compile(r"<([A-Za-z0-9._-]+)@[^<>@]+>", re.ASCII)


class Undeliverable(Exception):
    """This address, or this message, is refused for good."""


class NotNow(Exception):
    """The way out is closed at the moment."""


class Mailer(Protocol):
    is_real: bool  # does it leave this machine?

    def send(self, message: EmailMessage) -> None: ...

    def greet(self) -> None:
        """Go as far as to the first word of a letter, and send none. Raises NotNow where the way is closed."""


class FolderMail:
    """The default: an `.eml` a message, named by its Message-ID, so that a repeat overwrites itself."""

    is_real = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        path = self.folder / file_name(message)
        unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(message.as_bytes(policy=policy.SMTP))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            sync_folder(self.folder)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise NotNow(f"outbox {errno.errorcode.get(error.errno or 0, 'error')}") from error

    def greet(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise NotNow(f"outbox {errno.errorcode.get(error.errno or 0, 'error')}") from error


def file_name(message: EmailMessage) -> str:
    """`delivery-12.k3j4.eml` for `<delivery-12.k3j4@host>`. ValueError for a message without an id of ours."""
    found = MESSAGE_ID.fullmatch(str(message["Message-ID"] or ""))
    name = f"{found.group(1)}.eml" if found else ""
    if not NAME.fullmatch(name):
        raise ValueError("A message needs a Message-ID that can name a file.")
    return name


class SmtpMail:
    """`smtp://user:password@host:port?starttls=1`, or `smtps://` for TLS from the first byte."""

    is_real = True

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingError("HOIAM_SMTP_URL must look like smtp://user:password@host:587?starttls=1.")
        self.host, self.is_tls = parts.hostname, parts.scheme == "smtps"
        self.port = parts.port or (465 if self.is_tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        asked = parse_qs(parts.query)
        self.starttls = asked.get("starttls", ["0"])[0] == "1"
        self.timeout = float(asked.get("timeout", [str(TIMEOUT_S)])[0])

    def send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            _told(max((code for code, _said in error.recipients.values()), default=450), error)
        except smtplib.SMTPSenderRefused as error:
            raise NotNow(f"SMTP {error.smtp_code}, sender refused") from error  # a setting to mend, not this message
        except smtplib.SMTPAuthenticationError as error:
            raise NotNow(f"SMTP {error.smtp_code}, sign-in refused") from error
        except smtplib.SMTPDataError as error:
            _told(error.smtp_code, error)
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(f"SMTP {type(error).__name__}") from error

    def greet(self) -> None:
        try:
            with self._connected() as server:
                server.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            raise NotNow(f"SMTP {error.smtp_code}, sign-in refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotNow(f"SMTP {type(error).__name__}") from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            yield server
        except BaseException:
            server.close()
            raise
        _part(server)


def _part(server: smtplib.SMTP) -> None:
    """The message was taken already: a server that hangs up without a goodbye changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _told(code: int, error: Exception) -> None:
    if 500 <= code < 600:
        raise Undeliverable(f"SMTP {code}") from error
    raise NotNow(f"SMTP {code}") from error


class FakeMail:
    """For tests: keeps what was sent, and fails as told."""

    is_real = True

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.failures: list[Exception] = []

    def send(self, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message)

    def greet(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


def configured(config: Config) -> Mailer:
    """The mailer the settings ask for. Raises SettingError for a URL that is none."""
    return SmtpMail(config.smtp_url) if config.smtp_url else FolderMail(config.outbox)


def mailer() -> Mailer:
    """The one in use."""
    kept: Mailer = current_app.extensions["mail"]
    return kept


# The outbox, for the mail page --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """One message of the outbox."""

    name: str  # of the file, for `read`
    to: str
    subject: str
    at: datetime  # aware UTC


@dataclass(frozen=True, slots=True)
class Opened:
    """One message, readable."""

    name: str
    to: str
    sender: str
    subject: str
    message_id: str
    text: str
    html: str
    at: datetime


def list_outbox(limit: int = 100) -> list[Kept]:
    """The newest messages that lie in the data folder; empty where mail goes out by SMTP and none ever lay there."""
    folder = _folder()
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        files = [(entry.stat().st_mtime, entry.name) for entry in entries if NAME.fullmatch(entry.name)]
    newest = sorted(files, reverse=True)[:limit]
    return [_summary(folder / name, mtime) for mtime, name in newest]


def read(name: str) -> Opened:
    """One message by its file's name. FileNotFoundError for anything that is not a message of the outbox."""
    path = _folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise FileNotFoundError(name)
    message = _parsed(path)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    return Opened(
        name=name,
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or ""),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def forget(ids: Iterable[int]) -> None:
    """Delete the letters of these deliveries, where any lie there: somebody wants nothing of theirs kept."""
    for id in ids:
        for path in _folder().glob(f"delivery-{int(id)}.*.eml"):
            path.unlink(missing_ok=True)


def _folder() -> Path:
    config: Config = current_app.config["HOIAM"]
    return config.outbox


def _summary(path: Path, mtime: float) -> Kept:
    message = _parsed(path)
    return Kept(path.name, str(message["To"] or ""), str(message["Subject"] or ""), datetime.fromtimestamp(mtime, UTC))


def _parsed(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # what the default policy makes
    return message
