"""Mail as files and by SMTP: what arrives, what is refused for good, what is tried again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.adapters import mail
from app.adapters.mail import FolderMail, NotNow, SmtpMail, Undeliverable
from app.config import SettingError


def a_message(to: str = "ban@example.org", name: str = "delivery-7.abc") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Phản ánh 482-160-358: đã có kết quả"
    message["From"] = "Hồi Âm <khong-tra-loi@example.org>"
    message["To"] = to
    message["Message-ID"] = f"<{name}@example.org>"
    message.set_content("Đã khắc phục.\n")
    return message


class Sink:
    """A server that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.rcpt_answer = ""
        self.data_answer = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: object) -> str:
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.got.append(envelope.content or b"")
        return self.data_answer


@pytest.fixture
def sink(unused_port: Callable[[], int]) -> Iterator[tuple[Sink, str]]:
    handler = Sink()
    port = unused_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}?timeout=5"
    controller.stop()


@pytest.fixture
def unused_port() -> Callable[[], int]:
    import socket

    def port() -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            number: int = free.getsockname()[1]
            return number

    return port


# Files ----------------------------------------------------------------------------------------------------------------


def test_a_message_becomes_a_file_named_by_its_id(tmp_path: Path) -> None:
    FolderMail(tmp_path).send(a_message())
    assert [path.name for path in tmp_path.iterdir()] == ["delivery-7.abc.eml"]


def test_a_repeat_overwrites_itself(tmp_path: Path) -> None:
    for _again in range(3):
        FolderMail(tmp_path).send(a_message())
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden"])
def test_an_id_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        FolderMail(tmp_path / "outbox").send(a_message(name=name))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_means_not_now(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(NotNow, match="outbox"):
        FolderMail(tmp_path / "outbox").send(a_message())


@pytest.mark.usefixtures("db_session")
def test_the_outbox_lists_the_newest_first_and_reads_one(outbox: Path) -> None:
    for number in (1, 2, 3):
        FolderMail(outbox).send(a_message(name=f"delivery-{number}.x"))
        os.utime(outbox / f"delivery-{number}.x.eml", (number, number))
    assert [kept.name for kept in mail.list_outbox(limit=2)] == ["delivery-3.x.eml", "delivery-2.x.eml"]
    opened = mail.read("delivery-1.x.eml")
    assert opened.subject == "Phản ánh 482-160-358: đã có kết quả"
    assert (opened.to, opened.text.strip()) == ("ban@example.org", "Đã khắc phục.")


@pytest.mark.usefixtures("db_session")
@pytest.mark.parametrize("name", ["../secret.key", "nothing.eml", "delivery-1.x", "/etc/passwd"])
def test_nothing_but_a_message_of_the_outbox_can_be_read(outbox: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        mail.read(name)


# SMTP -----------------------------------------------------------------------------------------------------------------


def test_a_message_arrives_by_smtp_with_its_id(sink: tuple[Sink, str]) -> None:
    handler, url = sink
    SmtpMail(url).send(a_message())
    assert b"<delivery-7.abc@example.org>" in handler.got[0]


@pytest.mark.parametrize(("answer", "error"), [("550 no such user", Undeliverable), ("451 later", NotNow)])
def test_a_refused_address_is_told_apart_from_a_busy_server(
    sink: tuple[Sink, str], answer: str, error: type[Exception]
) -> None:
    handler, url = sink
    handler.rcpt_answer = answer
    with pytest.raises(error) as raised:
        SmtpMail(url).send(a_message())
    assert str(raised.value) == f"SMTP {answer[:3]}"  # and not a word of what the server said about whom


@pytest.mark.parametrize(("answer", "error"), [("554 spam", Undeliverable), ("452 full", NotNow)])
def test_a_refused_message_likewise(sink: tuple[Sink, str], answer: str, error: type[Exception]) -> None:
    handler, url = sink
    handler.data_answer = answer
    with pytest.raises(error):
        SmtpMail(url).send(a_message())


def test_a_server_that_is_not_there_means_not_now(unused_port: Callable[[], int]) -> None:
    with pytest.raises(NotNow, match="ConnectionRefusedError"):
        SmtpMail(f"smtp://127.0.0.1:{unused_port()}").send(a_message())


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example.org:25"])
def test_a_url_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(SettingError, match="HOIAM_SMTP_URL"):
        SmtpMail(url)


def test_the_url_says_everything() -> None:
    post = SmtpMail("smtp://a%40b:p%2Fw@mail.example.org:587?starttls=1&timeout=3")
    assert (post.host, post.port, post.user, post.password) == ("mail.example.org", 587, "a@b", "p/w")
    assert (post.starttls, post.is_tls, post.timeout) == (True, False, 3.0)
    assert SmtpMail("smtps://mail.example.org").port == 465
