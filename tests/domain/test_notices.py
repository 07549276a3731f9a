"""A notice says what the city knows already: it is found by place and kind, joined by choice, and carried on once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.adapters.push import FakePush
from app.domain import devices
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.notices import reading, telling, writing
from app.domain.notices.area import Area, holds
from app.domain.notices.writing import Telling
from app.domain.notifications import LetterKind
from app.domain.permissions import RIGHTS, Actor, Right, actor_of, link_to, may_declare
from app.domain.reports import following
from app.extensions import db, unit_of_work
from app.jobs.deliver import deliver_one
from app.models import Declared, Delivery, Event, Localized, Notice, NoticeReport, NoticeUpdate, Participation, now
from app.models.choices import DeclaredKind, EventKind, NoticeSeverity, Role
from tests.factories import HERE, a_person, a_report, actor, dispatcher
from tests.jobs.test_push import box
from tests.support.application import Clock, Counted

pytestmark = pytest.mark.usefixtures("db_session", "clock")
CIRCLE = Area(lat=HERE[0], lng=HERE[1], radius_m=500)


def a_telling(**said: Any) -> Telling:
    at = now()
    plain: dict[str, Any] = {
        "severity": NoticeSeverity.DANGER,
        "title": Localized("Ngập sâu trước cổng trường", "Deep flood at the school gate"),
        "text": Localized("Nước sâu 60 cm, xin đi đường khác."),
        "area": CIRCLE,
        "starts_at": at,
        "until": at + timedelta(hours=8),
        "clear_at": at + timedelta(hours=4),
    }
    return Telling(**(plain | said))


@pytest.fixture
def speaker(db_session: Any) -> Actor:
    return dispatcher()


@pytest.fixture
def publish(speaker: Actor) -> Callable[..., Notice]:
    def publish(**said: Any) -> Notice:
        with unit_of_work():
            return writing.publish(a_telling(**said), by=speaker)

    return publish


def test_the_table_says_who_declares_what() -> None:
    for right in Right:
        for role in Role:
            assert may_declare(actor(None, role), right) is (role in RIGHTS[right])
    assert not may_declare(actor("ubnd-10001", Role.LEAD), Right.TELL)
    observer = actor(None, Role.OBSERVER)
    with pytest.raises(Forbidden), unit_of_work():
        writing.publish(a_telling(), by=observer)


@pytest.mark.parametrize(
    ("area", "is_held"),
    [
        (Area(), True),
        (Area(wards=("10001", "10002")), True),
        (Area(wards=("10002",)), False),
        (CIRCLE, True),
        (Area(lat=HERE[0] + 0.01, lng=HERE[1], radius_m=500), False),
        (Area(ring=((21.01, 105.75), (21.01, 105.77), (21.03, 105.77), (21.03, 105.75))), True),
        (Area(ring=((21.01, 105.75), (21.01, 105.755), (21.03, 105.755))), False),
    ],
)
def test_a_place_lies_in_wards_a_circle_or_an_outline(area: Area, is_held: bool) -> None:
    assert holds(area, *HERE, "10001") is is_held


def test_it_is_known_where_and_while_it_holds_for_its_kinds_alone(
    publish: Callable[..., Notice], clock: Clock, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    notice = publish(categories=("rubbish",))
    publish(starts_at=now() + timedelta(hours=1), until=now() + timedelta(hours=2), clear_at=None)
    with count_queries() as counted:
        assert [one.notice.code for one in reading.known("rubbish", *HERE, "10001")] == [notice.code]
    assert counted.count == 1, str(counted)
    assert reading.known("pothole", *HERE, "10001") == []
    assert reading.known("rubbish", HERE[0] + 0.02, HERE[1], "10001") == []
    clock.forward(hours=9)
    assert reading.current() == []
    assert notice.code in {one.code for one in reading.past().notices}


@pytest.mark.parametrize(
    "said",
    [
        {"area": Area(wards=("99999",))},
        {"area": Area(wards=("10001",), lat=HERE[0], lng=HERE[1], radius_m=500)},
        {"area": Area(lat=10.0, lng=100.0, radius_m=500)},
        {"area": Area(lat=HERE[0], lng=HERE[1], radius_m=7)},
        {"area": Area(ring=((21.01, 105.75), (21.03, 105.77), (21.01, 105.77), (21.03, 105.75)))},
        {"categories": ("unheard-of",)},
        {"until": None},
        {"clear_at": "late"},
    ],
)
def test_what_cannot_hold_is_refused_beside_its_field(publish: Callable[..., Notice], said: dict[str, Any]) -> None:
    times = {"until": now(), "clear_at": now() + timedelta(days=2)}
    with pytest.raises(Invalid) as refused:
        publish(**{name: times.get(name, value) for name, value in said.items()})
    assert refused.value.field


def test_a_report_joins_by_choice_and_never_is_lost_by_it(publish: Callable[..., Notice], clock: Clock) -> None:
    notice = publish()
    joined, alone, elsewhere = (
        a_report(joins=notice.code),
        a_report(),
        a_report(joins=notice.code, lat=HERE[0] + 0.02, lng=HERE[1]),
    )
    assert set(db.session.scalars(select(NoticeReport.report_id))) == {joined.id}
    filed = {event.report_id: event for event in db.session.scalars(select(Event).where(Event.kind == EventKind.FILED))}
    assert filed[joined.id].data["joins"] == notice.code
    assert not {alone.id, elsewhere.id} & {id for id, event in filed.items() if "joins" in event.data}
    assert reading.affected(notice) == reading.current()[0].affected == 1
    clock.forward(hours=9)
    assert a_report(joins=notice.code).id
    assert reading.affected(notice) == 1


def test_an_update_reaches_the_phone_of_whoever_left_no_address(
    app: Flask, publish: Callable[..., Notice], speaker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = FakePush()
    monkeypatch.setitem(app.extensions, "push", phone)
    notice = publish()
    report = a_report(joins=notice.code)
    with unit_of_work():
        devices.keep_for_report(report.code, box(), by=link_to(report))
    with unit_of_work():
        writing.carry_on(notice.code, Localized("Nước đang rút."), by=speaker)
    telling.tell()
    owed = select(Delivery.id).where(Delivery.kind == LetterKind.NOTICE.value)
    for id in db.session.scalars(owed).all():
        deliver_one(id)
    assert [said["tag"] for _box, said, _topic in phone.sent] != []
    assert all(said["stop"] for _box, said, _topic in phone.sent)


def test_an_update_reaches_everybody_who_joined_exactly_once(publish: Callable[..., Notice], speaker: Actor) -> None:
    notice = publish()
    twice, muted = a_person(), a_person()
    for person in (twice, twice, muted):
        a_report(joins=notice.code, person_id=person.id)
    a_report(joins=notice.code)  # a guest whose address is not confirmed gets nothing
    a_report(person_id=a_person().id)
    with unit_of_work():
        telling.stop(telling.stop_token(notice, muted.id))
        writing.carry_on(notice.code, Localized("Nước đang rút."), by=speaker)
    assert (telling.tell(), telling.tell()) == (1, 0)
    letters = db.session.scalars(select(Delivery).where(Delivery.kind == "notice")).all()
    assert [one.person_id for one in letters] == [twice.id]


def test_who_stops_silences_themselves_and_nobody_else_of_the_report(
    publish: Callable[..., Notice], speaker: Actor
) -> None:
    notice, reporter, neighbour = publish(), a_person(), a_person()
    report = a_report(joins=notice.code, person_id=reporter.id)
    with unit_of_work():
        following.join(report.code, by=actor_of(neighbour))
        telling.stop(telling.stop_token(notice, neighbour.id))
        writing.carry_on(notice.code, Localized("Nước đang rút."), by=speaker)
    telling.tell()
    assert list(db.session.scalars(select(Delivery.person_id).where(Delivery.kind == "notice"))) == [reporter.id]


def test_who_hears_nothing_of_a_report_is_promised_nothing_of_its_notice(
    publish: Callable[..., Notice], db_session: Session
) -> None:
    report = a_report(joins=publish().code, person_id=a_person().id)
    told = telling.joined(report)
    assert told
    assert (told.is_reached, told.is_muted) == (True, False)
    with unit_of_work() as session:
        session.execute(update(Participation).values(muted_at=now()))
    told = telling.joined(report)
    assert told
    assert not told.is_reached


def test_every_change_is_in_the_log_and_a_failed_one_is_nowhere(publish: Callable[..., Notice], speaker: Actor) -> None:
    notice = publish()
    with unit_of_work():
        writing.change(notice.code, a_telling(severity=NoticeSeverity.WARN), by=speaker, version=1)
    with pytest.raises(Stale), unit_of_work():
        writing.change(notice.code, a_telling(), by=speaker, version=1)
    with unit_of_work():
        writing.carry_on(notice.code, Localized("Đã rút hết nước."), by=speaker, is_last=True)
    with pytest.raises(Invalid), unit_of_work():
        writing.carry_on(notice.code, Localized("Thêm nữa."), by=speaker)
    kinds = db.session.scalars(select(Declared.kind).order_by(Declared.id)).all()
    assert kinds == [DeclaredKind.NOTICE_PUBLISHED, DeclaredKind.NOTICE_CHANGED, DeclaredKind.NOTICE_ENDED]
    assert db.session.scalar(select(func.count()).select_from(NoticeUpdate)) == 1
    assert reading.current() == []
