"""Filing for somebody who stands at the counter or calls ("nhập hộ"): the same report, once, with a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import drafts
from app.domain.errors import NotFound
from app.domain.media import store as photos
from app.domain.permissions import Actor
from app.domain.reports import filing, secret_of
from app.domain.reports.find import find
from app.extensions import db
from app.models import Draft, Event, Report, now
from app.models.choices import EventKind

RECEIPT_FOR = timedelta(hours=24)


def submit(said: filing.Filing, taken: Sequence[photos.Taken], *, by: Actor) -> filing.Filed:
    """File what was dictated, with its photos, inside a unit of work. Sent again it is the same report.

    Raises Invalid with the field that must be mended.
    """
    if not taken:
        return filing.submit(said, by=by)
    draft = db.session.scalar(select(Draft).where(Draft.client_id == said.client_id))
    if draft is None:
        draft, _cookie = drafts.begin(said.client_id, photos=True)  # that nobody opens: it hands the photos over
        for one in taken:
            photos.add(one, draft)
    return filing.submit(replace(said, draft_id=draft.id), by=by)


def receipt_of(code: str, *, by: Actor) -> tuple[Report, str]:
    """The report and its secret, for whoever entered it, for a day: the link is the reporter's, not the desk's.

    NotFound for anybody else and later.
    """
    report = find(code)
    filed = (
        db.session.scalar(select(Event).where(Event.report_id == report.id, Event.kind == EventKind.FILED))
        if report is not None
        else None
    )
    is_mine = filed is not None and by.person_id is not None and filed.actor_id == by.person_id
    if report is None or filed is None or not is_mine or now() > filed.at + RECEIPT_FOR:
        raise NotFound(_l("There is no receipt to print. Only whoever entered a report can print it, for a day."))
    return report, secret_of(report)
