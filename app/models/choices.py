"""The choices a city makes, as closed lists. Each is stored by its value."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a report stands in its life."""

    HELD = "held"
    NEW = "new"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    PLANNED = "planned"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class StatusClass(StrEnum):
    """What the public is shown of a status: a colour and a shape each."""

    DRAFT = "draft"
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    GONE = "gone"


CLASS_OF: dict[Status, StatusClass] = {
    Status.HELD: StatusClass.DRAFT,
    Status.NEW: StatusClass.OPEN,
    Status.RECEIVED: StatusClass.OPEN,
    Status.IN_PROGRESS: StatusClass.OPEN,
    Status.WAITING: StatusClass.OPEN,
    Status.PLANNED: StatusClass.OPEN,
    Status.RESOLVED: StatusClass.DONE,
    Status.CLOSED: StatusClass.DONE,
    Status.DECLINED: StatusClass.DECLINED,
    Status.MERGED: StatusClass.GONE,
    Status.WITHDRAWN: StatusClass.GONE,
}
OPEN = tuple(status for status, is_in in CLASS_OF.items() if is_in is StatusClass.OPEN)
DONE = tuple(status for status, is_in in CLASS_OF.items() if is_in is StatusClass.DONE)


class Outcome(StrEnum):
    """What came of a resolved report. Only FIXED counts as fixed."""

    FIXED = "fixed"
    NOTHING_FOUND = "nothing_found"
    REFERRED = "referred"
    CANNOT_FIX = "cannot_fix"


class WaitingFor(StrEnum):
    """Why the clock stands still: said in public."""

    REPORTER = "reporter"
    OUTSIDE = "outside"
    WEATHER = "weather"
    PROCEDURE = "procedure"


class Severity(StrEnum):
    URGENT = "urgent"
    NORMAL = "normal"
    COMPLEX = "complex"


class Publication(StrEnum):
    """How much of a report the public sees."""

    NONE = "none"
    PIN = "pin"
    FULL = "full"


class Precision(StrEnum):
    """How exact a public position may be."""

    EXACT = "exact"
    GRID_50 = "grid_50"
    GRID_250 = "grid_250"
    WARD = "ward"


class PublishWhen(StrEnum):
    """A category's rule of publication."""

    CHECKED = "checked"  # pin at once, words and photos after a check
    AT_ONCE = "at_once"  # everything at once, by the city's choice
    SENSITIVE = "sensitive"  # nothing at all until checked


class Channel(StrEnum):
    """How a report came in."""

    WEB = "web"
    DESK = "desk"
    PHONE = "phone"
    API = "api"
    EMAIL = "email"


class PlaceSource(StrEnum):
    """How the pin was found; staff weigh it."""

    DEVICE = "device"
    PHOTO = "photo"
    MAP = "map"
    SEARCH = "search"
    TYPED = "typed"
    WARD = "ward"  # without the map: the ward's centre and the reporter's own words


class Role(StrEnum):
    """What a person is to the city, within a unit or (dispatcher, admin, observer) city-wide."""

    CLERK = "clerk"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    ADMIN = "admin"
    OBSERVER = "observer"


class Part(StrEnum):
    """What a person is to one report."""

    REPORTER = "reporter"
    AFFECTED = "affected"
    FOLLOWER = "follower"


class ActorKind(StrEnum):
    PERSON = "person"
    LINK = "link"
    KEY = "key"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class WordsKind(StrEnum):
    """Whose words these are and what they say."""

    DESCRIPTION = "description"
    WAYFINDING = "wayfinding"  # the resident's own "how to find it"
    ADDITION = "addition"  # from the reporter, later
    ANSWER = "answer"  # from the unit, to the public
    NOTE = "note"  # internal, never public
    REASON = "reason"  # of a refusal, a pause, an extension, a transfer
    RATING = "rating"
    REQUEST = "request"  # appeal, reopening
    FINDING = "finding"  # of a site visit
    TESTIMONY = "testimony"  # from somebody else than the reporter, to the unit alone
    REPLY = "reply"  # the reporter's reply to a question of the unit
    FORMER = "former"  # what the reporter had written before an edit: theirs alone, no desk reads it


