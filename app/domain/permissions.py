"""Who may do what: one table of rules, and `visible_to`, the same answer in SQL, so lists and pages agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from app.domain.city import store
from app.models import Participation, Person, Report
from app.models.choices import ActorKind, Part, Publication, Role, Status
from app.models.report import is_public


class Permission(StrEnum):
    SEE = "see"  # the public page, as far as it is public
    HANDLE = "handle"  # the desk's page of this report
    TRIAGE = "triage"  # receive, decline, transfer
    WORK = "work"  # start, pause, plan, answer
    NOTE = "note"
    ASSIGN = "assign"
    APPROVE = "approve"  # an extension, a later date
    REOPEN = "reopen"
    DECIDE_APPEAL = "decide_appeal"
    DISPATCH = "dispatch"  # route what no rule could; decide conflicts
    PUBLISH = "publish"
    SEE_CONTACT = "see_contact"
    FOLLOW_UP = "follow_up"  # the reporter's own: read, add, answer, rate, object, withdraw


class Right(StrEnum):
    """What somebody may declare for the city: no report is asked."""

    TELL = "tell"  # write its notices
    SUSPEND = "suspend"  # declare hours in which promises do not run
    STORM = "storm"  # put danger first


@dataclass(frozen=True, slots=True)
class Grant:
    """One role in one unit (None: the whole city), perhaps for some categories or wards only."""

    role: Role
    unit_id: int | None
    sees_contact: bool = False
    category_ids: frozenset[int] = frozenset()
    ward_ids: frozenset[int] = frozenset()

    def covers(self, report: Report) -> bool:
        return (
            (self.unit_id is None or self.unit_id == report.unit_id)
            and (not self.category_ids or report.category_id in self.category_ids)
            and (not self.ward_ids or report.ward_id in self.ward_ids)
        )

    def condition(self) -> ColumnElement[bool]:
        """`covers`, in SQL."""
        parts: list[ColumnElement[bool]] = []
        if self.unit_id is not None:
            parts.append(Report.unit_id == self.unit_id)
        if self.category_ids:
            parts.append(Report.category_id.in_(sorted(self.category_ids)))
        if self.ward_ids:
            parts.append(Report.ward_id.in_(sorted(self.ward_ids)))
        return and_(true(), *parts)


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person, a secret link to one report, a key, the system, or nobody we know."""

    kind: ActorKind
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    report_id: int | None = None  # what a link opens

    @property
    def is_staff(self) -> bool:
        return bool(self.grants)

    def has(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def unit_ids(self, *roles: Role) -> tuple[int, ...]:
        """The units this actor serves in, in order, without doubles."""
        wanted = roles or tuple(Role)
        return tuple(dict.fromkeys(g.unit_id for g in self.grants if g.unit_id is not None and g.role in wanted))


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM)
CITY_WIDE = (Role.DISPATCHER, Role.OBSERVER)
IN_CHARGE = (Role.CLERK, Role.LEAD)


def actor_of(person: Person) -> Actor:
    """A signed-in person with the roles that still run."""
    grants = []
    running = [membership for membership in person.memberships if membership.ended_at is None]
    if any(membership.categories or membership.wards for membership in running):
        city = store.current()
        category_ids = {code: category.id for code, category in city.categories.items()}
        ward_ids = {code: ward.id for code, ward in city.wards.items()}
    else:
        category_ids, ward_ids = {}, {}
    for membership in running:
        grants.append(
            Grant(
                membership.role,
                membership.unit_id,
                membership.sees_contact,
                # a limit to something retired still limits: nothing has the id 0
                frozenset(category_ids.get(code, 0) for code in membership.categories),
                frozenset(ward_ids.get(code, 0) for code in membership.wards),
            )
        )
    return Actor(ActorKind.PERSON, person.id, tuple(grants))


def link_to(report: Report) -> Actor:
    """Whoever holds a report's secret link: its reporter."""
    return Actor(ActorKind.LINK, report_id=report.id)


Rule = Callable[[Actor, Report], bool]


def _covered(actor: Actor, report: Report, *roles: Role) -> bool:
    return any(grant.role in roles and grant.covers(report) for grant in actor.grants)


