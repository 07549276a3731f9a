"""Who follows a report without an account: by a secret link, or by an address that one mailed link confirms."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import or_, select

from app.domain.accounts import find as people
from app.domain.errors import Gone, NotFound
from app.domain.notifications import send_follow
from app.domain.permissions import ANONYMOUS, Permission, may
from app.domain.reports import family
from app.domain.reports.find import find
from app.domain.reports.following import take_part
from app.extensions import db, secret_key
from app.models import AnonymousJoin, Participation, Person, Report, now
from app.models.choices import Part

LINK_DAYS = 7
_PAGE, _CONFIRM, _STOP = "follow-page", "follow-confirm", "follow-stop"


def secret_of(report: Report, browser_hash: str) -> str:
    """The secret of the page of whoever said "the same problem" in this browser; empty when nobody did."""
    joined = db.session.scalar(
        select(AnonymousJoin.id).where(AnonymousJoin.report_id == report.id, AnonymousJoin.browser_hash == browser_hash)
    )
    return str(_signer(_PAGE).dumps([report.code, joined])) if joined is not None else ""


def by_secret(code: str, secret: str) -> Report:
    """The report that a follower's secret opens. NotFound for anything else."""
    said_code, _joined = _read(_PAGE, secret)
    return _public(code, said_code)


def ask(report: Report, email: str, *, language: str) -> None:
    """Owe this address a link that makes it a follower, inside a unit of work. The answer never tells who is known."""
    email = people.clean(email)
    person = Person(name="", language=language, created_at=now(), memberships=[])
    db.session.add(person)
    db.session.flush()
    token = confirm_token(report, person, email)
    send_follow(person.id, report, to=email, link=f"/r/{report.code}/follow/confirm/{token}")


def confirm_token(report: Report, person: Person, email: str) -> str:
    """For the link by which this address follows, good for seven days."""
    return str(_passing().dumps([report.code, person.id, email]))


def asked(code: str, token: str) -> Report:
    """The report a mailed link speaks of. NotFound for a strange token, Gone for one that has expired."""
    said_code, _person, _email = _read_passing(token)
    return _public(code, said_code)


def asked_once(code: str, token: str) -> tuple[Report, str]:
    """As `asked`, however old the link is: the report, and the address it was sent to."""
    said_code, _person, email = _read_passing(token, also_expired=True)
    return _public(code, said_code), str(email)


def confirm(code: str, token: str) -> Report:
    """The link was used, inside a unit of work: whoever reads the mailbox follows. Using it again changes nothing."""
    report = asked(code, token)
    _code, person_id, email = _read_passing(token)
    person = people.by_email(email) or db.session.get(Person, person_id)
    if person is None:
        raise Gone(_l("This link has expired. Ask for a new one."))
    person.email = email
    take_part(report, person.id, Part.FOLLOWER)
    return report


def stop_token(report: Report, person: Person) -> str:
    """For the foot of every letter to a resident; good for as long as the letter is kept."""
    return str(_signer(_STOP).dumps([report.code, person.id]))


def stopping(code: str, token: str) -> Report:
    """The report a link to stop speaks of; public or not any more."""
    said_code, _person = _read(_STOP, token)
    report = find(said_code)
    if report is None or said_code != code:
        raise NotFound(_LOST)
    return report


def stop(code: str, token: str) -> None:
    """No more letters about this report, inside a unit of work. Twice does no harm.

    Who followed follows no longer; who filed it still reads and answers by their own link. The same holds for what
    they are to a report that lives on in this one: that is why they were written to.
    """
    report = stopping(code, token)
    _code, person_id = _read(_STOP, token)
    inside = family.merged_into([report.id])
    mine = select(Participation).where(
        or_(Participation.report_id == report.id, Participation.report_id.in_(select(inside.c.id))),
        Participation.person_id == person_id,
        Participation.ended_at.is_(None),
    )
    for participation in db.session.scalars(mine):
        if participation.part is Part.REPORTER:
            participation.muted_at = participation.muted_at or now()
        else:
            participation.ended_at = now()


_LOST = _l("This link leads nowhere. Check that it was copied whole.")


def _public(code: str, said_code: str) -> Report:
    report = find(said_code)
    if report is None or said_code != code or not may(ANONYMOUS, Permission.SEE, report):
        raise NotFound(_l("There is no report with this code that you may see."))
    return report


def _read(purpose: str, token: str) -> list[Any]:
    try:
        return list(_signer(purpose).loads(token))
    except BadSignature:
        raise NotFound(_LOST) from None


def _read_passing(token: str, *, also_expired: bool = False) -> list[Any]:
    try:
        return list(_passing().loads(token, max_age=None if also_expired else LINK_DAYS * 86400))
    except SignatureExpired:
        raise Gone(_l("This link has expired. Ask for a new one.")) from None
    except BadSignature:
        raise NotFound(_LOST) from None


def _signer(purpose: str) -> URLSafeSerializer:
    """The same link each time, and good for as long as the report."""
    return URLSafeSerializer(secret_key(), salt=purpose)


def _passing() -> URLSafeTimedSerializer:
    """A link that confirms an address says when it was made."""
    return URLSafeTimedSerializer(secret_key(), salt=_CONFIRM)