# the reporter's, which become public by "Publish the content" alone
REPORTERS_WORDS = frozenset(
    {WordsKind.DESCRIPTION, WordsKind.WAYFINDING, WordsKind.ADDITION, WordsKind.REPLY, WordsKind.RATING}
)


class PhotoKind(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    VISIT = "visit"
    ADDITION = "addition"
    TESTIMONY = "testimony"  # from somebody else than the reporter, never public


class PhotoState(StrEnum):
    RAW = "raw"  # as it came, private, not yet decoded
    READY = "ready"
    REFUSED = "refused"  # could not be decoded; the raw file is gone
    REMOVED = "removed"


class Rating(StrEnum):
    SATISFIED = "satisfied"
    ACCEPTABLE = "acceptable"
    UNSATISFIED = "unsatisfied"


class RatingReason(StrEnum):
    """Why somebody is not satisfied. The first two reopen."""

    NOT_HANDLED = "not_handled"
    RECURRED = "recurred"
    LATE = "late"
    UNCLEAR = "unclear"
    ATTITUDE = "attitude"
    OTHER = "other"


class StillThere(StrEnum):
    """What somebody near by says a week after it was fixed. All but the first are doubts."""

    GONE = "gone"
    STILL_THERE = "still_there"
    CAME_BACK = "came_back"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"


class DeliveryChannel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"  # to each device of the person


class Cadence(StrEnum):
    """How often somebody hears of new reports around a place."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class NoticeSeverity(StrEnum):
    """How much a notice of the city matters."""

    INFO = "info"
    WARN = "warn"
    DANGER = "danger"


class DeclaredKind(StrEnum):
    """What the city declared, as the log keeps it."""

    NOTICE_PUBLISHED = "notice_published"
    NOTICE_CHANGED = "notice_changed"
    NOTICE_UPDATED = "notice_updated"
    NOTICE_ENDED = "notice_ended"
    SUSPENDED = "suspended"
    SUSPENSION_ENDED = "suspension_ended"
    SUSPENSION_UNDONE = "suspension_undone"
    STORM_BEGUN = "storm_begun"
    STORM_ENDED = "storm_ended"


class EventKind(StrEnum):
    """Everything that can happen to a report. One kind, one timeline template, one audience."""

    FILED = "filed"
    CONTACT_CONFIRMED = "contact_confirmed"
    ROUTED = "routed"
    EDITED = "edited"  # by the reporter, in the time to edit
    NAME_HIDDEN = "name_hidden"  # by the reporter, from the unit too; or shown again
    RELEASED = "released"  # the time to edit is over: it goes to its unit
    RECEIVED = "received"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    SUSPENDED = "suspended"  # the city declared hours that do not count, or took some back: the dates moved
    PLANNED = "planned"
    ASKED = "asked"  # a question to the reporter
    REPLIED = "replied"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    VISITED = "visited"
    CONTACT_TRIED = "contact_tried"
    RECLASSIFIED = "reclassified"  # category or severity
    RELOCATED = "relocated"  # the pin was moved
    RESOLVED = "resolved"
    DECLINED = "declined"
    APPEALED = "appealed"
    APPEAL_UPHELD = "appeal_upheld"  # the refusal stands
    REOPENED = "reopened"
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    RETURNED = "returned"  # to the dispatcher
    ACCEPTED = "accepted"  # by the new unit after a transfer
    ASSIGNED = "assigned"
    NOTED = "noted"
    ADDED = "added"  # the reporter adds words or photos
    JOINED = "joined"  # "the same problem": follows and counts as affected
    LEFT = "left"
    CLAIMED = "claimed"  # somebody says that it is fixed
    CLAIM_CONFIRMED = "claim_confirmed"
    CLAIM_REFUSED = "claim_refused"
    TOLD = "told"  # somebody who is affected adds words or photos
    RATED = "rated"
    ASKED_AROUND = "asked_around"  # a week after it was fixed: is it really gone?
    NEIGHBOUR_SAID = "neighbour_said"  # what somebody near by answered
    PUBLISHED = "published"
    WITHHELD = "withheld"
    MASKED = "masked"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPLIT = "split"
    FLAGGED = "flagged"  # a reader: it shows personal data; staff: abuse
    CONTACT_SEEN = "contact_seen"
    ERASED = "erased"  # the reporter took their data back; the case stands
    UNDONE = "undone"
