"""From a delivery to a message in its reader's language: a letter, a text message, a notification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import css_inline
from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import select

from app.adapters.mail import Undeliverable
from app.adapters.push import Mailbox
from app.config import Config
from app.domain import confirmations, deliveries, devices
from app.domain.city import store
from app.domain.notifications.kinds import TO_TYPED_ADDRESS, LetterKind
from app.extensions import db, unit_of_work
from app.jobs.letters import account, alerts, notices, resident, staff
from app.jobs.letters.model import About, Letter, Pointless
from app.models import Delivery, Event, Person, Report, ReportContact, Words, now
from app.models.choices import DeliveryChannel, EventKind, Status, WordsKind
from app.web import language

Writer = Callable[[About], Letter]

LETTERS: dict[LetterKind, Writer] = {
    LetterKind.CONFIRM: resident.confirm,
    LetterKind.CONFIRM_REMINDER: resident.confirm,
    LetterKind.FOLLOW: resident.follow,
    LetterKind.FILED: resident.filed,
    LetterKind.STANDS: resident.stands,
    LetterKind.RECEIVED: resident.received,
    LetterKind.MOVED: resident.moved,
    LetterKind.ASKED: resident.asked,
    LetterKind.PAUSED: resident.paused,
    LetterKind.RESUMED: resident.resumed,
    LetterKind.SUSPENDED: resident.suspended,
    LetterKind.PLANNED: resident.planned,
    LetterKind.EXTENDED: resident.extended,
    LetterKind.RECLASSIFIED: resident.reclassified,
    LetterKind.RELOCATED: resident.relocated,
    LetterKind.ANSWERED: resident.answered,
    LetterKind.ASKED_AROUND: resident.asked_around,
    LetterKind.DECLINED: resident.declined,
    LetterKind.UPHELD: resident.upheld,
    LetterKind.REOPENED: resident.reopened,
    LetterKind.MERGED: resident.merged,
    LetterKind.UNMERGED: resident.unmerged,
    LetterKind.WITHHELD: resident.withheld,
    LetterKind.MY_REPORTS: resident.my_reports,
    LetterKind.ALERT_LINK: alerts.alert_link,
    LetterKind.ALERT: alerts.alert,
    LetterKind.NOTICE: notices.notice,
    LetterKind.URGENT: staff.urgent,
    LetterKind.ASSIGNED: staff.assigned,
    LetterKind.ARRIVED: staff.arrived,
    LetterKind.RETURNED: staff.returned,
    LetterKind.REPLIED: staff.replied,
    LetterKind.ADDED: staff.added,
    LetterKind.EXTENSION_ASKED: staff.extension_asked,
    LetterKind.EXTENSION_REFUSED: staff.extension_refused,
    LetterKind.APPEALED: staff.appealed,
    LetterKind.CAME_BACK: staff.came_back,
    LetterKind.CLAIMED: staff.claimed,
    LetterKind.DOUBTED: staff.doubted,
    LetterKind.UNHAPPY: staff.unhappy,
    LetterKind.FLAGGED: staff.flagged,
    LetterKind.DIGEST: staff.digest,
    LetterKind.CONFIRM_ACCOUNT: account.confirm_account,
    LetterKind.RESET_PASSWORD: account.reset_password,
    LetterKind.NEW_EMAIL: account.new_email,
    LetterKind.EMAIL_CHANGED: account.email_changed,
    LetterKind.INVITED: account.invited,
}
LONGEST_BODY = 180  # letters of a notification; phones cut what is longer
SPOKEN = (WordsKind.ANSWER, WordsKind.REASON, WordsKind.FINDING)  # a unit's words to the public


@dataclass(frozen=True, slots=True)
class Mail:
    message: EmailMessage
    kind: str
    report: str  # its code, empty for an account's letter; for the log


@dataclass(frozen=True, slots=True)
class Text:
    to: str
    text: str
    message_id: str
    kind: str
    report: str


@dataclass(frozen=True, slots=True)
class Notification:
    """For every device of one person; `static/js/worker.js` reads `said`."""

    to: tuple[Mailbox, ...]
    said: dict[str, Any]
    topic: str
    kind: str
    report: str


def compose(delivery_id: int, *, leaves_machine: bool = False) -> Mail | Text | Notification:
    """Write one delivery's message, in the application's context and outside any transaction.

    Raises Pointless when nobody needs it any more, Undeliverable when there is no address.
    """
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None:
        raise Pointless("the delivery is gone")
    person = db.session.get_one(Person, delivery.person_id)
    if person.is_demo and leaves_machine:
        raise Pointless("nobody real is behind a demo account")
    about = _about(delivery, person)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way out
    config: Config = app.config["HOIAM"]
    with _in_language(app, config, about.language):
        letter = LETTERS[LetterKind(delivery.kind)](about)
        message_id = deliveries.message_id(delivery.id, _host(config))
        if delivery.channel is DeliveryChannel.SMS:
            return Text(about.to, letter.short, message_id, delivery.kind, about.report_code)
        if delivery.channel is DeliveryChannel.PUSH:
            return Notification(
                _boxes(person), _notification(letter, about), f"{delivery.id}", delivery.kind, about.report_code
            )
        return Mail(_message(letter, about, config, message_id), delivery.kind, about.report_code)


# --- what it is about -----------------------------------------------------------------------------------------------


def _about(delivery: Delivery, person: Person) -> About:
    event = db.session.get(Event, delivery.event_id) if delivery.event_id else None
    if event is not None and event.undone_at is not None:
        raise Pointless("the step was taken back")
    report_id = event.report_id if event is not None else delivery.data.get("report")
    report = db.session.get(Report, report_id) if report_id else None
    kind = LetterKind(delivery.kind)
    to = _address(delivery, person, report, kind)
    if kind is LetterKind.STANDS and event is not None:
        event = _last_turn(event)
    digits = ""
    if report is not None and kind in TO_TYPED_ADDRESS:
        if report.status is Status.WITHDRAWN:
            raise Pointless("the report was withdrawn")
        with unit_of_work():  # sending comes after this is closed
            digits = confirmations.make_code(db.session.get_one(Report, report.id), delivery_id=delivery.id)
    return About(
        delivery=delivery,
        person=person,
        city=store.current(),
        language=person.language if person.language in ("vi", "en") else "vi",
        to=to,
        digits=digits,
        spoken=_spoken(event),
        doubts=_doubts(event) if kind is LetterKind.RETURNED else (),
        _report=report,
        _event=event,
        told_as=str(delivery.data.get("as", "reporter")),
    )


def _address(delivery: Delivery, person: Person, report: Report | None, kind: LetterKind) -> str:
    """Where it goes: a confirmed address, or for the first word the one that was typed. Devices are asked later."""
    by_mail = delivery.channel is DeliveryChannel.EMAIL
    if kind in TO_TYPED_ADDRESS:
        contact = db.session.get(ReportContact, report.id) if report is not None else None
        if contact is None or contact.confirmed_at is not None:
            raise Pointless("there is nothing left to confirm")
        address = contact.email if by_mail else contact.phone
    else:
        if person.erased_at is not None or (person.closed_at is not None and "to" not in delivery.data):
            raise Pointless("the account is closed")
        if delivery.channel is DeliveryChannel.PUSH:
            return ""
        address = str(delivery.data.get("to") or "") or (person.email if by_mail else person.phone) or ""
    if not address or any(sign in address for sign in "\r\n"):
        raise Undeliverable("no address")
    return address


def _last_turn(confirmed: Event) -> Event:
    """How the report stood when the address was confirmed: the last step before it that changed where it stands.

    Later steps write letters of their own. The confirmation itself, where nothing has happened yet.
    """
    turn = db.session.scalar(
        select(Event)
        .where(
            Event.report_id == confirmed.report_id,
            Event.id < confirmed.id,
            Event.undone_at.is_(None),
            Event.kind.in_(resident.TURNS),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    return turn or confirmed


def _doubts(event: Event | None) -> tuple[str, ...]:
    """What the rules doubted when the report was filed; a released report says it in the event before."""
    if event is None:
        return ()
    routed = event
    if event.kind is not EventKind.ROUTED:
        stands = Event.undone_at.is_(None)  # an edit takes the one before it back
        found = select(Event).where(Event.report_id == event.report_id, Event.kind == EventKind.ROUTED, stands)
        routed = db.session.scalars(found.order_by(Event.id).limit(1)).first() or event
    return tuple(routed.data.get("confirm", ()))


def _spoken(event: Event | None) -> str:
    """The public words that stand beside an event."""
    if event is None:
        return ""
    said = db.session.scalars(
        select(Words.public_text)
        .where(
            Words.event_id == event.id,
            Words.kind.in_(SPOKEN),
            Words.public_text.is_not(None),
            Words.erased_at.is_(None),
        )
        .order_by(Words.id)
    )
    return "\n\n".join(text for text in said if text)


# --- how it looks ---------------------------------------------------------------------------------------------------


@contextmanager
def _in_language(app: Flask, config: Config, chosen: str) -> Iterator[None]:
    """As if the reader had asked for a page: addresses, words and dates come out in that language."""
    prefix = language.ENGLISH if chosen == "en" else ""
    with app.test_request_context(base_url=f"{config.address}{prefix}/", environ_overrides={language.KEY: chosen}):
        yield


def _boxes(person: Person) -> tuple[Mailbox, ...]:
    """Raises Pointless when every device is gone."""
    boxes = tuple(Mailbox(one.endpoint, one.key, one.secret) for one in devices.of_person(person.id))
    if not boxes:
        raise Pointless("no device wants notifications any more")
    return boxes


def _notification(letter: Letter, about: About) -> dict[str, Any]:
    """What a phone shows: short, since it lies on a table. Where a press leads, and what ends such notifications."""
    return {
        "title": letter.subject,
        "body": f"{_cut(letter.opening)}\n{letter.why}",
        "url": letter.button.url if letter.button else about.city_page,
        "tag": f"hoiam-{about.report_code or about.delivery.id}",
        "lang": about.language,
        "stop": letter.stop,
        "stop_label": str(_("No more of these")),
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_BODY else f"{text[: LONGEST_BODY - 1].rstrip()}…"


class _Unfolded(UnstructuredHeader):
    """An address on one line, however long: folded, it would be written in a way that mail readers do not press."""

    name: str

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)  # type: ignore[arg-type]  # the registry mixes a header into it
_POLICY = default.clone(header_factory=_HEADERS)


def _message(letter: Letter, about: About, config: Config, message_id: str) -> EmailMessage:
    message = EmailMessage(_POLICY)
    message["Subject"] = letter.subject
    message["From"] = config.mail_from
    try:
        message["To"] = about.to
    except (ValueError, IndexError) as error:
        raise Undeliverable("not an address") from error
    if not parseaddr(about.to)[1]:
        raise Undeliverable("not an address")
    message["Date"] = format_datetime(now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office answers
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    shown = {"letter": letter, "lang": about.language, "city_name": about.city.name.in_(about.language)}
    message.set_content(render_template("emails/letter.txt", **shown).strip() + "\n", cte="quoted-printable")
    html = _inliner().inline(render_template("emails/letter.html", **shown))
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = about.language  # last: a new body clears what describes the old one
    return message


@cache
def _inliner() -> css_inline.CSSInliner:
    """Styles stand in the elements, as mail readers want; nothing is fetched."""
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def _host(config: Config) -> str:
    """The right side of our Message-IDs: the sender's own domain."""
    domain = parseaddr(config.mail_from)[1].rpartition("@")[2]
    return domain if domain and domain.isascii() else "localhost"
