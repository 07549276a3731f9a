"""Letters: what each kind says, and how a delivery becomes a message."""

from app.jobs.letters.compose import LETTERS, Mail, Text, compose
from app.jobs.letters.model import Letter, Pointless

__all__ = ["LETTERS", "Letter", "Mail", "Pointless", "Text", "compose"]
