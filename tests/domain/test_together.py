"""Many people, one problem: each keeps what is theirs, and everybody hears the answer once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import workflow
from app.domain.notifications import announce
from app.domain.own_view import own_view
from app.domain.permissions import Actor, actor_of
from app.domain.public_view import whole
from app.domain.reports import filing, following, guests
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Delivery, Person, Report
from app.models.choices import DeliveryChannel, Outcome, Status
from tests.factories import a_minute_later, a_person, a_report, dispatcher, in_charge_of

pytestmark = pytest.mark.usefixtures("db_session")


def take(report: Report, move: str, by: Actor, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**said))


def filed_by(person: Person, **said) -> Report:
    return a_report(person_id=person.id, contact=filing.Contact(), **said)


def joined_by(person: Person, report: Report) -> None:
    with unit_of_work():
        following.join(report.code, by=actor_of(person))


def answer(report: Report) -> None:
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Đã dọn xong", outcome=Outcome.CANNOT_FIX)


def told(letter: str) -> list[int]:
    """Whom such letters are owed to, in order."""
    announce()
    db.session.expire_all()
    mail = Delivery.channel == DeliveryChannel.EMAIL
    return sorted(db.session.scalars(select(Delivery.person_id).where(Delivery.kind == letter, mail)))


# Joined, and taken apart --------------------------------------------------------------------------------------------


def merged() -> tuple[Report, Report, dict[str, Person]]:
    """A report that took another one in, and who is who."""
    people = {name: a_person(name) for name in ("head", "child", "neighbour", "both")}
    head = filed_by(people["head"], words="Rác ở cổng")
    child = filed_by(people["child"], words="Số của tôi là 0912 345 678")
    for name in ("neighbour", "both"):
        joined_by(people[name], child)
    joined_by(people["both"], head)
    take(child, "merge", dispatcher(), merge_into=head.code)
    return head, child, people


def test_one_answer_reaches_everybody_of_both_reports_once():
    head, _child, people = merged()
    answer(head)
    assert told("answered") == sorted(person.id for person in people.values())


def test_a_report_merged_into_a_merged_one_hears_the_answer_too():
    head, _child, people = merged()
    top = filed_by(last := a_person("top"))
    take(head, "merge", dispatcher(), merge_into=top.code)
    answer(top)
    assert told("answered") == sorted(person.id for person in (*people.values(), last))


def test_taken_apart_each_hears_of_their_own_report_alone(clock):
    head, child, people = merged()
    assert (head.affected, child.affected) == (5, 3)
    take(child, "unmerge", dispatcher())
    a_minute_later(clock)
    head, child = db.session.get_one(Report, head.id), db.session.get_one(Report, child.id)
    assert (head.affected, child.affected, child.status) == (2, 3, Status.NEW)
    answer(head)
    assert told("answered") == sorted(people[name].id for name in ("head", "both"))
    answer(child)
    ids = {name: person.id for name, person in people.items()}
    assert told("answered") == sorted([*ids.values(), ids["both"]])  # of each report once


def test_a_merge_shows_nobody_the_words_or_the_address_of_another():
    head, child, _people = merged()
    mine = own_view(child)
    assert (mine.words, own_view(head).words) == ("Số của tôi là 0912 345 678", "Rác ở cổng")
    seen = [own_view(head), whole(head)]
    assert not any("0912" in repr(one) for one in seen)
    clerk = in_charge_of(head, sees_contact=True)
    with unit_of_work():
        assert (
            following.look_at_contact(head.code, by=clerk) is None
        )  # an account: what the other one typed is not here


def test_who_wants_no_more_letters_gets_none_of_the_report_theirs_lives_on_in():
    head, _child, people = merged()
    with unit_of_work():
        guests.stop(head.code, guests.stop_token(head, people["child"]))
    answer(head)
    assert people["child"].id not in told("answered")
