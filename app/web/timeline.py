"""An event as `templates/timeline/<kind>.html` tells it: codes turned into names, seconds into moments.

The public page and the reporter's own page use the same templates. The desk tells more: `routes/desk/history`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from flask import url_for

from app.domain.city import store
from app.domain.city.model import City, Unit
from app.domain.public_view import PublicPhoto
from app.models.choices import Channel, EventKind, Outcome, PhotoKind, Rating, RatingReason, Severity, WaitingFor
from app.web import labels, language

_MOMENTS = ("due", "due_was", "until", "receive_by", "handle_by")
_DAYS = ("visit_on", "planned_on")
_UNITS = ("from", "to", "proposed")
_CHOICES: dict[str, type[Any]] = {
    "outcome": Outcome,
    "waiting_for": WaitingFor,
    "severity": Severity,
    "severity_was": Severity,
    "rating": Rating,
}


class Happened(Protocol):
    """What `line` needs: `PublicEvent` and `OwnEvent` are such."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def at(self) -> datetime: ...
    @property
    def unit(self) -> Unit | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def said(self) -> Iterable[str]: ...
    @property
    def photos(self) -> Iterable[PublicPhoto]: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `facts` are the event's codes in words of the reader: see `_facts`."""

    kind: EventKind
    at: datetime
    who: str
    words: str
    photos: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    language: str = "vi"  # of the words

    @property
    def template(self) -> str:
        return f"timeline/{self.kind.value}.html"


_RESIDENTS = frozenset(
    {
        *(EventKind.FILED, EventKind.ADDED, EventKind.REPLIED, EventKind.RATED, EventKind.APPEALED),
        *(EventKind.EDITED, EventKind.NAME_HIDDEN, EventKind.WITHDRAWN, EventKind.JOINED, EventKind.LEFT),
        *(EventKind.CONTACT_CONFIRMED, EventKind.NEIGHBOUR_SAID, EventKind.CLAIMED, EventKind.TOLD),
    }
)
_NAMED_BY_TITLE = frozenset({EventKind.ROUTED})


def line(event: Happened) -> Line:
    return Line(
        kind=event.kind,
        at=event.at,
        who=_unit_of(event),
        words="\n\n".join(one for one in event.said if one),
        photos=[picture(photo) for photo in event.photos],
        facts=_facts(store.current(), event.data),
        language=event.language,
    )


def _unit_of(event: Happened) -> str:
    """The unit that acted: none where a resident did, or where the title names it already."""
    if event.unit is None or event.kind in _RESIDENTS or event.kind in _NAMED_BY_TITLE:
        return ""
    return event.unit.name.in_(language.chosen())


def lines(events: Iterable[Happened]) -> list[Line]:
    return [line(event) for event in events]


def picture(photo: PublicPhoto, size: str = "view") -> dict[str, Any]:
    """A photo as `templates/components/photo.html` wants it."""
    is_proof = photo.kind in (PhotoKind.AFTER, PhotoKind.VISIT)
    return {
        "url": url_for("photos.photo", name=photo.name, size=size),
        "full": url_for("photos.photo", name=photo.name, size="full"),
        "alt": photo.alt or labels.label(photo.kind),
        "width": photo.width,
        "height": photo.height,
        "caption": photo.reason,
        "unlocated": is_proof and not photo.has_location,
    }


def _facts(city: City, data: Mapping[str, Any]) -> dict[str, Any]:
    """Moments (`due`, `due_was`, `until`, `receive_by`, `handle_by`), days, choices, and names of what codes mean.

    `from`, `to`, `proposed` become `from_unit`, `to_unit`, `proposed_unit`; the rest keeps its name.
    """
    said = language.chosen()
    found: dict[str, Any] = {}
    for key, value in data.items():
        if value in (None, ""):
            continue
        if key in _MOMENTS:
            found[key] = datetime.fromtimestamp(value, UTC)
        elif key in _DAYS:
            found[key] = date.fromisoformat(value)
        elif key in _UNITS:
            unit = city.units.get(value)
            found[f"{key}_unit"] = unit.name.in_(said) if unit else value
        elif key in _CHOICES:
            found[key] = labels.label(_CHOICES[key](value))
        else:
            found[key] = value
    return found | _named(city, data, said)


def _named(city: City, data: Mapping[str, Any], said: str) -> dict[str, Any]:
    """Names of refusals, categories and reasons of a transfer."""
    found: dict[str, Any] = {}
    if refusal := city.refusals.get(data.get("refusal", "")):
        found |= {
            "refusal": refusal.label.in_(said),
            "refusal_why": refusal.explain.in_(said),
            "refusal_next": refusal.next_step.in_(said),
        }
    for key in ("ward", "ward_was"):
        if ward := city.wards.get(data.get(key, "")):
            found[key] = ward.name.in_(said)
    for key in ("category", "category_was"):
        if category := city.categories.get(data.get(key, "")):
            found[key] = category.name.in_(said)
    reason = data.get("reason", "")
    if transfer := city.transfers.get(reason):
        found["reason"] = transfer.label.in_(said)
    elif reason in tuple(RatingReason):
        found["reason"] = labels.label(RatingReason(reason))
    if data.get("channel") in tuple(Channel):
        found["channel_name"] = labels.label(Channel(data["channel"]))
    if "outcome" in data:
        found["is_fixed"] = data["outcome"] == Outcome.FIXED
    if "letter" in data:
        letter = data["letter"]
        found["letter"] = letter | {"on": date.fromisoformat(letter["on"]) if letter.get("on") else None}
    return found
