"""What a report says of itself where somebody shares its address: a few words, and a picture drawn for it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.domain import codes
from app.domain.city import store
from app.domain.media.keys import public_key
from app.domain.paper import card as drawing
from app.domain.paper.card import Card
from app.domain.public_view import PublicView
from app.extensions import storage
from app.models import now
from app.models.choices import StatusClass
from app.web import labels, language
from app.web.addresses import outside


def of(view: PublicView) -> Card:
    """The picture of a report, in the reader's language. Nothing in it is finer than a day, so that it lasts one."""
    said, look = language.chosen(), labels.status_look(view.status, view.outcome)
    ward = view.ward.name.in_(said)
    photo = view.after or next(iter(view.photos), None)
    return Card(
        city=store.current().name.in_(said),
        title=view.category.name.in_(said),
        place=f"{view.address}, {ward}" if view.address else ward,
        status=str(labels.status_words(view.status, view.outcome, view.waiting_for, view.is_transferred)),
        shape=look.shape,
        tone=look.tone,
        age=_age(view),
        code=codes.shown(view.code),
        photo=photo.name if photo else "",
    )


def address(view: PublicView, card: Card) -> str:
    """Where the picture is found, whole, for other sites."""
    return outside("cards.card", code=view.code, digest=card.digest)


def path(view: PublicView, card: Card) -> str:
    return url_for("cards.card", code=view.code, digest=card.digest)


@lru_cache(maxsize=64)
def drawn(card: Card) -> bytes:
    """Drawn once while the process remembers it; after that caches keep it by its address."""
    return drawing.png(card, _read(card.photo) if card.photo else None)


def _read(photo: str) -> bytes:
    with storage().open(public_key(photo, "view")) as file:
        return file.read()


def _age(view: PublicView) -> str:
    if view.resolved_at is not None and view.status_class is StatusClass.DONE:
        days = _days(view.filed_at, view.resolved_at)
        after = ngettext("answered after %(num)d day", "answered after %(num)d days", days)
        return str(after if days else _("answered the same day"))
    days = _days(view.filed_at, now())
    return str(ngettext("sent %(num)d day ago", "sent %(num)d days ago", days) if days else _("sent today"))


def _days(first: datetime, last: datetime) -> int:
    """How many midnights of the city lie between."""
    zone = ZoneInfo(store.current().timezone)
    return (last.astimezone(zone).date() - first.astimezone(zone).date()).days
