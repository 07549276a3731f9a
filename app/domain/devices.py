"""The phones and computers on which somebody wants our notifications, beside letters or instead of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from app.adapters import push
from app.domain.errors import Forbidden, Invalid
from app.domain.permissions import Actor, Permission, may
from app.domain.reports.find import get_for_change
from app.domain.reports.following import reporter_of
from app.extensions import db
from app.models import Device, Person, now
from app.models.choices import StatusClass

MOST = 10  # of one person; the oldest goes
LONGEST_ENDPOINT = 1000
KEY_BYTES, SECRET_BYTES = 65, 16


def keep(person_id: int, box: push.Mailbox) -> None:
    """Send this person's notifications there from now on, and those of no other account. In a unit of work.

    Raises Invalid where no push service that we know is named, or no key of a browser.
    """
    if len(box.endpoint) > LONGEST_ENDPOINT or not push.pusher().knows(box.endpoint) or not _is_key_of_a_browser(box):
        raise Invalid(_l("This browser cannot be sent notifications."))
    _leave_other_accounts(person_id, box.endpoint)
    of_both = (Device.endpoint == box.endpoint, Device.person_id == person_id)
    device = db.session.scalar(select(Device).where(*of_both))
    if device is None:
        device = Device(endpoint=box.endpoint, person_id=person_id, created_at=now())
        db.session.add(device)
    device.key, device.secret = box.key, box.secret
    db.session.flush()
    kept = select(Device.id).where(Device.person_id == person_id).order_by(Device.id.desc()).offset(MOST)
    db.session.execute(delete(Device).where(Device.id.in_(db.session.scalars(kept).all())))


def _leave_other_accounts(person_id: int, endpoint: str) -> None:
    """Somebody else has signed in on this browser: what concerns the one before is shown here no more."""
    accounts = select(Person.id).where(Person.password_hash.is_not(None), Person.id != person_id)
    db.session.execute(delete(Device).where(Device.endpoint == endpoint, Device.person_id.in_(accounts)))


def keep_for_report(code: str, box: push.Mailbox, *, by: Actor) -> None:
    """The same for the reporter of a report, who may have left no address at all. In a unit of work."""
    report = get_for_change(code, by=by)
    if not may(by, Permission.FOLLOW_UP, report):
        raise Forbidden(_l("Only whoever filed this report can do that. Use your link."))
    if report.status_class is StatusClass.GONE:
        raise Invalid(_l("Nothing more happens to this report."))
    keep(reporter_of(report).id, box)


def forget(endpoint: str) -> None:
    """Whoever knows the address is that browser: no more notifications to it. In a unit of work; harmless to repeat."""
    db.session.execute(delete(Device).where(Device.endpoint == endpoint))


def forget_person(person_id: int) -> None:
    db.session.execute(delete(Device).where(Device.person_id == person_id))


def of_person(person_id: int) -> Sequence[Device]:
    return db.session.scalars(select(Device).where(Device.person_id == person_id).order_by(Device.id)).all()


def having_some(person_ids: Collection[int]) -> set[int]:
    """Who of these has a device; nobody while the city sends no notifications, and then nothing is asked."""
    if not push.is_on() or not person_ids:
        return set()
    having = select(Device.person_id).where(Device.person_id.in_(sorted(person_ids))).distinct()
    return set(db.session.scalars(having))


def _is_key_of_a_browser(box: push.Mailbox) -> bool:
    return _length(box.key) == KEY_BYTES and _length(box.secret) == SECRET_BYTES


def _length(text: str) -> int:
    try:
        return len(base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True))
    except (binascii.Error, ValueError):
        return 0
