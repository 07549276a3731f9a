"""The table: what happened, who hears of it, by which letter. An event without a line tells nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.notifications.kinds import LetterKind
from app.models import Event, Report
from app.models.choices import ActorKind, EventKind, Severity, Status


class Audience(StrEnum):
    CONTACT = "contact"  # the address a guest typed, not yet confirmed: one letter, nothing else until it is
    REPORTER = "reporter"  # by a confirmed address
    FOLLOWERS = "followers"  # who is affected or follows, as far as the report is public
    ASSIGNEE = "assignee"
    ASKER = "asker"  # whoever asked for what is refused
    QUEUE = "queue"  # everybody who works the unit's queue, within their limits
    LEADS = "leads"
    DISPATCHERS = "dispatchers"


STAFF = frozenset({Audience.ASSIGNEE, Audience.ASKER, Audience.QUEUE, Audience.LEADS, Audience.DISPATCHERS})

# Asked of an event and its report, whose people and contact are loaded.
When = Callable[[Event, Report], bool]


def always(event: Event, report: Report) -> bool:
    return True


def has_gone_out(event: Event, report: Report) -> bool:
    """Not while the reporter may still edit or take it back: until then we write to nobody."""
    return not event.data.get("held")


def is_unconfirmed(event: Event, report: Report) -> bool:
    return has_gone_out(event, report) and not report.is_contact_confirmed


def is_from_an_account(event: Event, report: Report) -> bool:
    """Nothing had to be confirmed: a guest's receipt goes out with the confirmation instead."""
    is_confirmed = report.contact is not None and report.contact.confirmed_at is not None
    return has_gone_out(event, report) and not is_confirmed


def is_untouched(event: Event, report: Report) -> bool:
    """Nothing has happened since it was filed: the receipt says all there is to say."""
    return report.status in (Status.HELD, Status.NEW) and report.received_at is None and not report.is_transferred


def is_urgent(event: Event, report: Report) -> bool:
    return has_gone_out(event, report) and report.severity is Severity.URGENT


def needs_a_dispatcher(event: Event, report: Report) -> bool:
    return report.needs_routing_check and has_gone_out(event, report)


def has_new_promise(event: Event, report: Report) -> bool:
    return "due" in event.data


def is_unhappy(event: Event, report: Report) -> bool:
    """Of a rating that opens the report again its reopening tells."""
    return bool(event.data.get("asks"))


def is_first_doubt(event: Event, report: Report) -> bool:
    """One letter, however many doubt it: the others stand in the queue."""
    return bool(event.data.get("first"))


def is_by_the_reporter(event: Event, report: Report) -> bool:
    return event.actor_kind is ActorKind.LINK or event.actor_id in report.reporter_ids


@dataclass(frozen=True, slots=True)
class Told:
    audience: Audience
    letter: LetterKind
    when: When = always


REPORTER, FOLLOWERS = Audience.REPORTER, Audience.FOLLOWERS


def _both(letter: LetterKind) -> tuple[Told, ...]:
    return Told(REPORTER, letter), Told(FOLLOWERS, letter)


NOBODY: tuple[Told, ...] = ()

RECEIPT = (
    Told(Audience.CONTACT, LetterKind.CONFIRM, is_unconfirmed),
    Told(REPORTER, LetterKind.FILED, is_from_an_account),
)

