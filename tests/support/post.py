"""What the worker does between two visits, at once and for real: photos developed, letters written, sent and read."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

LINK = re.compile(r"https?://[^/\s]+(/\S+)")


def work(app: Flask) -> None:
    """One pass of the jobs that a report waits for."""
    from app.domain.notifications import announce
    from app.jobs import photos
    from app.jobs.deliver import deliver

    with app.app_context():
        while photos.develop():
            pass
        announce()
        while deliver():
            pass


def letters_to(address: str, outbox: Path) -> list[EmailMessage]:
    """The letters in the folder to one address, oldest first."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in outbox.glob("*.eml")]
    mine = [one for one in found if isinstance(one, EmailMessage) and address in str(one["To"])]
    return sorted(mine, key=lambda one: int(re.findall(r"\d+", str(one["Message-ID"]))[0]))


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None, "a letter has a plain text"
    return str(body.get_content())


def link_in(letter: EmailMessage, part: str = "") -> str:
    """The path of the first link that holds `part`, without the host it was written for."""
    paths = [path for path in LINK.findall(text_of(letter)) if part in path]
    assert paths, text_of(letter)
    return str(paths[0])
