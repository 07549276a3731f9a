"""The address of a queue page: everything it shows stands in it, so that a view can be kept and sent on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import session, url_for
from werkzeug.datastructures import MultiDict

from app.domain.queue import Question, Tab
from app.models.choices import Status

_LAST = "desk_queue"
_NAMES = ("status", "category", "ward", "assignee", "words")


def question(said: MultiDict[str, str], default: Tab) -> Question:
    """What an address asks for; whatever it says wrong asks for nothing."""
    return Question(
        tab=_choice(Tab, said.get("tab", "")) or default,
        status=_choice(Status, said.get("status", "")),
        category=said.get("category", "")[:60],
        ward=said.get("ward", "")[:20],
        assignee=said.get("assignee", "")[:20],
        overdue=bool(said.get("overdue")),
        words=said.get("words", "").strip()[:200],
        after=key(said.get("after", "")),
    )


def _choice(kind: Any, value: str) -> Any:
    return kind(value) if value in set(kind) else None


def key(text: str) -> tuple[int, int] | None:
    due, _, id = text.partition(".")
    if not (due.isdecimal() and id.isdecimal()):
        return None
    return int(due[:17]), min(int(id[:18]), 2**62)


def parameters(asked: Question) -> dict[str, Any]:
    """The question as parameters of an address, the plainest form."""
    named = {name: str(getattr(asked, name) or "") for name in _NAMES}
    key = f"{asked.after[0]}.{asked.after[1]}" if asked.after else ""
    said = {"tab": asked.tab.value, **named, "overdue": "1" if asked.overdue else "", "after": key}
    return {name: value for name, value in said.items() if value}


def address(asked: Question, **changes: Any) -> str:
    return url_for("desk.queue", **parameters(replace(asked, **changes)))


def remember(asked: Question) -> None:
    """Where this person last looked, for "back" and "next"; written only when it changes."""
    here = parameters(replace(asked, after=None))
    if session.get(_LAST) != here:
        session[_LAST] = here


def last() -> Question:
    return question(MultiDict(session.get(_LAST) or {}), Tab.OPEN)
