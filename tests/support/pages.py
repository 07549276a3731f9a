"""Every page of the program, and how to reach it: a small city with reports in every state, and people of every role.

`every_page(app, world)` walks the map of addresses. A test fails for a new address with a value in it until VALUES
says which value shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.support.application import Browser, new_client

WARD = "10001"
UNIT = "ubnd-10001"
ROLES = ("clerk", "lead", "dispatcher", "admin", "observer")  # who is asked first to open a page of the staff


@dataclass
class World:
    """What the walk needs to know of the city it walks through."""

    codes: dict[str, str] = field(default_factory=dict)  # status → code of a report
    secrets: dict[str, str] = field(default_factory=dict)  # status → secret of its reporter
    held: tuple[str, str] = ("", "")  # code and secret of a report that may still be edited
    token: str = ""  # confirms the contact of the waiting report
    follower: dict[str, str] = field(default_factory=dict)  # page, confirm, stop → the token of a guest's link
    alert: dict[str, str] = field(default_factory=dict)  # page, confirm, mine → tokens of somebody's letters
    notice: dict[str, str] = field(default_factory=dict)  # its code, and the link that ends its letters
    suspension: str = ""  # the code of hours that do not count
    membership: int = 0  # a role in UNIT
    template: int = 0  # a ready answer of UNIT
    file: str = ""  # a letter in the outbox
    letters: dict[str, str] = field(default_factory=dict)  # purpose of an account's letter → its token
    people: dict[str, Browser] = field(default_factory=dict)  # visitor, resident, and each role


@dataclass(frozen=True)
class Page:
    """One address and who opens it."""

    endpoint: str
    url: str
    who: str


Values = Callable[[World], list[dict[str, Any]]]


def _reports(world: World) -> list[dict[str, Any]]:
    return [{"code": code} for code in world.codes.values()]


def _own(world: World) -> list[dict[str, Any]]:
    held = [dict(zip(("code", "secret"), world.held, strict=True))]
    return [{"code": world.codes[status], "secret": secret} for status, secret in world.secrets.items()] + held


VALUES: dict[str, Values] = {
    "/r/<code>": _reports,
    "/r/<code>/join": lambda world: [{"code": world.codes["new"]}],
    "/r/<code>/fixed": lambda world: [{"code": world.codes["new"]}],
    "/r/<code>/tell": lambda world: [{"code": world.codes["new"]}],
    "/r/<code>/exposed": lambda world: [{"code": world.codes["new"]}],
    "/r/<code>/follow": lambda world: [{"code": world.codes["new"]}],
    "/r/<code>/mine/<secret>": _own,
    "/r/<code>/with/<secret>": lambda world: [{"code": world.codes["new"], "secret": world.follower["page"]}],
    "/r/<code>/follow/confirm/<token>": lambda world: [
        {"code": world.codes["new"], "token": world.follower["confirm"]}
    ],
    "/r/<code>/follow/stop/<token>": lambda world: [{"code": world.codes["new"], "token": world.follower["stop"]}],
    "/r/<code>/still/<token>": lambda world: [{"code": world.codes["resolved"], "token": world.follower["still"]}],
    "/r/<code>/mine/<secret>/preview": _own,
    "/r/<code>/mine/<secret>/edit": lambda world: _own(world)[-1:],
    "/r/<code>/mine/<secret>/data": lambda world: _own(world)[:1],
    "/r/<code>/mine/<secret>/sent": lambda world: _own(world)[:1],
    "/mine/by-mail/<token>": lambda world: [{"token": world.alert["mine"]}],
    "/alerts/<token>": lambda world: [{"token": world.alert["page"]}],
    "/alerts/<token>/stop": lambda world: [{"token": world.alert["page"]}],
    "/alerts/confirm/<token>": lambda world: [{"token": world.alert["confirm"]}],
    "/notices/<code>": lambda world: [{"code": world.notice["code"]}],
    "/notices/stop/<token>": lambda world: [{"token": world.notice["stop"]}],
    "/desk/declare/suspensions/<code>": lambda world: [{"code": world.suspension}],
    "/desk/declare/notices/<code>": lambda world: [{"code": world.notice["code"]}],
    "/r/<code>/confirm/<token>": lambda world: [{"code": world.codes["new"], "token": world.token}],
    "/desk/r/<code>": lambda world: [{"code": code} for status, code in world.codes.items() if status != "sensitive"],
    "/desk/publish/<code>": lambda world: [{"code": world.codes["new"]}],
    "/sign-up/confirm/<token>": lambda world: [{"token": world.letters["confirm"]}],
    "/reset/<token>": lambda world: [{"token": world.letters["reset"]}],
    "/invitation/<token>": lambda world: [{"token": world.letters["invite"]}],
    "/account/email/<token>": lambda world: [{"token": world.letters["email"]}],
    "/desk/team/<code>/invite": lambda world: [{"code": UNIT}],
    "/desk/team/role/<id:membership_id>": lambda world: [{"membership_id": world.membership}],
    "/desk/team/<code>/answers": lambda world: [{"code": UNIT}],
    "/desk/team/<code>/answers/new": lambda world: [{"code": UNIT}],
    "/desk/team/answers/<id:template_id>": lambda world: [{"template_id": world.template}],
    "/admin/categories/<code>": lambda world: [{"code": "rubbish"}, {"code": "pothole"}],
    "/admin/mail/<name>": lambda world: [{"name": world.file}],
    "/wards/<code>": lambda world: [{"code": WARD}],
    "/units/<code>": lambda world: [{"code": UNIT}],
    "/p/<token>": lambda world: [{"token": "den-co"}, {"token": "ho-xanh~rubbish"}],
    "/wards/<code>/feed.atom": lambda world: [{"code": WARD}],
    "/units/<code>/feed.atom": lambda world: [{"code": UNIT}],
    "/categories/<code>/feed.atom": lambda world: [{"code": "rubbish"}],
    "/r/<code>/feed.atom": lambda world: [{"code": world.codes["resolved"]}],
}
ASKED: dict[str, tuple[str, ...]] = {  # the same page asked something
    "/reports": ("?class=done", "?words=rac", "?ward=10001", "?from=2025-11&to=2025-11"),
    "/find": ("?code=123", "?code="),
    "/near": ("?lat=21.02&lng=105.76", "?lat=0&lng=0"),
    "/report/place": ("?lat=21.02&lng=105.76", "?q=m%E1%BB%99t", "?lat=10&lng=100"),
    "/desk": ("?tab=mine", "?tab=overdue", "?words=rac"),
    "/desk/team": (f"?unit={UNIT}", "?unit=nowhere"),
    "/admin/units": ("?q=cong+an", "?q=xyz"),
    "/admin/wards": ("?q=mot",),
    "/admin/categories": ("?q=rac",),
    "/admin/rules": ("?q=lake", "?q=xyz"),
    "/admin/sites": ("?q=den",),
    "/admin/versions": ("?version=1", "?version=99"),
    "/admin/people": ("?q=nguoi", "?q=xyz", "?before=2"),
    "/embed/map": ("?ward=10001", "?class=done&category=rubbish", "?ward=nowhere"),
    "/embed": ("?ward=10001",),
    "/desk/posters": (
        "?site=den-co",
        "?name=Bench+12&place=21.02,+105.76&category=rubbish",
        "?name=&place=nowhere",
    ),
    "/admin/try": (
        "?category=rubbish&place=21.02,+105.76",
        "?category=rubbish&place=21.02,+105.835",
        "?category=pothole&ward=10004&danger=y",
        "?category=nothing&place=here",
    ),
}


def a_world(app: Flask) -> World:
    """Reports in every state a public page knows, a reporter's links, and a browser for everybody. Needs a context."""
    world = World()
    _file_and_work(world)
    _people(app, world)
    _team(world)
    _declared(world)
    _letters(world)
    return world


