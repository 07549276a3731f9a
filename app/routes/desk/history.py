"""What happened to a report, as staff read it: who did it, what changed, every word, what the public does not see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.domain import codes
from app.domain.city import store
from app.domain.city.model import City
from app.domain.dossier import Dossier
from app.models import Event, Photo, Words
from app.models.choices import (
    ActorKind,
    Channel,
    EventKind,
    Outcome,
    PhotoState,
    Rating,
    RatingReason,
    Severity,
    StillThere,
    WaitingFor,
    WordsKind,
)
from app.web import filters, language
from app.web.labels import label

_SHAPES = {
    EventKind.FILED: "send",
    EventKind.ROUTED: "route",
    EventKind.RELEASED: "send",
    EventKind.RECEIVED: "inbox",
    EventKind.ACCEPTED: "inbox",
    EventKind.STARTED: "tool",
    EventKind.PAUSED: "hand-stop",
    EventKind.RESUMED: "refresh",
    EventKind.SUSPENDED: "calendar-time",
    EventKind.PLANNED: "calendar",
    EventKind.ASKED: "message-question",
    EventKind.REPLIED: "message-reply",
    EventKind.EXTENSION_ASKED: "calendar-time",
    EventKind.EXTENDED: "calendar-time",
    EventKind.EXTENSION_REFUSED: "calendar-time",
    EventKind.VISITED: "map-pin",
    EventKind.CONTACT_TRIED: "phone",
    EventKind.RECLASSIFIED: "tag",
    EventKind.RELOCATED: "map-pin",
    EventKind.RESOLVED: "pin-done",
    EventKind.DECLINED: "pin-declined",
    EventKind.APPEALED: "flag",
    EventKind.FLAGGED: "flag",
    EventKind.REOPENED: "rotate-clockwise",
    EventKind.TRANSFERRED: "arrows-exchange",
    EventKind.RETURNED: "arrow-back-up",
    EventKind.ASSIGNED: "user-check",
    EventKind.NOTED: "lock",
    EventKind.ADDED: "message-plus",
    EventKind.RATED: "star",
    EventKind.CLAIMED: "message-plus",
    EventKind.CLAIM_CONFIRMED: "check",
    EventKind.CLAIM_REFUSED: "hand-stop",
    EventKind.TOLD: "message-plus",
    EventKind.ASKED_AROUND: "users",
    EventKind.NEIGHBOUR_SAID: "users",
    EventKind.PUBLISHED: "eye-check",
    EventKind.WITHHELD: "eye-off",
    EventKind.MASKED: "eye-off",
    EventKind.WITHDRAWN: "circle-x",
    EventKind.MERGED: "git-merge",
    EventKind.UNMERGED: "git-branch",
    EventKind.SPLIT: "git-branch",
    EventKind.CONTACT_SEEN: "eye",
    EventKind.ERASED: "eye-off",
    EventKind.UNDONE: "arrow-back-up",
}
_TONES = {
    EventKind.RESOLVED: "done",
    EventKind.PAUSED: "waiting",
    EventKind.ASKED: "waiting",
    EventKind.PLANNED: "waiting",
    EventKind.RECEIVED: "open",
    EventKind.ACCEPTED: "open",
    EventKind.STARTED: "open",
}
_FROM_RESIDENTS = (
    *(WordsKind.ADDITION, WordsKind.REPLY, WordsKind.RATING, WordsKind.REQUEST),
    WordsKind.TESTIMONY,
)
_STARTING = (WordsKind.DESCRIPTION, WordsKind.WAYFINDING)  # these stand at the head of the page


def lines(dossier: Dossier) -> list[dict[str, Any]]:
    """The history, newest first: what a clerk needs to know stands on top."""
    made = [_line(event, dossier) for event in reversed(dossier.events)]
    if dossier.joined:
        made[-1]["details"].append(_("%(n)s more people have said that they are affected.", n=dossier.joined))
    return made


def _line(event: Event, dossier: Dossier) -> dict[str, Any]:
    return {
        "title": _title(event),
        "when": filters.moment(event.at),
        "iso": filters.iso(event.at),
        "who": _who(event, dossier),
        "details": list(_details(event, dossier)),
        "words": [_said(one) for one in event.words if one.kind not in _STARTING],
        "photos": [picture(photo) for photo in dossier.photos_of(event)],
        "shape": _SHAPES.get(event.kind, "circle-check"),
        "tone": _TONES.get(event.kind, ""),
        "private": event.public_at is None,
        "undone": event.undone_at is not None,
    }


def _title(event: Event) -> str:
    if event.data.get("seen"):
        return str(_("Looked at what was added"))
    if event.kind is EventKind.RESOLVED and event.data.get("outcome"):
        return str(label(Outcome(event.data["outcome"])))
    return str(label(event.kind))


def _who(event: Event, dossier: Dossier) -> str:
    other = event.unit_id if event.unit_id != dossier.report.unit_id else None  # its own unit stands above already
    unit = store.current().unit_of(other).name.in_(language.chosen()) if other else ""
    if event.kind in (EventKind.FILED, EventKind.ROUTED):
        return ""
    match event.actor_kind:
        case ActorKind.PERSON:
            name = dossier.people.names.get(event.actor_id or 0, "")
            is_reporter = event.actor_id in dossier.report.reporter_ids
            return str(_("The reporter")) if is_reporter else " · ".join(part for part in (name, unit) if part)
        case ActorKind.LINK:
            return str(_("The reporter"))
        case ActorKind.SYSTEM:
            return str(_("By itself"))
        case _:
            return ""


def _said(words: Words) -> dict[str, Any]:
    return {
        "text": _("(erased)") if words.erased_at else words.original,
        "language": words.language,
        "ours": words.kind not in _FROM_RESIDENTS,
        "is_public": words.public_text is not None,
    }


def whole(photo: Photo) -> str | None:
    """Where those who publish see what is covered on it; None where nothing is, or where it is forgotten."""
    return url_for("publish.whole_photo", name=photo.name) if photo.original else None


def picture(photo: Photo) -> dict[str, Any]:
    """A photo for staff; one that is still being developed says so."""
    is_ready = photo.state is PhotoState.READY
    return {
        "url": url_for("photos.photo", name=photo.name, size="view") if is_ready else None,
        "full": url_for("photos.photo", name=photo.name, size="full") if is_ready else None,
        "alt": photo.alt or str(label(photo.kind)),
        "width": photo.width,
        "height": photo.height,
        "whole": whole(photo),
        "caption": photo.reason,
        "unlocated": not photo.has_location and photo.event_id is not None,
        "is_public": photo.published_at is not None,
    }


# What changed ---------------------------------------------------------------------------------------------------------


def _details(event: Event, dossier: Dossier) -> Iterator[str]:
    city, data = store.current(), event.data
    yield from _about_routing(city, event)
    yield from _about_clock(event)
    yield from _about_place(city, event)
    if data.get("assignee"):
        yield _("Assigned to %(name)s.", name=dossier.people.names.get(data["assignee"], "?"))
    if data.get("refusal") in city.refusals:
        yield city.refusals[data["refusal"]].label.in_(language.chosen())
    if data.get("visit_on"):
        yield _("Visited on %(day)s.", day=filters.day(date.fromisoformat(data["visit_on"])))
    if letter := data.get("letter"):
        yield " · ".join(part for part in (letter["body"], letter["number"], letter["on"]) if part)
    if data.get("rating"):
        reason = f" · {label(RatingReason(data['reason']))}" if data.get("reason") else ""
        yield f"{label(Rating(data['rating']))}{reason}"
    if event.kind is EventKind.NEIGHBOUR_SAID:
        yield str(label(StillThere(data["said"])))
    if data.get("child"):
        yield _("The second problem: %(code)s.", code=codes.shown(data["child"]))
    if data.get("into"):
        yield _("Lives on in %(code)s.", code=codes.shown(data["into"]))
    if event.kind is EventKind.UNDONE and data.get("kind"):
        yield _("Taken back: %(step)s.", step=label(EventKind(data["kind"])))
    if event.kind is EventKind.FILED and data.get("channel"):
        yield str(label(Channel(data["channel"])))
    yield from _about_kind(city, data)


def _about_routing(city: City, event: Event) -> Iterator[str]:
    data, lang = event.data, language.chosen()
    if data.get("to") in city.units:
        yield _("To %(unit)s.", unit=city.units[data["to"]].name.in_(lang))
    if event.kind in (EventKind.TRANSFERRED, EventKind.RETURNED) and data.get("reason") in city.transfers:
        yield city.transfers[data["reason"]].label.in_(lang)
    if data.get("guard") in _guards():
        yield _guards()[data["guard"]]


def _guards() -> dict[str, str]:
    """Why it lies with the dispatcher, though somebody or nobody meant otherwise."""
    return {
        "third": _("The third transfer: the dispatcher decides."),
        "former": _("It would have gone back to a former unit: the dispatcher decides."),
        "not_accepted": _("The unit did not accept it in time: the dispatcher decides."),
    }


def _about_clock(event: Event) -> Iterator[str]:
    data = event.data
    if data.get("due_was") and data.get("due") and data["due_was"] != data["due"]:
        yield _("Due %(new)s instead of %(old)s.", new=_moment(data["due"]), old=_moment(data["due_was"]))
    elif event.kind in (EventKind.RECEIVED, EventKind.ACCEPTED) and data.get("due"):
        yield _("To be handled by %(moment)s.", moment=_moment(data["due"]))
    if data.get("waiting_for"):
        waits = label(WaitingFor(data["waiting_for"]))
        yield _("%(what)s, until %(moment)s.", what=waits, moment=_moment(data["until"]))
    if data.get("planned_on"):
        yield _("Planned for %(day)s.", day=filters.day(date.fromisoformat(data["planned_on"])))


def _moment(seconds: int) -> str:
    return filters.due(datetime.fromtimestamp(seconds, UTC))


def _about_place(city: City, event: Event) -> Iterator[str]:
    """Where the pin stood before, for the desk alone; another ward beside the old one."""
    if event.kind is not EventKind.RELOCATED:
        return
    data, lang = event.data, language.chosen()
    yield _("The pin stood at %(place)s.", place="{:.5f}, {:.5f}".format(*data["pin_was"]))
    wards = [str(data["ward_was"]), str(data["ward"])]
    if wards[0] != wards[1]:
        yield " → ".join(city.wards[code].name.in_(lang) if code in city.wards else code for code in wards)
    if event.data.get("proposed") in city.units:
        yield _("By its rules this place belongs to %(unit)s.", unit=city.units[event.data["proposed"]].name.in_(lang))


def _about_kind(city: City, data: dict[str, Any]) -> Iterator[str]:
    """Another category or severity: the old one beside the new."""
    lang = language.chosen()
    old, new = data.get("category_was"), data.get("category")
    if old and new and old != new:
        names = [city.categories[code].name.in_(lang) if code in city.categories else code for code in (old, new)]
        yield f"{names[0]} → {names[1]}"
    old, new = data.get("severity_was"), data.get("severity")
    if old and new and old != new:
        yield f"{label(Severity(old))} → {label(Severity(new))}"
