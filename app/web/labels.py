"""What each choice is called on the screen, and how a status looks.

`label(value)` works for every enum that people see; the words follow the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import Flask
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.domain import routing
from app.domain.notifications.kinds import LetterKind
from app.domain.personal import Kind
from app.models.choices import (
    CLASS_OF,
    Cadence,
    Channel,
    DeclaredKind,
    DeliveryChannel,
    DeliveryState,
    EventKind,
    NoticeSeverity,
    Outcome,
    Part,
    PhotoKind,
    PhotoState,
    PlaceSource,
    Precision,
    Publication,
    PublishWhen,
    Rating,
    RatingReason,
    Role,
    Severity,
    Status,
    StatusClass,
    StillThere,
    WaitingFor,
)

LABELS: dict[type[StrEnum], dict[StrEnum, LazyString]] = {
    Kind: {
        Kind.EMAIL: _l("e-mail address"),
        Kind.LINK: _l("profile or chat"),
        Kind.PLATE: _l("number plate"),
        Kind.IDENTITY: _l("identity paper"),
        Kind.ACCOUNT: _l("bank account"),
        Kind.PHONE: _l("telephone number"),
        Kind.HOME: _l("where somebody lives"),
        Kind.DIGITS: _l("long number"),
    },
    Status: {
        Status.HELD: _l("Held"),
        Status.NEW: _l("Waiting to be received"),
        Status.RECEIVED: _l("Received"),
        Status.IN_PROGRESS: _l("In progress"),
        Status.WAITING: _l("On hold"),
        Status.PLANNED: _l("Planned"),
        Status.RESOLVED: _l("Answered"),
        Status.CLOSED: _l("Closed"),
        Status.DECLINED: _l("Not accepted"),
        Status.MERGED: _l("Merged"),
        Status.WITHDRAWN: _l("Withdrawn by the sender"),
    },
    NoticeSeverity: {
        NoticeSeverity.INFO: _l("Information"),
        NoticeSeverity.WARN: _l("Warning"),
        NoticeSeverity.DANGER: _l("Danger"),
    },
    DeclaredKind: {
        DeclaredKind.NOTICE_PUBLISHED: _l("Notice published"),
        DeclaredKind.NOTICE_CHANGED: _l("Notice changed"),
        DeclaredKind.NOTICE_UPDATED: _l("Update published"),
        DeclaredKind.NOTICE_ENDED: _l("Notice ended"),
        DeclaredKind.SUSPENDED: _l("Pause declared"),
        DeclaredKind.SUSPENSION_ENDED: _l("Pause ended early"),
        DeclaredKind.SUSPENSION_UNDONE: _l("Pause taken back"),
        DeclaredKind.STORM_BEGUN: _l("Storm mode turned on"),
        DeclaredKind.STORM_ENDED: _l("Storm mode turned off"),
    },
    Cadence: {
        Cadence.AT_ONCE: _l("At once"),
        Cadence.DAILY: _l("Every morning"),
        Cadence.WEEKLY: _l("Every Monday"),
    },
    StatusClass: {
        StatusClass.DRAFT: _l("Held"),
        StatusClass.OPEN: _l("Still open"),
        StatusClass.DONE: _l("Answered"),
        StatusClass.DECLINED: _l("Not accepted"),
        StatusClass.GONE: _l("Merged or withdrawn"),
    },
    Outcome: {
        Outcome.FIXED: _l("Fixed"),
        Outcome.NOTHING_FOUND: _l("Checked, nothing found at the time of the visit"),
        Outcome.REFERRED: _l("Referred to the competent authority"),
        Outcome.CANNOT_FIX: _l("Could not be fixed"),
    },
    WaitingFor: {
        WaitingFor.REPORTER: _l("Waiting for the sender's answer"),
        WaitingFor.OUTSIDE: _l("Waiting for an outside body"),
        WaitingFor.WEATHER: _l("Waiting for the weather"),
        WaitingFor.PROCEDURE: _l("Waiting for a procedure"),
    },
    Severity: {
        Severity.URGENT: _l("Urgent"),
        Severity.NORMAL: _l("Normal"),
        Severity.COMPLEX: _l("Complex"),
    },
    Publication: {
        Publication.NONE: _l("Not public"),
        Publication.PIN: _l("Place and category are public"),
        Publication.FULL: _l("Words and photos are public"),
    },
    Precision: {
        Precision.EXACT: _l("The exact place"),
        Precision.GRID_50: _l("Within 50 metres"),
        Precision.GRID_250: _l("Within 250 metres"),
        Precision.WARD: _l("The ward only"),
    },
    PublishWhen: {
        PublishWhen.CHECKED: _l("The pin at once, words and photos after a check"),
        PublishWhen.AT_ONCE: _l("Everything at once"),
        PublishWhen.SENSITIVE: _l("Nothing until it is checked"),
    },
    Channel: {
        Channel.WEB: _l("On the web"),
        Channel.DESK: _l("At the desk, entered by staff"),
        Channel.PHONE: _l("By phone, entered by staff"),
        Channel.API: _l("From a connected app"),
        Channel.EMAIL: _l("By e-mail"),
    },
    PlaceSource: {
        PlaceSource.DEVICE: _l("The device's location"),
        PlaceSource.PHOTO: _l("The location in the photo"),
        PlaceSource.MAP: _l("Pointed at on the map"),
        PlaceSource.SEARCH: _l("Found by search"),
        PlaceSource.TYPED: _l("Typed coordinates"),
        PlaceSource.WARD: _l("The ward and the sender's own words"),
    },
    Role: {
        Role.CLERK: _l("Clerk"),
        Role.LEAD: _l("Lead"),
        Role.DISPATCHER: _l("Dispatcher"),
        Role.ADMIN: _l("Administrator"),
        Role.OBSERVER: _l("Observer"),
    },
    Part: {
        Part.REPORTER: _l("Sender"),
        Part.AFFECTED: _l("Also affected"),
        Part.FOLLOWER: _l("Follows"),
    },
    PhotoKind: {
        PhotoKind.BEFORE: _l("Before"),
        PhotoKind.AFTER: _l("After"),
        PhotoKind.VISIT: _l("Site visit"),
        PhotoKind.ADDITION: _l("Added later"),
        PhotoKind.TESTIMONY: _l("From somebody who is affected"),
    },
    PhotoState: {
        PhotoState.RAW: _l("Being prepared"),
        PhotoState.READY: _l("Ready"),
        PhotoState.REFUSED: _l("Could not be read"),
        PhotoState.REMOVED: _l("Removed"),
    },
    Rating: {
        Rating.SATISFIED: _l("Satisfied"),
        Rating.ACCEPTABLE: _l("Acceptable"),
        Rating.UNSATISFIED: _l("Not satisfied"),
    },
    RatingReason: {
        RatingReason.NOT_HANDLED: _l("It was not handled"),
        RatingReason.RECURRED: _l("It came back"),
        RatingReason.LATE: _l("It took too long"),
        RatingReason.UNCLEAR: _l("The answer was not clear"),
        RatingReason.ATTITUDE: _l("The way I was treated"),
        RatingReason.OTHER: _l("Another reason"),
    },
    StillThere: {
        StillThere.GONE: _l("It is gone"),
        StillThere.STILL_THERE: _l("It is still there"),
        StillThere.CAME_BACK: _l("It has come back"),
    },
    DeliveryState: {
        DeliveryState.WAITING: _l("Not sent yet"),
        DeliveryState.CLAIMED: _l("Being sent"),
        DeliveryState.SENT: _l("Sent"),
        DeliveryState.CANCELLED: _l("Cancelled"),
        DeliveryState.FAILED: _l("Could not be delivered"),
    },
    DeliveryChannel: {
        DeliveryChannel.EMAIL: _l("E-mail"),
        DeliveryChannel.SMS: _l("Text message"),
        DeliveryChannel.PUSH: _l("Notification on a device"),
    },
    LetterKind: {
        LetterKind.CONFIRM: _l("Confirm the address"),
        LetterKind.CONFIRM_REMINDER: _l("Confirm the address, reminder"),
        LetterKind.FOLLOW: _l("Confirm to follow"),
        LetterKind.FILED: _l("Your report"),
        LetterKind.STANDS: _l("Where the report stands"),
        LetterKind.RECEIVED: _l("Received"),
        LetterKind.MOVED: _l("Passed to another unit"),
        LetterKind.ASKED: _l("Question to the sender"),
        LetterKind.PAUSED: _l("Put on hold"),
        LetterKind.RESUMED: _l("Work resumed"),
        LetterKind.SUSPENDED: _l("Hours that do not count"),
        LetterKind.PLANNED: _l("Put into a plan"),
        LetterKind.EXTENDED: _l("More time granted"),
        LetterKind.RECLASSIFIED: _l("Category or severity changed"),
        LetterKind.RELOCATED: _l("Place corrected"),
        LetterKind.ANSWERED: _l("Answer given"),
        LetterKind.ASKED_AROUND: _l("Is it really gone?"),
        LetterKind.DECLINED: _l("Not accepted"),
        LetterKind.UPHELD: _l("Reviewed, the decision stands"),
        LetterKind.REOPENED: _l("Reopened"),
        LetterKind.MERGED: _l("Merged with another report"),
        LetterKind.UNMERGED: _l("Separated again"),
        LetterKind.WITHHELD: _l("Not made public"),
        LetterKind.MY_REPORTS: _l("Link to one's own reports"),
        LetterKind.ALERT_LINK: _l("Confirm an alert"),
        LetterKind.ALERT: _l("New reports of an area"),
        LetterKind.NOTICE: _l("News of a notice"),
        LetterKind.URGENT: _l("Urgent report, to staff"),
        LetterKind.ASSIGNED: _l("Assigned"),
        LetterKind.ARRIVED: _l("Came from another unit"),
        LetterKind.RETURNED: _l("Returned to the dispatcher"),
        LetterKind.REPLIED: _l("Reply from the sender"),
        LetterKind.ADDED: _l("Sender added something"),
        LetterKind.EXTENSION_ASKED: _l("More time asked for"),
        LetterKind.EXTENSION_REFUSED: _l("No more time"),
        LetterKind.APPEALED: _l("Review requested"),
        LetterKind.CAME_BACK: _l("The sender is not satisfied"),
        LetterKind.CLAIMED: _l("A resident says that it is fixed"),
        LetterKind.DOUBTED: _l("People nearby say it is not gone"),
        LetterKind.UNHAPPY: _l("An unhappy rating"),
        LetterKind.FLAGGED: _l("Reported to the dispatcher"),
        LetterKind.DIGEST: _l("The day's work, to staff"),
        LetterKind.CONFIRM_ACCOUNT: _l("Confirm an account"),
        LetterKind.RESET_PASSWORD: _l("Choose a new password"),
        LetterKind.NEW_EMAIL: _l("Confirm a new address"),
        LetterKind.EMAIL_CHANGED: _l("The address was changed"),
        LetterKind.INVITED: _l("Invitation"),
    },
    EventKind: {
        EventKind.FILED: _l("Report sent"),
        EventKind.CONTACT_CONFIRMED: _l("Contact confirmed"),
        EventKind.ROUTED: _l("Sent to the unit in charge"),
        EventKind.EDITED: _l("You changed the report"),
        EventKind.NAME_HIDDEN: _l("Who the sender is, hidden from the unit or shown"),
        EventKind.RELEASED: _l("Passed to the unit, the time to edit is over"),
        EventKind.RECEIVED: _l("Received"),
        EventKind.STARTED: _l("Work started"),
        EventKind.PAUSED: _l("Put on hold"),
        EventKind.RESUMED: _l("Work resumed"),
        EventKind.SUSPENDED: _l("Dates moved: hours that do not count"),
        EventKind.PLANNED: _l("Put into a plan"),
        EventKind.ASKED: _l("Question to the sender"),
        EventKind.REPLIED: _l("Reply from the sender"),
        EventKind.EXTENSION_ASKED: _l("More time asked for"),
        EventKind.EXTENDED: _l("More time granted"),
        EventKind.EXTENSION_REFUSED: _l("More time refused"),
        EventKind.VISITED: _l("Place visited"),
        EventKind.CONTACT_TRIED: _l("Tried to reach the sender"),
        EventKind.RECLASSIFIED: _l("Category or severity changed"),
        EventKind.RELOCATED: _l("Place corrected"),
        EventKind.RESOLVED: _l("Answer given"),
        EventKind.DECLINED: _l("Not accepted"),
        EventKind.APPEALED: _l("Review requested"),
        EventKind.APPEAL_UPHELD: _l("Reviewed, the decision stands"),
        EventKind.REOPENED: _l("Reopened"),
        EventKind.CLOSED: _l("Closed"),
        EventKind.TRANSFERRED: _l("Passed to another unit"),
        EventKind.RETURNED: _l("Returned to the dispatcher"),
        EventKind.ACCEPTED: _l("Accepted by the new unit"),
        EventKind.ASSIGNED: _l("Assigned"),
        EventKind.NOTED: _l("Internal note"),
        EventKind.ADDED: _l("Sender added something"),
        EventKind.JOINED: _l("One more person is affected"),
        EventKind.LEFT: _l("A person stopped following"),
        EventKind.CLAIMED: _l("A resident says that it is fixed"),
        EventKind.CLAIM_CONFIRMED: _l("The unit confirms that it is fixed"),
        EventKind.CLAIM_REFUSED: _l("The unit says that it is not fixed yet"),
        EventKind.TOLD: _l("Somebody who is affected added something"),
        EventKind.RATED: _l("Rated"),
        EventKind.ASKED_AROUND: _l("People nearby were asked whether it is really gone"),
        EventKind.NEIGHBOUR_SAID: _l("Somebody nearby answered"),
        EventKind.PUBLISHED: _l("Made public"),
        EventKind.WITHHELD: _l("Not made public"),
        EventKind.MASKED: _l("Personal details covered"),
        EventKind.WITHDRAWN: _l("Withdrawn by the sender"),
        EventKind.MERGED: _l("Merged with another report"),
        EventKind.UNMERGED: _l("Separated again"),
        EventKind.SPLIT: _l("Split into two reports"),
        EventKind.FLAGGED: _l("Reported to the dispatcher"),
        EventKind.CONTACT_SEEN: _l("Contact details were looked at"),
        EventKind.ERASED: _l("The sender erased their data"),
        EventKind.UNDONE: _l("Undone"),
    },
}


PURPOSES: dict[str, LazyString] = {  # what somebody may agree to, beyond the handling of a report
    "alerts": _l("Letters about problems like this one nearby"),
    "contractor": _l("Passing my contact on to the contractor of the unit in charge"),
}
ROUTING_DOUBTS: dict[str, LazyString] = {
    routing.BORDER: _l("The pin lies near a border; the neighbouring ward may be in charge."),
    routing.TWO_OWNERS: _l("Special places of different owners overlap here."),
    routing.NO_RULE: _l("No rule could name a unit."),
    routing.RULE_ASKS: _l("The rule itself asks for a person to confirm."),
    routing.ABOUT_UNIT: _l("The report is about the unit usually in charge, so it was passed over."),
}


@dataclass(frozen=True, slots=True)
class Look:
    """A symbol of the sprite and one of the style sheet's tones."""

    shape: str
    tone: str


