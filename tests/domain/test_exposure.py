"""Anybody may say that a page shows personal data: it is hidden at once, and a person decides."""

from __future__ import annotations

import pytest

from app.domain import exposure, promises, publication
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, NotFound, Stale
from app.domain.exposure import Shows
from app.domain.notifications import announce
from app.domain.permissions import ANONYMOUS
from app.domain.publication import Checked
from app.domain.reports import get_for_change
from app.extensions import db, unit_of_work
from app.models import Delivery, Report, now
from app.models.choices import Publication, Role
from tests import factories
from tests.support.application import Browser, Clock

pytestmark = pytest.mark.usefixtures("db_session")


def flag(report: Report, shows: Shows | None = Shows.CONTENT, note: str = ""):
    with unit_of_work():
        return exposure.flag(report.code, shows, note, by=ANONYMOUS)


def published(clock: Clock) -> Report:
    report = factories.a_report()
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        fresh = get_for_change(report.code, by=clerk)
        texts = {one.id: one.original for one in publication.reporters_words(fresh)}
        publication.publish(fresh, Checked(texts), by=clerk)
    factories.a_minute_later(clock)
    return report


def test_words_are_hidden_at_once_and_wait_for_a_person_two_working_days(clock: Clock, client: Browser) -> None:
    report = published(clock)
    assert "chất đống" in client.get(f"/r/{report.code}").text
    flag(report)
    assert "chất đống" not in client.get(f"/r/{report.code}").text
    hours = promises.working_time(store.current(), report.unit_id)
    assert (report.publication, report.content_due_at) == (Publication.PIN, hours.add_days(now(), 2))


@pytest.mark.parametrize("shows", [Shows.ANSWER, Shows.PLACE])
def test_a_place_or_an_answer_hides_the_page(clock: Clock, client: Browser, shows: Shows) -> None:
    report = published(clock)
    flag(report, shows)
    assert client.get(f"/r/{report.code}").status_code == 410
    assert report.code not in client.get("/reports").text
    with pytest.raises(NotFound):
        flag(report)


def test_whoever_decides_shows_it_again_as_it_was(clock: Clock, client: Browser) -> None:
    report = published(clock)
    clerk = factories.in_charge_of(report)
    flag(report)
    flag(report, Shows.PLACE)
    with unit_of_work():
        exposure.clear(report.code, by=clerk)
    assert (report.publication, report.hidden_at, report.content_due_at) == (Publication.FULL, None, None)
    assert "chất đống" in client.get(f"/r/{report.code}").text
    with pytest.raises(Stale), unit_of_work():
        exposure.clear(report.code, by=clerk)


def test_once_a_person_has_decided_another_press_hides_nothing_and_asks_to_look_again(clock: Clock) -> None:
    report = published(clock)
    clerk = factories.in_charge_of(report)
    flag(report)
    with unit_of_work():
        exposure.clear(report.code, by=clerk)
    flag(report, Shows.PLACE)
    assert (report.publication, report.hidden_at) == (Publication.FULL, None)
    assert report.content_due_at is not None


def test_a_hidden_page_comes_back_with_what_is_published_anew(clock: Clock, client: Browser) -> None:
    report = published(clock)
    clerk = factories.in_charge_of(report)
    flag(report, Shows.ANSWER)
    with unit_of_work():
        fresh = get_for_change(report.code, by=clerk)
        publication.publish(fresh, Checked({}), by=clerk)
    factories.a_minute_later(clock)
    page = client.get(f"/r/{report.code}")
    assert page.status_code == 200
    assert "chất đống" not in page.text


def test_what_is_not_public_cannot_be_reported_and_a_choice_is_asked_for(clock: Clock) -> None:
    hidden = factories.a_report(category="staff-conduct")
    with pytest.raises((NotFound, Forbidden)):
        flag(hidden)
    with pytest.raises(Invalid) as refused:
        flag(factories.a_report(), None)
    assert refused.value.field == "shows"


def test_the_dispatchers_are_told(clock: Clock) -> None:
    boss = factories.staff(None, Role.DISPATCHER)
    flag(factories.a_report(), note="Nhìn rõ biển số")
    announce()
    mine = db.session.query(Delivery).filter_by(person_id=boss.id, kind="flagged")
    assert mine.count() == 1


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_guest_reports_from_the_page_and_staff_read_why(clock: Clock, client: Browser, sign_in, prefix: str) -> None:
    report = published(clock)
    assert f"{prefix}/r/{report.code}/exposed" in client.get(f"{prefix}/r/{report.code}").text
    address = f"{prefix}/r/{report.code}/exposed"
    refused = client.post(address, data={"note": "Biển số ở ảnh"})
    assert refused.status_code == 422
    assert "Biển số ở ảnh" in refused.text
    thanks = client.post(address, data={"shows": "content", "note": "Biển số ở ảnh"})
    assert thanks.status_code == 200
    assert ("Cảm ơn bạn" if not prefix else "Thank you") in thanks.text
    desk = sign_in(factories.staff(factories.unit_of(report)))
    assert report.code in desk.get(f"{prefix}/desk/publish").text.replace("-", "")
    assert "Biển số ở ảnh" in desk.get(f"{prefix}/desk/publish/{report.code}").text
    db.session.expire_all()
    version = str(db.session.get_one(Report, report.id).version)
    data = {"decision": "clear", "version": version}
    assert desk.post(f"{prefix}/desk/publish/{report.code}", data=data).status_code == 302
    assert "chất đống" in client.get(f"{prefix}/r/{report.code}").text
