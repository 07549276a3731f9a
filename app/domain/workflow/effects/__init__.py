"""What each move changes, one small function a move, by subject. All run in `change.take`, on a locked report."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.workflow.effects import claims, clock, corrections, ending, hands, one_or_two, second_look
from app.domain.workflow.effects.one_or_two import leave_heads, rejoin_heads
from app.domain.workflow.effects.step import Step
from app.models.choices import PhotoKind

__all__ = ["EFFECTS", "PHOTO_KINDS", "Step", "leave_heads", "rejoin_heads"]


def nothing(step: Step) -> None:
    """The words or the new status say it all."""


def report_abuse(step: Step) -> None:
    """Not a matter for the city, or an attack on somebody: the dispatcher is told and decides."""
    step.entry.data |= {"abuse": True}


EFFECTS: dict[str, Callable[[Step], None]] = {
    "release": hands.release,
    "send_now": hands.release,
    "receive": hands.receive,
    "start": nothing,
    "resolve": ending.resolve,
    "ask": clock.ask,
    "pause": clock.pause,
    "resume": clock.go_on,
    "plan": clock.plan,
    "begin_planned": clock.begin_planned,
    "ask_extension": clock.ask_extension,
    "extend": clock.extend,
    "refuse_extension": clock.refuse_extension,
    "visit": ending.visit,
    "contact_tried": nothing,
    "reclassify": corrections.reclassify,
    "move_pin": corrections.move_pin,
    "confirm_claim": claims.decide,
    "refuse_claim": claims.decide,
    "assign": hands.assign,
    "take": hands.take,
    "note": nothing,
    "report_abuse": report_abuse,
    "transfer": hands.transfer,
    "return": hands.give_back,
    "decline": ending.decline,
    "merge": one_or_two.merge,
    "split": one_or_two.split,
    "unmerge": one_or_two.unmerge,
    "reopen": second_look.reopen,
    "grant_appeal": second_look.grant_appeal,
    "uphold_refusal": second_look.uphold,
    "appeal": second_look.appeal,
    "reply": clock.reply,
    "withdraw": ending.withdraw,
    "close": ending.close,
    "not_accepted": hands.not_accepted,
}

PHOTO_KINDS = {"resolve": PhotoKind.AFTER, "visit": PhotoKind.VISIT}
