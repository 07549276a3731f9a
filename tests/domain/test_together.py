"""Many people, one problem: each keeps what is theirs, and everybody hears the answer once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import dossier, publication, queue, workflow
from app.domain.errors import Invalid, NotFound, Stale
from app.domain.notifications import announce
from app.domain.own_view import own_view
from app.domain.permissions import Actor, actor_of
from app.domain.public_view import whole
from app.domain.queue import Question, Tab
from app.domain.reports import afterwards, erasing, exporting, filing, following, guests, witness
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Delivery, Person, Report
from app.models.choices import DeliveryChannel, EventKind, Outcome, Rating, RatingReason, Role, Status, StillThere
from tests.factories import a_minute_later, a_person, a_report, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")
WITHOUT_PROOF = "parking"  # of these an answer needs no photo


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


# Asked a week later -------------------------------------------------------------------------------------------------


def fixed_a_week_ago(clock, *neighbours: Person) -> Report:
    report = filed_by(a_person(), category=WITHOUT_PROOF)
    for neighbour in neighbours:
        joined_by(neighbour, report)
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Đã vá xong", outcome=Outcome.FIXED)
    clock.forward(days=7)
    return report


def says(report: Report, person: Person, said: StillThere) -> Report:
    with unit_of_work():
        token = afterwards.token_of(report, person)
        return afterwards.answer(report.code, token, said)


def test_a_week_after_it_was_fixed_those_who_are_affected_are_asked_once(clock):
    neighbour, gone, stranger = a_person(), a_person(), a_person()
    report = fixed_a_week_ago(clock, neighbour, gone)
    with unit_of_work():
        following.unfollow(report.code, by=actor_of(gone))
    clock.forward(seconds=-1)
    assert clocks.ask_around() == 0
    clock.forward(seconds=1)
    assert clocks.ask_around() == 1
    assert clocks.ask_around() == 0
    assert told("asked_around") == [neighbour.id]
    assert stranger.id not in told("asked_around")


def test_where_nobody_else_is_affected_or_it_is_open_again_nobody_is_asked(clock):
    alone = fixed_a_week_ago(clock)
    reopened = fixed_a_week_ago(clock, a_person())
    take(reopened, "reopen", in_charge_of(reopened, Role.LEAD), words="Chưa xong")
    assert clocks.ask_around() == 0
    assert (alone.ask_around_at, reopened.ask_around_at) == (None, None)


def test_a_doubt_is_counted_once_a_person_may_be_changed_and_makes_work_for_the_lead(clock):
    one, two = a_person(), a_person()
    report = fixed_a_week_ago(clock, one, two)
    lead = in_charge_of(report, Role.LEAD)
    says(report, one, StillThere.STILL_THERE)
    says(report, one, StillThere.CAME_BACK)
    report = says(report, two, StillThere.GONE)
    assert (report.doubts, report.has_news, report.status) == (1, True, Status.RESOLVED)
    assert [one.id for one in queue.page(Question(Tab.NEWS), seen_by=lead).reports] == [report.id]
    assert told("doubted") == [lead.person_id]
    assert whole(report).doubts == 1
    assert says(report, one, StillThere.GONE).doubts == 0
    assert told("doubted") == [lead.person_id]


def test_doubts_of_an_answer_that_did_not_hold_do_not_count_against_the_next(clock):
    neighbour = a_person()
    report = fixed_a_week_ago(clock, neighbour)
    says(report, neighbour, StillThere.STILL_THERE)
    lead = in_charge_of(report, Role.LEAD)
    take(report, "reopen", lead, words="Kiểm tra lại")
    with pytest.raises(Stale):
        says(report, neighbour, StillThere.GONE)
    clock.forward(days=1)
    take(report, "resolve", lead, words="Đã vá lại", outcome=Outcome.FIXED)
    assert db.session.get_one(Report, report.id).doubts == 0
    assert says(report, neighbour, StillThere.STILL_THERE).doubts == 1


def test_though_its_reporter_is_happy_and_it_is_closed_neighbours_are_heard(clock):
    neighbour = a_person()
    report = fixed_a_week_ago(clock, neighbour)
    with unit_of_work():
        following.rate(report.code, Rating.SATISFIED, by=its_reporter(report))
    assert clocks.ask_around() == 1
    assert told("asked_around") == [neighbour.id]
    report = says(report, neighbour, StillThere.CAME_BACK)
    assert (report.status, report.doubts, report.has_news) == (Status.CLOSED, 1, True)


def test_a_neighbours_answer_is_taken_along_and_erased_with_its_person(clock):
    neighbour = a_person()
    report = fixed_a_week_ago(clock, neighbour)
    says(report, neighbour, StillThere.STILL_THERE)
    (said,) = afterwards.said_by(neighbour.id)
    assert (said.report, said.said) == (report.code, StillThere.STILL_THERE)
    with unit_of_work():
        erasing.erase_person(db.session.get_one(Person, neighbour.id))
    assert afterwards.said_by(neighbour.id) == []


def test_nobody_at_the_desk_learns_which_neighbour_doubts(clock):
    neighbour = a_person("Chị hàng xóm")
    report = fixed_a_week_ago(clock, neighbour)
    says(report, neighbour, StillThere.STILL_THERE)
    seen = dossier.of(report.code, seen_by=in_charge_of(report))
    assert {event.actor_id for event in seen.events if event.kind is EventKind.NEIGHBOUR_SAID} == {None}
    assert "Chị hàng xóm" not in seen.people.names.values()


# Unhappy, and not asking to reopen ----------------------------------------------------------------------------------


def test_an_unhappy_rating_is_work_for_the_lead_and_opens_nothing():
    report = filed_by(a_person())
    answer(report)
    lead = in_charge_of(report, Role.LEAD)
    with unit_of_work():
        following.rate(report.code, Rating.UNSATISFIED, by=its_reporter(report), reason=RatingReason.LATE)
    report = db.session.get_one(Report, report.id)
    assert (report.status, report.reopened, report.has_news) == (Status.RESOLVED, 0, True)
    assert told("unhappy") == [lead.person_id]


def test_another_reason_is_asked_for_in_words():
    report = filed_by(a_person())
    answer(report)
    with pytest.raises(Invalid) as refused, unit_of_work():
        following.rate(report.code, Rating.UNSATISFIED, by=its_reporter(report), reason=RatingReason.OTHER, text=" ")
    assert refused.value.field == "words"


# Said to be fixed ---------------------------------------------------------------------------------------------------


def claimed(report: Report, words: str = "Hôm qua tôi thấy đã dọn") -> Report:
    with unit_of_work():
        witness.claim_fixed(report.code, words)
    return db.session.get_one(Report, report.id)


def test_a_claim_is_shown_as_a_claim_and_changes_no_status(clock):
    report = filed_by(a_person())
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    report = claimed(report)
    assert (report.status, report.has_news, whole(report).is_claimed) == (Status.RECEIVED, True, True)
    with pytest.raises(Stale), unit_of_work():
        witness.claim_fixed(report.code, "Tôi cũng thấy")
    take(report, "refuse_claim", clerk, words="Chỉ mới dọn một nửa")
    assert whole(report).is_claimed  # the public sees a step of staff when its minute is over
    a_minute_later(clock)
    report = db.session.get_one(Report, report.id)
    assert (report.status, whole(report).is_claimed) == (Status.RECEIVED, False)
    report = claimed(report)
    take(report, "confirm_claim", clerk)
    assert db.session.get_one(Report, report.id).status is Status.RECEIVED


def test_the_words_of_a_claim_are_for_the_unit_alone():
    report = filed_by(a_person())
    report = claimed(report, "Gọi tôi 0987 654 321")
    with unit_of_work():
        witness.tell(report.code, "Nhà tôi số 0987 654 321")
    assert "0987" not in repr(whole(report)) + repr(own_view(report)) + repr(exporting.of_report(report))
    told_here = dossier.of(report.code, seen_by=in_charge_of(report))
    said = [words.original for event in told_here.events for words in event.words]
    assert sum("0987" in one for one in said) == 2
    assert not publication.reporters_words(report)[1:]  # a check for the public never meets them


def test_nobody_claims_anything_of_a_report_that_is_answered_or_not_public():
    answered, hidden = filed_by(a_person()), filed_by(a_person(), category="staff-conduct")
    answer(answered)
    for report, refusal in ((answered, Stale), (hidden, NotFound)):
        with pytest.raises(refusal):
            claimed(report)
