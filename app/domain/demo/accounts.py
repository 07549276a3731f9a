"""The people of the demo: seven accounts that anybody may try, and a clerk and a lead for every unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.domain.accounts.passwords import hash_password
from app.domain.city.model import City
from app.extensions import db
from app.models import Membership, Person
from app.models.choices import Role
from app.models.localized import Localized


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the demo. `unit` is a code; where the city has no such unit, another of that kind serves."""

    email: str
    password: str
    what: Localized
    role: Role | None = None
    unit: str = ""
    unit_kind: str = ""
    sees_contact: bool = False

    @property
    def title(self) -> str:
        return self.what.en


_DUTY = {Role.CLERK: "Cán bộ trực", Role.LEAD: "Lãnh đạo"}

# These stand on the sign-in page of a demo and nowhere else: a real city never makes them.
_PASSWORD = "thu-hoi-am-2025"  # nosec B105 - printed on purpose
ACCOUNTS: tuple[Account, ...] = (
    Account("nguoidan@demo.example", _PASSWORD, Localized("Người phản ánh", "Resident")),
    Account(
        "phuong@demo.example",
        _PASSWORD,
        Localized("Cán bộ xử lý của một phường", "Clerk of a ward"),
        Role.CLERK,
        "ubnd-00070",
        "ward",
        sees_contact=True,
    ),
    Account(
        "lanhdao@demo.example",
        _PASSWORD,
        Localized("Lãnh đạo của phường ấy", "Lead of that ward"),
        Role.LEAD,
        "ubnd-00070",
        "ward",
        sees_contact=True,
    ),
    Account(
        "xaydung@demo.example",
        _PASSWORD,
        Localized("Cán bộ xử lý của Sở Xây dựng", "Clerk of the Department of Construction"),
        Role.CLERK,
        "so-xay-dung",
        "department",
    ),
    Account(
        "dieuphoi@demo.example",
        _PASSWORD,
        Localized("Điều phối viên", "Dispatcher"),
        Role.DISPATCHER,
        sees_contact=True,
    ),
    Account("quantri@demo.example", _PASSWORD, Localized("Quản trị", "Administrator"), Role.ADMIN),
    Account("giamsat@demo.example", _PASSWORD, Localized("Người giám sát", "Observer"), Role.OBSERVER),
)


def unit_code(city: City, account: Account) -> str | None:
    """The unit an account serves in: the named one, else the first of that kind."""
    if not account.unit_kind:
        return None
    if account.unit in city.units:
        return account.unit
    of_kind = (unit.code for unit in city.units.values() if unit.kind == account.unit_kind)
    return next(of_kind, city.dispatch)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the made-up city, as ids of persons."""

    clerks: dict[int, int]  # by unit
    leads: dict[int, int]
    dispatcher: int
    resident: int  # of the account; some reports are its own


def hire(city: City, at: datetime) -> Cast:
    """Make the accounts and the staff, or find those made before. Inside a unit of work."""
    known = {
        (membership.role, membership.unit_id): membership.person_id
        for membership in db.session.scalars(
            select(Membership).join(Person, Person.id == Membership.person_id).where(Person.is_demo)
        )
    }
    resident = 0
    for account in ACCOUNTS:
        code = unit_code(city, account)
        unit_id = city.units[code].id if code else None
        person_id = _account(account, unit_id, at)
        if account.role is None:
            resident = person_id
        else:
            known[account.role, unit_id] = person_id
    clerks = {unit.id: _staff(known, Role.CLERK, unit.id, at) for unit in city.units.values()}
    leads = {unit.id: _staff(known, Role.LEAD, unit.id, at) for unit in city.units.values()}
    return Cast(clerks, leads, known[Role.DISPATCHER, None], resident)


def _account(account: Account, unit_id: int | None, at: datetime) -> int:
    known = db.session.scalar(select(Person.id).where(Person.email == account.email))
    if known is not None:
        return known
    person = Person(
        name=_DUTY.get(account.role, account.what.vi) if account.role else account.what.vi,
        email=account.email,
        password_hash=hash_password(account.password),
        created_at=at,
        is_demo=True,
    )
    db.session.add(person)
    db.session.flush()
    if account.role is not None:
        _serve(person.id, account.role, unit_id, at, sees_contact=account.sees_contact)
    return person.id


def _staff(known: dict[tuple[Role, int | None], int], role: Role, unit_id: int, at: datetime) -> int:
    """Somebody on duty without a login, named after the duty: nobody's name is made up for an office."""
    if (role, unit_id) not in known:
        person = Person(name=_DUTY[role], created_at=at, is_demo=True)
        db.session.add(person)
        db.session.flush()
        _serve(person.id, role, unit_id, at)
        known[role, unit_id] = person.id
    return known[role, unit_id]


def _serve(person_id: int, role: Role, unit_id: int | None, at: datetime, *, sees_contact: bool = False) -> None:
    db.session.add(
        Membership(person_id=person_id, unit_id=unit_id, role=role, sees_contact=sees_contact, created_at=at)
    )
