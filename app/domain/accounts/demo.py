"""The accounts a demonstration shows on its sign-in page, so that everybody can try every role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain import remembered

if TYPE_CHECKING:
    from app.domain.demo.accounts import Account


def accounts() -> Sequence[Account]:
    """Empty in a real city."""
    if not remembered.is_demo():
        return ()
    from app.domain.demo import ACCOUNTS  # with them comes all that makes a demo, which a real city never needs

    return ACCOUNTS