def _file_and_work(world: World) -> None:
    from app.domain import confirmations, workflow
    from app.domain.reports import secret_of
    from app.extensions import unit_of_work
    from app.models import Report
    from app.models.choices import Outcome, Role
    from tests import factories

    def take(report: Report, move: str, **said: Any) -> None:
        lead = factories.in_charge_of(report, Role.LEAD)
        with unit_of_work():
            workflow.take(report.code, move, by=lead, details=workflow.Details(**said))

    def keep(status: str, report: Report) -> None:
        world.codes[status] = report.code
        with unit_of_work():
            world.secrets[status] = secret_of(report)

    factories.with_time_to_edit()
    filed = partial(factories.a_report, goes_out=True)
    new = filed()
    with unit_of_work():
        world.token = confirmations.confirmation_token(new)
    keep("new", new)
    _followed(world, new)
    working = filed()
    take(working, "receive")
    take(working, "start")
    keep("in_progress", working)
    done = filed()
    take(done, "receive")
    take(done, "resolve", words="Đã dọn sạch.", outcome=Outcome.CANNOT_FIX)
    keep("resolved", done)
    _doubted(world, done)
    declined = filed()
    take(declined, "decline", words="Ngoài phạm vi.", refusal=_a_refusal())
    keep("declined", declined)
    keep("sensitive", filed(category="staff-conduct"))
    held = factories.a_report()
    with unit_of_work():
        world.held = held.code, secret_of(held)