AUDIENCE: dict[EventKind, tuple[Told, ...]] = {
    EventKind.FILED: RECEIPT,
    EventKind.CONTACT_CONFIRMED: (
        Told(REPORTER, LetterKind.FILED, is_untouched),
        Told(REPORTER, LetterKind.STANDS),
    ),
    EventKind.ROUTED: (
        Told(Audience.QUEUE, LetterKind.URGENT, is_urgent),
        Told(Audience.DISPATCHERS, LetterKind.RETURNED, needs_a_dispatcher),
    ),
    EventKind.EDITED: NOBODY,
    EventKind.NAME_HIDDEN: NOBODY,
    EventKind.RELEASED: (
        *RECEIPT,
        Told(Audience.QUEUE, LetterKind.URGENT, is_urgent),
        Told(Audience.DISPATCHERS, LetterKind.RETURNED, needs_a_dispatcher),
    ),
    EventKind.RECEIVED: _both(LetterKind.RECEIVED),
    EventKind.ACCEPTED: (Told(REPORTER, LetterKind.RECEIVED),),
    EventKind.STARTED: NOBODY,
    EventKind.PAUSED: _both(LetterKind.PAUSED),
    EventKind.RESUMED: (Told(REPORTER, LetterKind.RESUMED),),
    EventKind.SUSPENDED: (Told(REPORTER, LetterKind.SUSPENDED),),
    EventKind.PLANNED: _both(LetterKind.PLANNED),
    EventKind.ASKED: (Told(REPORTER, LetterKind.ASKED),),
    EventKind.REPLIED: (Told(Audience.ASSIGNEE, LetterKind.REPLIED),),
    EventKind.EXTENSION_ASKED: (Told(Audience.LEADS, LetterKind.EXTENSION_ASKED),),
    EventKind.EXTENDED: _both(LetterKind.EXTENDED),
    EventKind.EXTENSION_REFUSED: (
        Told(Audience.ASKER, LetterKind.EXTENSION_REFUSED),
        Told(Audience.ASSIGNEE, LetterKind.EXTENSION_REFUSED),
    ),
    EventKind.VISITED: NOBODY,
    EventKind.CONTACT_TRIED: NOBODY,
    EventKind.RECLASSIFIED: (Told(REPORTER, LetterKind.RECLASSIFIED, has_new_promise),),
    EventKind.RELOCATED: (Told(REPORTER, LetterKind.RELOCATED),),
    EventKind.RESOLVED: _both(LetterKind.ANSWERED),
    EventKind.DECLINED: _both(LetterKind.DECLINED),
    EventKind.APPEALED: (Told(Audience.LEADS, LetterKind.APPEALED),),
    EventKind.APPEAL_UPHELD: (Told(REPORTER, LetterKind.UPHELD),),
    EventKind.REOPENED: (
        *_both(LetterKind.REOPENED),
        Told(Audience.LEADS, LetterKind.CAME_BACK, is_by_the_reporter),
    ),
    EventKind.CLOSED: NOBODY,
    EventKind.TRANSFERRED: (
        Told(REPORTER, LetterKind.MOVED),
        Told(Audience.QUEUE, LetterKind.ARRIVED, is_urgent),
    ),
    EventKind.RETURNED: (Told(REPORTER, LetterKind.MOVED), Told(Audience.DISPATCHERS, LetterKind.RETURNED)),
    EventKind.ASSIGNED: (Told(Audience.ASSIGNEE, LetterKind.ASSIGNED),),
    EventKind.NOTED: NOBODY,
    EventKind.ADDED: (Told(Audience.ASSIGNEE, LetterKind.ADDED),),
    EventKind.JOINED: NOBODY,
    EventKind.LEFT: NOBODY,
    EventKind.CLAIMED: (Told(Audience.ASSIGNEE, LetterKind.CLAIMED),),
    EventKind.CLAIM_CONFIRMED: NOBODY,
    EventKind.CLAIM_REFUSED: NOBODY,
    EventKind.TOLD: NOBODY,
    EventKind.RATED: (Told(Audience.LEADS, LetterKind.UNHAPPY, is_unhappy),),
    EventKind.ASKED_AROUND: (Told(FOLLOWERS, LetterKind.ASKED_AROUND),),
    EventKind.NEIGHBOUR_SAID: (Told(Audience.LEADS, LetterKind.DOUBTED, is_first_doubt),),
    EventKind.PUBLISHED: NOBODY,
    EventKind.WITHHELD: (Told(REPORTER, LetterKind.WITHHELD),),
    EventKind.MASKED: NOBODY,
    EventKind.WITHDRAWN: NOBODY,
    EventKind.MERGED: _both(LetterKind.MERGED),
    EventKind.UNMERGED: _both(LetterKind.UNMERGED),
    EventKind.SPLIT: NOBODY,
    EventKind.FLAGGED: (Told(Audience.DISPATCHERS, LetterKind.FLAGGED),),
    EventKind.CONTACT_SEEN: NOBODY,
    EventKind.ERASED: NOBODY,
    EventKind.UNDONE: NOBODY,
}
