"""Neighbours at the desk and confirmed contacts: what one unit or one person may learn of another."""

from __future__ import annotations

import pytest

from app.domain.reports import filing, following, nearby
from app.extensions import unit_of_work
from tests.factories import HERE, a_report, actor, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")


def around(report, by):
    return {one.report.id for one in nearby.around(report, seen_by=by)}


def test_the_desk_learns_no_true_place_of_what_another_desk_handles():
    mine, theirs = a_report(category="parking"), a_report(category="parking", lat=HERE[0] + 0.0002)
    nobody_of_theirs = actor("so-ha-tang")
    assert around(mine, nobody_of_theirs) == set()
    assert around(mine, in_charge_of(mine)) == {theirs.id}
    assert around(mine, dispatcher()) == {theirs.id}


def test_a_public_report_with_its_exact_pin_is_shown_to_every_desk():
    mine, theirs = a_report(), a_report(lat=HERE[0] + 0.0002)
    assert around(mine, actor("so-ha-tang")) == {theirs.id}


def test_the_same_confirmed_telephone_is_the_same_person():
    contact = filing.Contact("Người gửi", "", "+84912345678")
    people = []
    for report in (a_report(contact=contact), a_report(contact=contact)):
        link = its_reporter(report)
        with unit_of_work():
            person = following.confirm_contact(report.code, by=link)
            people.append(person and person.id)
    assert people[0] is not None
    assert people[0] == people[1]
