"""The table of moves: who, from where, to where, which words, what is asked.

The buttons, the form, the guard and the test grid all read this one table. What a move does to the clocks is its
effect's (`effects/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.city import store
from app.domain.permissions import Actor, Permission, may
from app.models import Report
from app.models.choices import OPEN, EventKind, Status, WaitingFor, WordsKind


class Ask(StrEnum):
    """What a move wants to know beside its words."""

    OUTCOME = "outcome"
    WAITING_FOR = "waiting_for"
    UNTIL = "until"
    PLANNED_ON = "planned_on"
    REFUSAL = "refusal"
    TRANSFER_TO = "transfer_to"
    TRANSFER_REASON = "transfer_reason"
    VISIT_ON = "visit_on"
    PHOTO = "photo"
    ASSIGNEE = "assignee"
    CATEGORY = "category"
    SEVERITY = "severity"
    MERGE_INTO = "merge_into"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Move:
    code: str
    starts: frozenset[Status]
    to: Status | None  # None: the status stays
    label: Any  # the words on the button, in the reader's language
    needs: Permission
    event: EventKind
    words: WordsKind | None = None  # required
    asks: tuple[Ask, ...] = ()
    is_public: bool = True
    by_reporter: bool = False  # offered on the reporter's own page, not at the desk
    can_be_undone: bool = True
    by_system: bool = False  # the city's own hand, never a button


AT_WORK = frozenset({Status.RECEIVED, Status.IN_PROGRESS})
RUNNING = AT_WORK | {Status.WAITING, Status.PLANNED}
ALL_OPEN = frozenset(OPEN)

MOVES: tuple[Move, ...] = (
    Move(
        "receive",
        frozenset({Status.NEW}),
        Status.RECEIVED,
        _l("Receive"),
        Permission.TRIAGE,
        EventKind.RECEIVED,
    ),
    Move(
        "start", frozenset({Status.RECEIVED}), Status.IN_PROGRESS, _l("Start work"), Permission.WORK, EventKind.STARTED
    ),
    Move(
        "resolve",
        RUNNING,
        Status.RESOLVED,
        _l("Answer and finish"),
        Permission.WORK,
        EventKind.RESOLVED,
        words=WordsKind.ANSWER,
        asks=(Ask.OUTCOME, Ask.VISIT_ON, Ask.PHOTO),
    ),
    Move(
        "ask",
        AT_WORK,
        Status.WAITING,
        _l("Ask the reporter"),
        Permission.WORK,
        EventKind.ASKED,
        words=WordsKind.ANSWER,
    ),
    Move(
        "pause",
        AT_WORK | {Status.PLANNED},
        Status.WAITING,
        _l("Pause the clock"),
        Permission.WORK,
        EventKind.PAUSED,
        words=WordsKind.REASON,
        asks=(Ask.WAITING_FOR, Ask.UNTIL),
    ),
    Move(
        "resume",
        frozenset({Status.WAITING}),
        Status.IN_PROGRESS,
        _l("Go on"),
        Permission.WORK,
        EventKind.RESUMED,
    ),
    Move(
        "plan",
        AT_WORK | {Status.WAITING},
        Status.PLANNED,
        _l("Put into the plan"),
        Permission.WORK,
        EventKind.PLANNED,
        words=WordsKind.REASON,
        asks=(Ask.PLANNED_ON,),
    ),
    Move(
        "begin_planned",
        frozenset({Status.PLANNED}),
        Status.IN_PROGRESS,
        _l("Start the planned work"),
        Permission.WORK,
        EventKind.STARTED,
    ),
    Move(
        "ask_extension",
        RUNNING,
        None,
        _l("Ask for an extension"),
        Permission.WORK,
        EventKind.EXTENSION_ASKED,
        words=WordsKind.REASON,
        asks=(Ask.UNTIL,),
    ),
    Move("extend", RUNNING, None, _l("Approve the extension"), Permission.APPROVE, EventKind.EXTENDED),
    Move(
        "refuse_extension",
        RUNNING,
        None,
        _l("Refuse the extension"),
        Permission.APPROVE,
        EventKind.EXTENSION_REFUSED,
        words=WordsKind.NOTE,
        is_public=False,
    ),
    Move(
        "visit",
        RUNNING | {Status.NEW},
        None,
        _l("Record a site visit"),
        Permission.WORK,
        EventKind.VISITED,
        words=WordsKind.FINDING,
        asks=(Ask.VISIT_ON, Ask.PHOTO),
    ),
    Move(
        "contact_tried",
        RUNNING | {Status.NEW},
        None,
        _l("Could not reach the reporter"),
        Permission.WORK,
        EventKind.CONTACT_TRIED,
        words=WordsKind.NOTE,
        is_public=False,
    ),
    Move(
        "reclassify",
        ALL_OPEN,
        None,
        _l("Change category or severity"),
        Permission.WORK,
        EventKind.RECLASSIFIED,
        words=WordsKind.REASON,
        asks=(Ask.CATEGORY, Ask.SEVERITY),
    ),
    Move(
        "move_pin",
        ALL_OPEN,
        None,
        _l("Move the pin"),
        Permission.WORK,
        EventKind.RELOCATED,
        words=WordsKind.REASON,
        asks=(Ask.PIN,),
    ),
    Move(
        "confirm_claim",
        ALL_OPEN,
        None,
        _l("Confirm: it is fixed"),
        Permission.WORK,
        EventKind.CLAIM_CONFIRMED,
    ),
    Move(
        "refuse_claim",
        ALL_OPEN,
        None,
        _l("It is not fixed yet"),
        Permission.WORK,
        EventKind.CLAIM_REFUSED,
        words=WordsKind.REASON,
    ),
    Move(
        "assign",
        ALL_OPEN,
        None,
        _l("Assign"),
        Permission.ASSIGN,
        EventKind.ASSIGNED,
        asks=(Ask.ASSIGNEE,),
        is_public=False,
    ),
    Move("take", ALL_OPEN, None, _l("I take this"), Permission.WORK, EventKind.ASSIGNED, is_public=False),
    Move(
        "note",
        frozenset(Status) - {Status.HELD},
        None,
        _l("Internal note"),
        Permission.NOTE,
        EventKind.NOTED,
        words=WordsKind.NOTE,
        is_public=False,
    ),
    Move(
        "report_abuse",
        ALL_OPEN,
        None,
        _l("Report abuse"),
        Permission.TRIAGE,
        EventKind.FLAGGED,
        words=WordsKind.NOTE,
        is_public=False,
    ),
    Move(
        "transfer",
        ALL_OPEN,
        Status.NEW,
        _l("Transfer"),
        Permission.TRIAGE,
        EventKind.TRANSFERRED,
        words=WordsKind.REASON,
        asks=(Ask.TRANSFER_TO, Ask.TRANSFER_REASON),
    ),
    Move(
        "return",
        ALL_OPEN,
        Status.NEW,
        _l("Return to the dispatcher"),
        Permission.TRIAGE,
        EventKind.RETURNED,
        words=WordsKind.REASON,
        asks=(Ask.TRANSFER_REASON,),
    ),
    Move(
        "decline",
        frozenset({Status.NEW}) | AT_WORK,
        Status.DECLINED,
        _l("Do not accept"),
        Permission.TRIAGE,
        EventKind.DECLINED,
        words=WordsKind.ANSWER,
        asks=(Ask.REFUSAL,),
    ),
    Move(
        "merge",
        ALL_OPEN,
        Status.MERGED,
        _l("Merge into another report"),
        Permission.DISPATCH,
        EventKind.MERGED,
        asks=(Ask.MERGE_INTO,),
    ),
    Move(
        "split",
        ALL_OPEN,
        None,
        _l("Split off a second problem"),
        Permission.DISPATCH,
        EventKind.SPLIT,
        words=WordsKind.REASON,
        asks=(Ask.CATEGORY,),
        can_be_undone=False,  # another report stands by then, with letters of its own
    ),
    Move("unmerge", frozenset({Status.MERGED}), None, _l("Undo the merge"), Permission.DISPATCH, EventKind.UNMERGED),
    Move(
        "reopen",
        frozenset({Status.RESOLVED}),
        Status.RECEIVED,
        _l("Reopen"),
        Permission.REOPEN,
        EventKind.REOPENED,
        words=WordsKind.REQUEST,
    ),
    Move(
        "grant_appeal",
        frozenset({Status.DECLINED}),
        Status.RECEIVED,
        _l("Take it up after all"),
        Permission.DECIDE_APPEAL,
        EventKind.REOPENED,
        words=WordsKind.ANSWER,
    ),
    Move(
        "uphold_refusal",
        frozenset({Status.DECLINED}),
        None,
        _l("The refusal stands"),
        Permission.DECIDE_APPEAL,
        EventKind.APPEAL_UPHELD,
        words=WordsKind.ANSWER,
    ),
    # the reporter's own
    Move(
        "appeal",
        frozenset({Status.DECLINED}),
        None,
        _l("Ask for another look"),
        Permission.FOLLOW_UP,
        EventKind.APPEALED,
        words=WordsKind.REQUEST,
        by_reporter=True,
    ),
    Move(
        "reply",
        frozenset({Status.WAITING}),
        Status.IN_PROGRESS,
        _l("Answer the question"),
        Permission.FOLLOW_UP,
        EventKind.REPLIED,
        words=WordsKind.REPLY,
        by_reporter=True,
    ),
    Move(
        "withdraw",
        frozenset({Status.HELD}) | ALL_OPEN,
        Status.WITHDRAWN,
        _l("Withdraw the report"),
        Permission.FOLLOW_UP,
        EventKind.WITHDRAWN,
        by_reporter=True,
    ),
    Move(
        "send_now",
        frozenset({Status.HELD}),
        Status.NEW,
        _l("Send it now"),
        Permission.FOLLOW_UP,
        EventKind.RELEASED,
        by_reporter=True,
    ),
    # the city's own hand
    Move(
        "close",
        frozenset({Status.RESOLVED}),
        Status.CLOSED,
        _l("Close"),
        Permission.WORK,
        EventKind.CLOSED,
        by_system=True,
    ),
    Move(
        "release",
        frozenset({Status.HELD}),
        Status.NEW,
        _l("The time to edit is over"),
        Permission.WORK,
        EventKind.RELEASED,
        by_system=True,
    ),
    Move(
        "not_accepted",
        frozenset({Status.NEW}),
        Status.NEW,
        _l("Not accepted in time"),
        Permission.WORK,
        EventKind.RETURNED,
        by_system=True,
    ),
)
BY_CODE = {move.code: move for move in MOVES}


def is_possible(move: Move, report: Report, by: Actor) -> bool:
    """Does the table allow this move here, beside its status and permission?"""
    match move.code:
        case "ask":
            return report.questions_asked < store.current().settings.max_questions_to_reporter
        case "reply":
            return report.waiting_for is WaitingFor.REPORTER
        case "ask_extension":
            return report.extended_at is None and report.extension_asked_until is None
        case "confirm_claim" | "refuse_claim":
            return report.claimed_at is not None
        case "extend" | "refuse_extension":
            return report.extension_asked_until is not None
        case "appeal":
            return report.appealed_at is None and report.object_until is not None
        case "grant_appeal" | "uphold_refusal":
            return report.is_appeal_open
        case "not_accepted":
            return report.is_transferred
        case "take":
            return by.person_id is not None and report.assignee_id != by.person_id
        case _:
            return True


def moves(report: Report, by: Actor) -> dict[str, Move]:
    """What this actor may do next with this report, in the order of the table."""
    return {
        move.code: move
        for move in MOVES
        if report.status in move.starts
        and (not move.by_system or not by.is_staff)
        and may(by, move.needs, report)
        and is_possible(move, report, by)
    }


def desk_moves(report: Report, by: Actor) -> dict[str, Move]:
    """The moves a desk page offers."""
    return {code: move for code, move in moves(report, by).items() if not (move.by_reporter or move.by_system)}
