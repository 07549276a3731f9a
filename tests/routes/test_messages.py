"""What came of a press is said on the very next page, even where that page is otherwise the same for everybody."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.domain.reports import guests
from app.extensions import unit_of_work
from app.models import Person, Report
from app.models.choices import Part
from tests import factories
from tests.support.application import Browser, Clock

THEO = "theo@example.org"


@pytest.fixture
def report(db_session: Session, clock: Clock) -> Report:
    made = factories.a_report()
    factories.a_minute_later(clock)
    return made


def after(client: Browser, path: str, **data: str) -> str:
    """The page that follows a press; nobody but its reader may keep it."""
    answer = client.post(path, data=data, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    return answer.text


def test_a_guest_who_follows_reads_that_a_letter_is_on_its_way(client: Browser, report: Report) -> None:
    assert "Thư đang được gửi đến bạn" in after(client, f"/r/{report.code}/follow", email=THEO)


def test_the_page_itself_stays_the_same_for_everybody(client: Browser, report: Report) -> None:
    before = client.get(f"/r/{report.code}")
    after(client, f"/r/{report.code}/follow", email=THEO)
    page = client.get(f"/r/{report.code}")
    assert page.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in page.headers
    assert page.text == before.text


def test_the_end_of_following_is_said(client: Browser, report: Report) -> None:
    person = factories.a_person(email=THEO)
    with unit_of_work():
        guests.take_part(report, person.id, Part.FOLLOWER)
        token = guests.stop_token(report, person)
    assert "Bạn sẽ không nhận thư về phản ánh này nữa." in after(client, f"/r/{report.code}/follow/stop/{token}")


def test_an_account_that_follows_and_stops_reads_both(client: Browser, report: Report) -> None:
    person: Person = factories.a_person(email=THEO)
    client.sign_in(person)
    assert "Bạn đang theo dõi phản ánh này." in after(client, f"/r/{report.code}/follow")
    assert "Bạn đã thôi theo dõi phản ánh này." in after(client, f"/r/{report.code}/unfollow")


def test_signing_out_is_said(client: Browser, db_session: Session) -> None:
    client.sign_in(factories.a_person(email=THEO))
    assert "Bạn đã đăng xuất." in after(client, "/sign-out")
