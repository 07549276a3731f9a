"""Getting a report: by code, by the secret link, fresh and locked for a change."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from app.domain import codes
from app.domain.errors import Gone, Moved, NotFound, Stale
from app.domain.permissions import Actor, Permission, link_to, may
from app.extensions import db, secret_key
from app.models import Report
from app.models.choices import ActorKind, Status


def by_code(text: str) -> Select[Report]:
    """A statement for the report with this code, however it was typed. NotFound when it cannot be a code."""
    try:
        code = codes.parse(text)
    except codes.InvalidCode:
        raise NotFound(_l("This is not a report code. A code has nine digits, like 482-160-358.")) from None
    return select(Report).where(Report.code == code)


def find(text: str) -> Report | None:
    found: Report | None = db.session.scalar(by_code(text))
    return found


def get(text: str, *, seen_by: Actor, permission: Permission = Permission.SEE) -> Report:
    """The report, if this actor may see it. NotFound, Gone (withdrawn, hidden) or Moved (merged) otherwise."""
    report = find(text)
    if report is None:
        raise NotFound(_l("There is no report with this code."))
    if may(seen_by, permission, report) and report.status is not Status.MERGED:
        return report
    if report.status is Status.MERGED and permission is Permission.SEE and report.merged_into_id is not None:
        raise Moved(_l("This report was merged into another one."), code=_head_of(report).code)
    if may(seen_by, permission, report):
        return report
    if report.status is Status.WITHDRAWN:
        raise Gone(_l("The reporter withdrew this report."))
    if report.hidden_at is not None:
        raise Gone(_l("This report is hidden while somebody looks at what it shows."))
    raise NotFound(_l("There is no report with this code that you may see."))


def _head_of(report: Report) -> Report:
    head = report
    for _step in range(10):
        if head.merged_into_id is None:
            break
        head = db.session.get_one(Report, head.merged_into_id)
    return head


def get_for_change(text: str, *, by: Actor | None, version: int | None = None) -> Report:
    """The report, fresh and locked, inside a unit of work. Stale when it is not at `version` any more."""
    report = db.session.scalar(by_code(text).with_for_update(of=Report).execution_options(populate_existing=True))
    is_system = by is not None and by.kind is ActorKind.SYSTEM
    if report is None or not (by is None or is_system or by.is_staff or may(by, Permission.SEE, report)):
        raise NotFound(_l("There is no report with this code."))
    if version is not None and version != report.version:
        raise Stale(_l("The report has moved on meanwhile. Look at it again, then decide."))
    return report


def secret_of(report: Report) -> str:
    """The secret of a report's own link. Made anew each time from a key outside the database."""
    made = hmac.new(secret_key().encode(), f"report-link:{report.code}:{report.client_id}".encode(), hashlib.sha256)
    return urlsafe_b64encode(made.digest()[:21]).decode()


def by_secret(text: str, secret: str) -> tuple[Report, Actor]:
    """The report a secret link opens, and the actor its holder is. NotFound for anything else; Gone once they have
    erased their data."""
    report = find(text)
    if report is None or not hmac.compare_digest(secret_of(report).encode(), secret.encode()):
        raise NotFound(_l("This link does not open a report. Check that it was copied whole."))
    if report.erased_at is not None:
        raise Gone(_l("You erased your data from this report. The city still works on the case, without you."))
    return report, link_to(report)