def is_shown(actor: Actor, report: Report) -> bool:
    return report.publication is not Publication.NONE


def is_reporter(actor: Actor, report: Report) -> bool:
    if actor.kind is ActorKind.LINK:
        return actor.report_id == report.id
    return actor.person_id is not None and actor.person_id in report.reporter_ids


def is_in_charge(actor: Actor, report: Report) -> bool:
    return report.status is not Status.HELD and _covered(actor, report, *IN_CHARGE)


def is_lead(actor: Actor, report: Report) -> bool:
    return report.status is not Status.HELD and _covered(actor, report, Role.LEAD)


def is_dispatcher(actor: Actor, report: Report) -> bool:
    return report.status is not Status.HELD and _covered(actor, report, Role.DISPATCHER)


def is_watcher(actor: Actor, report: Report) -> bool:
    return report.status is not Status.HELD and _covered(actor, report, Role.OBSERVER)


def is_trusted_with_contact(actor: Actor, report: Report) -> bool:
    """Nobody is, where the reporter hides who they are; there is no way around it."""
    return (
        report.status is not Status.HELD
        and not report.is_name_hidden
        and any(
            grant.sees_contact and grant.role in (*IN_CHARGE, Role.DISPATCHER) and grant.covers(report)
            for grant in actor.grants
        )
    )


def is_system(actor: Actor, report: Report) -> bool:
    return actor.kind is ActorKind.SYSTEM


RULES: dict[Permission, tuple[Rule, ...]] = {  # any one is enough
    Permission.SEE: (is_shown, is_reporter, is_in_charge, is_dispatcher, is_watcher),
    Permission.HANDLE: (is_in_charge, is_dispatcher, is_watcher),
    Permission.TRIAGE: (is_in_charge, is_dispatcher),
    Permission.WORK: (is_in_charge, is_dispatcher, is_system),
    Permission.NOTE: (is_in_charge, is_dispatcher),
    Permission.ASSIGN: (is_lead, is_dispatcher),
    Permission.APPROVE: (is_lead, is_dispatcher),
    Permission.REOPEN: (is_reporter, is_lead, is_dispatcher),
    Permission.DECIDE_APPEAL: (is_lead, is_dispatcher),
    Permission.DISPATCH: (is_dispatcher,),
    Permission.PUBLISH: (is_in_charge, is_dispatcher),
    Permission.SEE_CONTACT: (is_trusted_with_contact,),
    Permission.FOLLOW_UP: (is_reporter,),
}


RIGHTS: dict[Right, tuple[Role, ...]] = {  # held for the whole city
    Right.TELL: (Role.DISPATCHER, Role.ADMIN),
    Right.SUSPEND: (Role.DISPATCHER, Role.ADMIN),
    Right.STORM: (Role.ADMIN,),
}


def may_declare(actor: Actor, right: Right) -> bool:
    """May this actor do this for the city?"""
    return any(grant.role in RIGHTS[right] and grant.unit_id is None for grant in actor.grants)


def may(actor: Actor, permission: Permission, report: Report) -> bool:
    """May this actor do this to this report?"""
    return any(rule(actor, report) for rule in RULES[permission])


def handled_by(actor: Actor) -> ColumnElement[bool]:
    """`may(actor, HANDLE, report)` in SQL: what the desk's lists may show."""
    roles = (*IN_CHARGE, *CITY_WIDE)
    covered = [grant.condition() for grant in actor.grants if grant.role in roles]
    if not covered:
        return false()
    return and_(Report.status != Status.HELD, or_(*covered))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """`may(actor, SEE, report)` in SQL: what any list may show."""
    ways: list[Any] = [is_public()]
    if actor.grants:
        ways.append(handled_by(actor))
    if actor.kind is ActorKind.LINK:
        ways.append(Report.id == actor.report_id)
    if actor.person_id is not None:
        ways.append(
            exists().where(
                Participation.report_id == Report.id,
                Participation.person_id == actor.person_id,
                Participation.part == Part.REPORTER,
                Participation.ended_at.is_(None),
            )
        )
    return or_(*ways)
