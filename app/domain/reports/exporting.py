"""Everything we keep of whoever filed a report, for them to take along: data as JSON, photos as they are kept."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from sqlalchemy import select

from app.domain.city import store
from app.domain.media import store as kept_photos
from app.domain.media.keys import public_key
from app.domain.own_view import own_view
from app.domain.reports.erasing import THEIR_PHOTOS, THEIR_WORDS
from app.extensions import db, storage
from app.models import Consent, Delivery, Event, Participation, Photo, Report, ReportContact, Words
from app.models.choices import EventKind, Part

IN_MEMORY = 4_000_000  # bytes; a larger archive is put together on disk
LARGEST = "full"


def archive(reports: Iterable[Report], about: dict[str, Any] | None = None) -> IO[bytes]:
    """A ZIP: `data.json`, and the photos under the names that stand in it. The caller has checked whose they are.

    `about`: what is known of the account beside its reports.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    said = dict(about or {}) | {"reports": []}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for report in reports:
            said["reports"].append(of_report(report))
            for name, key in _files(report):
                with suppress(FileNotFoundError), storage().open(key) as photo:
                    packed.writestr(name, photo.read(), compress_type=zipfile.ZIP_STORED)
        packed.writestr("data.json", json.dumps(said, ensure_ascii=False, indent=2, default=_plain))
    file.seek(0)
    return file


def of_report(report: Report) -> dict[str, Any]:
    """One report as its reporter may know it: their own words whole, of others what they were told."""
    city, view = store.current(), own_view(report)
    return {
        "code": report.code,
        "filed_at": report.filed_at,
        "category": city.category_of(report.category_id).code,
        "ward": city.ward_of(report.ward_id).code,
        "unit": city.unit_of(report.unit_id).code,
        "place": {"lat": report.lat, "lng": report.lng, "source": report.place_source, "accuracy_m": report.accuracy_m},
        "address": report.nearest_address,
        "answers": report.answers,
        "severity": view.report.severity,
        "status": view.report.status,
        "outcome": view.report.outcome,
        "language": report.language,
        "channel": report.channel,
        "is_content_hidden": report.is_content_hidden,
        "is_name_hidden": report.is_name_hidden,
        "rating": report.rating,
        "events": [{"kind": line.kind, "at": line.at, "said": list(line.said)} for line in view.events],
    } | of_reporter(report)


def of_reporter(report: Report) -> dict[str, Any]:
    """What stands beside a report about whoever filed it: six queries."""
    return {
        "contact": _contact(report),
        "words": [_words(one) for one in _said(report)],
        "contact_seen": contact_seen(report),
        "consents": consents(report),
        "letters": letters(report),
        "photos": [_photo(report, one) for one in _photos(report)],
    }


def contact_seen(report: Report) -> list[dict[str, Any]]:
    """When somebody looked at how the reporter is reached, and in which unit: never which person."""
    seen = select(Event).where(Event.report_id == report.id, Event.kind == EventKind.CONTACT_SEEN).order_by(Event.id)
    city = store.current()
    return [
        {"at": event.at, "unit": city.unit_of(event.unit_id).code if event.unit_id else None}
        for event in db.session.scalars(seen)
    ]


def consents(report: Report) -> list[dict[str, Any]]:
    """What the reporter agreed to, in which version, since when and until when."""
    given = select(Consent).where(Consent.report_id == report.id).order_by(Consent.id)
    return [
        {"purpose": one.purpose, "version": one.version, "given_at": one.given_at, "withdrawn_at": one.withdrawn_at}
        for one in db.session.scalars(given)
    ]


def letters(report: Report) -> list[dict[str, Any]]:
    """Which letters about this report went to the reporter."""
    mine = select(Participation.person_id).where(
        Participation.report_id == report.id, Participation.part == Part.REPORTER
    )
    sent = (
        select(Delivery)
        .join(Event, Event.id == Delivery.event_id)
        .where(Event.report_id == report.id, Delivery.person_id.in_(mine))
        .order_by(Delivery.id)
    )
    return [
        {"kind": one.kind, "channel": one.channel, "state": one.state, "sent_at": one.sent_at}
        for one in db.session.scalars(sent)
    ]


def _contact(report: Report) -> dict[str, Any] | None:
    contact = db.session.get(ReportContact, report.id)
    if contact is None:
        return None
    return {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "confirmed_at": contact.confirmed_at,
    }


def _said(report: Report) -> Iterable[Words]:
    said = select(Words).where(Words.report_id == report.id, Words.kind.in_(THEIR_WORDS), Words.erased_at.is_(None))
    return db.session.scalars(said.order_by(Words.id))


def _words(one: Words) -> dict[str, Any]:
    return {"kind": one.kind, "text": one.original, "public_text": one.public_text, "language": one.language}


def _photos(report: Report) -> list[Photo]:
    return [one for one in kept_photos.of(report) if one.kind in THEIR_PHOTOS]


def _photo(report: Report, one: Photo) -> dict[str, Any]:
    return {
        "file": _file_name(report, one),
        "taken_at": one.taken_at,
        "lat": one.lat,
        "lng": one.lng,
        "published_at": one.published_at,
    }


def _file_name(report: Report, one: Photo) -> str:
    return f"{report.code}/{one.position + 1}-{one.id}.webp"


def _files(report: Report) -> Iterator[tuple[str, str]]:
    """Name and key of each photo: the one that nobody masked, as long as it is kept."""
    for one in _photos(report):
        yield _file_name(report, one), one.original or public_key(one.name, LARGEST)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


__all__ = ["archive", "consents", "contact_seen", "of_report", "of_reporter"]
