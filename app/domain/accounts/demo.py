"""The accounts a demonstration shows on its sign-in page, so that everybody can try every role."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain import remembered
from app.domain.demo.accounts import ACCOUNTS, Account


def accounts() -> Sequence[Account]:
    """Empty in a real city."""
    return ACCOUNTS if remembered.is_demo() else ()
