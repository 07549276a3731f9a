"""Which event tells whom, by which letter. Letters themselves are written in `app/jobs/letters`."""

from app.domain.notifications.announce import announce
from app.domain.notifications.audience import AUDIENCE, Audience, Told
from app.domain.notifications.digest import owe_digests
from app.domain.notifications.kinds import ACCOUNT, LetterKind
from app.domain.notifications.owed import remind_unconfirmed, send_account, send_confirmation

__all__ = [
    "ACCOUNT",
    "AUDIENCE",
    "Audience",
    "LetterKind",
    "Told",
    "announce",
    "owe_digests",
    "remind_unconfirmed",
    "send_account",
    "send_confirmation",
]
