"""An account with everything that hangs on it: taken along, or erased. Staff leave by their unit, not by themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import scrubbing
from app.domain.accounts import find, passwords
from app.domain.alerts import watching
from app.domain.errors import Invalid
from app.domain.permissions import actor_of
from app.domain.reports import afterwards, erasing, exporting
from app.extensions import db, unit_of_work
from app.models import Participation, Report
from app.models.choices import Part


def archive(person_id: int) -> IO[bytes]:
    """Everything kept of this person and of the reports they filed: see `exporting.archive`."""
    person = find.get(person_id)
    about = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "language": person.language,
        "created_at": person.created_at,
        "alerts": [asdict(watching.wish_of(alert)) for alert in watching.of_person(person_id)],
        "answers_as_neighbour": [asdict(one) for one in afterwards.said_by(person_id)],
        "follows": [report.code for report in _reports(person_id, Part.FOLLOWER, Part.AFFECTED)],
    }
    return exporting.archive(_reports(person_id, Part.REPORTER), about={"account": about})


def erase(person_id: int, *, password: str, content_too: bool) -> None:
    """Erase the account, and its person from every report they filed; each in a unit of work of its own.

    Interrupted, it is done again from where it stopped: the account itself goes last. Raises Invalid for a wrong
    password, and for whoever serves or has served in a unit, whose steps stay on record.
    """
    person = find.get(person_id)
    if not passwords.is_right(password, person.password_hash):
        raise Invalid(_l("This is not your password."), field="password")
    if person.memberships:
        raise Invalid(
            _l("Accounts of staff are kept by their unit. Ask your lead or an administrator."), field="password"
        )
    for code in [report.code for report in _reports(person_id, Part.REPORTER)]:
        with unit_of_work():
            erased = erasing.erase(code, by=actor_of(find.get(person_id)), content_too=content_too)
        erasing.clear_away(erased)
    with unit_of_work():
        letters = tuple(erasing.erase_person(find.get(person_id)))
        scrubbing.ask()
    erasing.clear_away(erasing.Erased(letters=letters))


def _reports(person_id: int, *parts: Part) -> list[Report]:
    mine = select(Participation.report_id).where(
        Participation.person_id == person_id, Participation.part.in_(parts), Participation.ended_at.is_(None)
    )
    return list(db.session.scalars(select(Report).where(Report.id.in_(mine)).order_by(Report.id)))
