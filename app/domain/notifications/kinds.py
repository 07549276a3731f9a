"""The letters a city writes. Each has one writer in `app/jobs/letters`."""

from __future__ import annotations

from enum import StrEnum


class LetterKind(StrEnum):
    # to whoever filed, before and after the address is confirmed
    CONFIRM = "confirm"
    CONFIRM_REMINDER = "confirm_reminder"
    FOLLOW = "follow"  # somebody without an account wants to hear of a report
    FILED = "filed"
    STANDS = "stands"  # the address was confirmed after something had happened
    # to the reporter, and to those who follow
    RECEIVED = "received"
    MOVED = "moved"
    ASKED = "asked"
    PAUSED = "paused"
    RESUMED = "resumed"
    SUSPENDED = "suspended"  # hours that do not count moved the dates
    PLANNED = "planned"
    EXTENDED = "extended"
    RECLASSIFIED = "reclassified"
    RELOCATED = "relocated"
    ANSWERED = "answered"
    ASKED_AROUND = "asked_around"
    DECLINED = "declined"
    UPHELD = "upheld"
    REOPENED = "reopened"
    MERGED = "merged"
    UNMERGED = "unmerged"
    WITHHELD = "withheld"
    MY_REPORTS = "my_reports"  # the link that opens them without an account
    # to whoever wants to hear of a place
    ALERT_LINK = "alert_link"
    ALERT = "alert"
    NOTICE = "notice"  # something new about what a report joined
    # to staff
    URGENT = "urgent"
    ASSIGNED = "assigned"
    ARRIVED = "arrived"
    RETURNED = "returned"
    REPLIED = "replied"
    ADDED = "added"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_REFUSED = "extension_refused"
    APPEALED = "appealed"
    CAME_BACK = "came_back"
    CLAIMED = "claimed"
    DOUBTED = "doubted"
    UNHAPPY = "unhappy"
    FLAGGED = "flagged"
    DIGEST = "digest"
    # about an account
    CONFIRM_ACCOUNT = "confirm_account"
    RESET_PASSWORD = "reset_password"  # nosec B105 - the name of a letter
    NEW_EMAIL = "new_email"
    EMAIL_CHANGED = "email_changed"
    INVITED = "invited"


ACCOUNT = frozenset(
    {
        LetterKind.CONFIRM_ACCOUNT,
        LetterKind.RESET_PASSWORD,
        LetterKind.NEW_EMAIL,
        LetterKind.EMAIL_CHANGED,
        LetterKind.INVITED,
    }
)
TO_TYPED_ADDRESS = frozenset({LetterKind.CONFIRM, LetterKind.CONFIRM_REMINDER})
BY_SMS = frozenset(
    {
        LetterKind.CONFIRM,
        LetterKind.FILED,
        LetterKind.STANDS,
        LetterKind.ASKED,
        LetterKind.ANSWERED,
        LetterKind.DECLINED,
    }
)
