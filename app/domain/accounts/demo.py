"""The accounts a demonstration shows on its sign-in page, so that everybody can try every role."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app.domain import remembered


def accounts() -> Sequence[Any]:
    """Empty in a real city."""
    if not remembered.is_demo() or find_spec("app.domain.demo") is None:
        return ()
    found: Sequence[Any] = import_module("app.domain.demo.accounts").ACCOUNTS
    return found
