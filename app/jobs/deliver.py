"""Send what is owed: claimed in one transaction, sent outside any, marked in another."""

from __future__ import annotations

import logging

from app.adapters.mail import NotNow, Undeliverable, mailer
from app.adapters.push import Gone, pusher
from app.adapters.sms import texter
from app.domain import deliveries, devices
from app.extensions import db, unit_of_work
from app.jobs.letters import Mail, Notification, Pointless, compose

# A silent server holds each letter for its whole time-out: a batch ends before its claim does, and before the worker,
# whose sign of life stands in the same loop, seems dead.
BATCH = 3

log = logging.getLogger(__name__)


def deliver(limit: int = BATCH) -> int:
    """Send some due messages; answers how many were worked on."""
    claimed = deliveries.claim(limit)
    for delivery_id in claimed:
        _deliver(delivery_id)
    return len(claimed)


def deliver_one(delivery_id: int) -> int:
    """Send this message, unless somebody else has claimed it or it is not due; answers how many were worked on."""
    claimed = deliveries.claim(1, only=delivery_id)
    for one in claimed:
        _deliver(one)
    return len(claimed)


def _deliver(delivery_id: int) -> None:
    """One message. A kill between the server's answer and our mark sends it again, under the same Message-ID."""
    said: dict[str, object] = {"delivery": delivery_id}
    try:
        _send(delivery_id, said)
    except Pointless as reason:
        deliveries.mark_pointless(delivery_id, str(reason))
        log.info("not needed any more: %s", reason, extra=said)
    except Undeliverable as error:
        deliveries.mark_refused(delivery_id, str(error))
        log.warning("refused for good: %s", error, extra=said)
    except NotNow as error:
        deliveries.mark_failed(delivery_id, str(error))
        log.warning("not sent, tried again later: %s", error, extra=said)
    except Exception as error:
        db.session.rollback()
        deliveries.mark_failed(delivery_id, type(error).__name__)
        log.exception("could not be written", extra=said)
    else:
        deliveries.mark_sent(delivery_id)
        log.info("sent", extra=said)


def _send(delivery_id: int, said: dict[str, object]) -> None:
    post = mailer()
    letter = compose(delivery_id, leaves_machine=post.is_real)
    said |= {"letter": letter.kind, "report": letter.report}
    db.session.rollback()  # the connection goes back: sending may take a while
    if isinstance(letter, Mail):
        post.send(letter.message)
    elif isinstance(letter, Notification):
        _show(letter)
    else:
        texter().send(letter.to, letter.text, letter.message_id)


def _show(notification: Notification) -> None:
    """To each device. One that is gone is forgotten; while one cannot be reached all are tried again later, and those
    that have shown it put the repeat in its place without a sound. Raises Pointless when none is left."""
    late: NotNow | None = None
    shown = 0
    for box in notification.to:
        try:
            pusher().send(box, notification.said, notification.topic)
            shown += 1
        except Gone:
            with unit_of_work():
                devices.forget(box.endpoint)
        except NotNow as error:
            late = error
    if late is not None:
        raise late
    if not shown:
        raise Pointless("no device wants notifications any more")