_LOOKS = {
    StatusClass.DRAFT: Look("pin-draft", "draft"),
    StatusClass.OPEN: Look("pin-open", "open"),
    StatusClass.DONE: Look("pin-done", "done"),
    StatusClass.DECLINED: Look("pin-declined", "declined"),
    StatusClass.GONE: Look("pin-gone", "gone"),
}
_STANDING_STILL = (Status.WAITING, Status.PLANNED)


def label(value: StrEnum) -> LazyString:
    """What a choice is called. Raises KeyError for an enum that people never see."""
    return LABELS[type(value)][value]


def status_look(status: Status, outcome: Outcome | None = None) -> Look:
    """The shape and tone of a status. Only what was fixed gets the check: other answers get a plain square."""
    if status in _STANDING_STILL:
        return Look("pin-waiting", "waiting")
    if status is Status.RESOLVED and outcome not in (None, Outcome.FIXED):
        return Look("pin-answered", "gone")
    return _LOOKS[CLASS_OF[status]]


def status_words(
    status: Status,
    outcome: Outcome | None = None,
    waiting: WaitingFor | None = None,
    transferred: bool = False,
) -> LazyString:
    """The word of a status: a resolved report says what came of it, a waiting one for whom it waits."""
    if status is Status.RESOLVED and outcome is not None:
        return label(outcome)
    if status is Status.WAITING and waiting is not None:
        return label(waiting)
    if status is Status.NEW and transferred:
        return _l("Waiting for the new unit to receive it")
    return label(status)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["label"] = label
    app.jinja_env.filters["number"] = format_decimal
    app.jinja_env.globals["status_look"] = status_look
    app.jinja_env.globals["status_words"] = status_words
