"""Which event tells whom, by which letter. Letters themselves are written in `app/jobs/letters`."""

from app.domain.notifications.announce import announce
from app.domain.notifications.around import CELL_ZOOM
from app.domain.notifications.audience import AUDIENCE, Audience, Told
from app.domain.notifications.digest import owe_digests
from app.domain.notifications.kinds import ACCOUNT, LetterKind
from app.domain.notifications.owed import (
    can_reach,
    confirmations_since,
    remind_unconfirmed,
    send_account,
    send_alert_link,
    send_confirmation,
    send_follow,
    send_my_reports,
    sends_texts,
)

__all__ = [
    "ACCOUNT",
    "AUDIENCE",
    "CELL_ZOOM",
    "Audience",
    "LetterKind",
    "Told",
    "announce",
    "can_reach",
    "confirmations_since",
    "owe_digests",
    "remind_unconfirmed",
    "send_account",
    "send_alert_link",
    "send_confirmation",
    "send_follow",
    "send_my_reports",
    "sends_texts",
]
