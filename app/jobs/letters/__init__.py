"""Letters: what each kind says, and how a delivery becomes a message."""

from app.jobs.letters.compose import LETTERS, Mail, Notification, Text, compose
from app.jobs.letters.model import Letter, Pointless

__all__ = ["LETTERS", "Letter", "Mail", "Notification", "Pointless", "Text", "compose"]