def _doubted(world: World, report: Any) -> None:
    """It is said to be fixed, and somebody near by says that it is not."""
    from sqlalchemy import update

    from app.domain.reports import afterwards
    from app.extensions import unit_of_work
    from app.models import Report
    from app.models.choices import Outcome, StillThere
    from tests import factories

    neighbour = factories.a_person()
    with unit_of_work() as session:
        session.execute(update(Report).where(Report.id == report.id).values(outcome=Outcome.FIXED))
        world.follower["still"] = afterwards.token_of(report, neighbour)
    with unit_of_work():
        afterwards.answer(report.code, world.follower["still"], StillThere.STILL_THERE)


def _a_refusal() -> str:
    from app.domain.city import store

    return next(iter(store.current().refusals))


def _people(app: Flask, world: World) -> None:
    from app.domain.accounts import links
    from app.models.choices import Role
    from tests import factories

    world.people["visitor"] = _with_a_draft(new_client(app))
    resident = factories.a_person()
    world.people["resident"] = _signed_in(new_client(app), resident)
    world.letters = {
        purpose.name.lower(): links.make(purpose, resident, resident.email or "") for purpose in links.Purpose
    }
    for role in Role:
        unit = UNIT if role in (Role.CLERK, Role.LEAD) else None
        person = factories.staff(unit, role, sees_contact=True)
        world.people[role.value] = _signed_in(new_client(app), person)


def _team(world: World) -> None:
    """Somebody invited to UNIT who is not there yet, and a ready answer of its own."""
    from app.domain import unit_replies
    from app.domain.accounts import team
    from app.domain.city import store
    from app.extensions import unit_of_work
    from app.models.choices import Role
    from app.models.localized import Localized
    from tests import factories

    lead = factories.actor(UNIT, Role.LEAD)
    unit_id = store.current().units[UNIT].id
    with unit_of_work():
        terms = team.Terms(Role.CLERK, categories=("rubbish",), wards=(WARD,))
        world.membership = team.invite("moi@example.org", "Người mới", unit_id, terms, by=lead).id
        text = Localized("Đã dọn sạch {category}.", "Cleaned up.")
        world.template = unit_replies.add(unit_id, Localized("Đã dọn", "Done"), text, ["resolve"], by=lead).id


def _followed(world: World, report: Any) -> None:
    from app.domain.alerts import watching
    from app.domain.permissions import ANONYMOUS
    from app.domain.reports import by_mail, following, guests
    from app.extensions import unit_of_work
    from app.models.choices import Cadence
    from tests import factories

    person = factories.a_person()
    with unit_of_work():
        following.join(report.code, by=ANONYMOUS, browser_hash="a" * 40)
        world.follower |= {
            "page": guests.secret_of(report, "a" * 40),
            "confirm": guests.confirm_token(report, person, "theo.doi@example.org"),
            "stop": guests.stop_token(report, person),
        }
        wish = watching.Wish(Cadence.DAILY, ward=WARD)
        world.alert = {
            "page": watching.token_of(watching.begin(wish, person.id)),
            "confirm": watching.confirm_token(wish, person, "khu.vuc@example.org"),
            "mine": by_mail.token_of(person),
        }


