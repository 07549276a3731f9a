"""What the head of every page needs: the city, and the rooms of the desk that this person may enter."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain import remembered
from app.domain.city import store
from app.domain.city.model import City
from app.models.choices import Role
from app.web.actors import actor


def city() -> City:
    return store.current()


def is_demo() -> bool:
    return remembered.is_demo()


def desk() -> list[dict[str, Any]]:
    """Links for staff, in the order of a working day; empty for everybody else."""
    if not has_request_context() or not current_user.is_authenticated:
        return []
    who = actor()
    if not who.is_staff:
        return []
    works = who.has(Role.CLERK, Role.LEAD, Role.DISPATCHER)
    rooms = [
        (works or who.has(Role.OBSERVER), "desk.queue", _("Queue"), "inbox"),
        (works, "publish.queue", _("Publication"), "eye-check"),
        (works, "assisted.start", _("Assisted filing"), "headset"),
        (who.has(Role.LEAD, Role.DISPATCHER, Role.ADMIN), "posters.make", _("Posters"), "qrcode"),
        (who.has(Role.DISPATCHER, Role.ADMIN), "declare.notices", _("City notices"), "bell"),
        (who.has(Role.LEAD, Role.ADMIN), "team.people", _("Team"), "users"),
        (who.has(Role.DISPATCHER, Role.OBSERVER, Role.ADMIN), "admin.units", _("The city"), "building"),
        (who.has(Role.ADMIN), "mail.outbox", _("Mail"), "mail"),
    ]
    return [
        {
            "url": url_for(endpoint),
            "endpoint": endpoint,
            "label": label,
            "icon": icon,
            "is_current": request.blueprint == endpoint.partition(".")[0],
        }
        for allowed, endpoint, label, icon in rooms
        if allowed
    ]