def _declared(world: World) -> None:
    """What the city has declared: a notice with an update that a report joined, and hours that do not count."""
    from datetime import timedelta

    from app.domain.notices import telling, writing
    from app.domain.notices.area import Area
    from app.domain.suspensions import declaring
    from app.extensions import unit_of_work
    from app.models import NoticeReport, now
    from app.models.choices import NoticeSeverity, Role
    from app.models.localized import Localized
    from tests import factories

    admin, at = factories.actor(None, Role.ADMIN), now()
    text = Localized("Nước sâu 60 cm.", "The water is 60 cm deep.")
    told = writing.Telling(
        NoticeSeverity.DANGER, Localized("Ngập", "Flood"), text, Area(wards=(WARD,)), at, at + timedelta(days=1)
    )
    joined, reader = factories.a_report(), factories.a_person()
    with unit_of_work() as session:
        notice = writing.publish(told, by=admin)
        session.add(NoticeReport(report_id=joined.id, notice_id=notice.id, joined_at=at))
        writing.carry_on(notice.code, text, by=admin)
        pause = declaring.Decision(text, at, at + timedelta(hours=1), wards=("10006",))
        world.suspension = declaring.declare(pause, by=admin).code
        world.notice = {"code": notice.code, "stop": telling.stop_token(notice, reader.id)}


def _letters(world: World) -> None:
    """One letter in the outbox, and one that failed."""
    from app.adapters.mail import list_outbox
    from app.domain import deliveries
    from app.domain.accounts import joining
    from app.domain.notifications import announce
    from app.jobs.deliver import deliver
    from tests import factories

    announce()
    refused, *_more = deliveries.claim(1)
    deliveries.mark_refused(refused, "SMTP 550")
    joining.ask_reset(factories.a_person().email or "")
    deliver()
    world.file = list_outbox()[0].name


def _signed_in(browser: Browser, person: Any) -> Browser:
    browser.sign_in(person)
    return browser


def _with_a_draft(browser: Browser) -> Browser:
    """Somebody in the middle of a report, so that every step has a page."""
    from app.domain import drafts
    from app.extensions import unit_of_work
    from app.routes.report.kept import COOKIE

    with unit_of_work():
        _draft, cookie = drafts.save(
            "",
            lat=21.02,
            lng=105.76,
            place_source="typed",
            ward=WARD,
            category="rubbish",
            words="Rác chất đống",
            danger="no",
        )
    browser.set_cookie(COOKIE, cookie)
    return browser


def every_page(app: Flask, world: World) -> Iterator[Page]:
    """Every address that can be opened, with somebody who may."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: str(rule.rule)):
        if rule.rule in NOT_PAGES or "GET" not in (rule.methods or set()):
            continue
        who = somebody_for(app, rule)
        for values in _values(rule, world):
            _subdomain, url = rule.build(values) or ("", rule.rule)
            yield Page(rule.endpoint, url, who)
            for asked in ASKED.get(rule.rule, ()):
                yield Page(rule.endpoint, url + asked, who)


def somebody_for(app: Flask, rule: Rule) -> str:
    """The plainest person who may enter."""
    access = str(getattr(app.view_functions[rule.endpoint], "__access__", "nobody"))
    if access in ("all", "signed-in", "staff"):
        return {"all": "visitor", "signed-in": "resident", "staff": "clerk"}[access]
    allowed = access.split(",")
    return next((role for role in ROLES if role in allowed), access)


def _values(rule: Rule, world: World) -> list[dict[str, Any]]:
    if not rule.arguments:
        return [{}]
    return VALUES[rule.rule](world) if rule.rule in VALUES else []


def unknown_addresses(app: Flask) -> list[str]:
    """Addresses with a value in them that nobody has told us how to reach."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.arguments and "GET" in (rule.methods or set()) and rule.rule not in VALUES.keys() | NOT_PAGES
    ]


# Answers for programs and parts of pages, which have tests of their own.
NOT_PAGES = {
    "/r/<code>/mine/<secret>/data.zip",
    "/r/<code>/mine/<secret>/edit/details",
    "/account/data.zip",
    "/report/where",
    "/static/<path:filename>",
    "/tiles/<int:z>/<int:x>/<int:y>.json",
    "/photos/<name>-<size>.webp",
    "/map/card/<code>",
    "/near/feed.atom",
    "/r/<code>/code.svg",
    "/desk/r/<code>/code.svg",
    "/desk/posters/<token>.<any(svg, a4, a6):kind>",
    "/cards/<code>-<digest>.png",
    "/desk/photos/<name>.webp",
    "/desk/assisted/<code>/receipt",
}
