"""The reporter's own page: opened by its secret alone, and everything one may do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import confirmations, workflow
from app.domain.city import store
from app.domain.permissions import ANONYMOUS, actor_of
from app.domain.reports import filing, secret_of
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Delivery, Event, Membership, Participation, Person, Photo, Report, Words, now
from app.models.choices import EventKind, Outcome, PhotoKind, PhotoState, Rating, Role, Status
from tests import photos
from tests.factories import a_minute_later, a_person, a_report
from tests.support.application import Browser, Clock
from tests.support.html import faults
from tests.support.post import letters_to, link_in, text_of, work


@pytest.fixture
def report(db_session: Session) -> Report:
    ward = next(iter(store.current().wards.values()))
    asked = filing.Filing(
        client_id="own-page-test",
        category="parking",
        lat=ward.lat,
        lng=ward.lng,
        words="Xe chắn lối đi",
        contact=filing.Contact(email="ten@example.org"),
    )
    with unit_of_work():
        code = filing.submit(asked, by=ANONYMOUS).report.code
    return again(db_session, code)


@pytest.fixture
def desk(db_session: Session, report: Report) -> Callable[..., None]:
    """The unit takes a step."""
    with unit_of_work() as session:
        person = Person(name="Cán bộ", email="clerk@example.org", created_at=now())
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, unit_id=report.unit_id, role=Role.LEAD, created_at=now()))
        person_id = person.id

    def take(move: str, **details: Any) -> None:
        who = actor_of(db_session.get_one(Person, person_id))
        with unit_of_work():
            workflow.take(report.code, move, by=who, details=Details(**details))

    return take


def again(session: Session, code: str) -> Report:
    session.expire_all()
    return session.scalars(select(Report).where(Report.code == code)).one()


def own(report: Report, rest: str = "") -> str:
    return f"/r/{report.code}/mine/{secret_of(report)}{rest}"


def kinds(session: Session) -> list[EventKind]:
    return list(session.scalars(select(Event.kind).order_by(Event.id)))


# Who gets in --------------------------------------------------------------------------------------------------------


def test_the_secret_opens_the_page_and_nothing_else_does(client: Browser, report: Report) -> None:
    page = client.get(own(report))
    assert page.status_code == 200
    assert "Xe chắn lối đi" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert client.get(f"/r/{report.code}/mine/guessed").status_code == 404
    other = secret_of(report)[:-1] + ("A" if secret_of(report)[-1] != "A" else "B")
    assert client.get(f"/r/{report.code}/mine/{other}").status_code == 404
    assert client.post(f"/r/{report.code}/mine/guessed/withdraw").status_code == 404


def test_the_browser_remembers_and_forgets(client: Browser, new_browser: Callable[[], Browser], report: Report) -> None:
    client.get(own(report))
    assert own(report) in client.get("/mine").text
    assert own(report) not in new_browser().get("/mine").text
    client.post("/mine/forget")
    assert own(report) not in client.get("/mine").text


def test_a_forged_memory_is_empty(client: Browser, report: Report) -> None:
    client.set_cookie("hoiam_mine", "W1siMTIzIiwiYSJdXQ.forged")
    assert client.get("/mine").status_code == 200


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_page_is_well_made_and_asks_little(
    client: Browser, report: Report, count_queries: Any, language: str
) -> None:
    with count_queries() as counted:
        page = client.get(language + own(report))
    assert faults(page.text) == []
    assert counted.count <= 12, str(counted)


# The contact --------------------------------------------------------------------------------------------------------


def test_the_mailed_link_confirms_by_a_button(client: Browser, db_session: Session, report: Report) -> None:
    link = f"/r/{report.code}/confirm/{confirmations.confirmation_token(report)}"
    page = client.get(link)
    assert faults(page.text) == []
    assert not again(db_session, report.code).is_contact_confirmed  # a mail scanner only looks
    for _repeated in range(2):
        answer = client.post(link)
        assert answer.headers["Location"].endswith(own(report))
    assert again(db_session, report.code).is_contact_confirmed
    assert kinds(db_session).count(EventKind.CONTACT_CONFIRMED) == 1


def test_an_expired_or_strange_link_says_so(client: Browser, report: Report, clock: Clock) -> None:
    link = f"/r/{report.code}/confirm/{confirmations.confirmation_token(report)}"
    assert client.get(link + "x").status_code == 404
    clock.forward(days=8)
    assert client.get(link).status_code == 410


def test_six_digits_confirm_too(client: Browser, db_session: Session, report: Report) -> None:
    with unit_of_work():
        digits = confirmations.make_code(again(db_session, report.code), delivery_id=1)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    assert client.post(own(report, "/code"), data={"code-digits": wrong}).status_code == 422
    spaced = f"{digits[:3]} {digits[3:]}"
    assert client.post(own(report, "/code"), data={"code-digits": spaced}).status_code == 303
    assert again(db_session, report.code).is_contact_confirmed


def test_five_wrong_tries_are_enough(client: Browser, db_session: Session, report: Report) -> None:
    with unit_of_work():
        digits = confirmations.make_code(again(db_session, report.code), delivery_id=1)
    wrong = f"{(int(digits) + 1) % 10**6:06d}"
    for _try in range(5):
        client.post(own(report, "/code"), data={"code-digits": wrong})
    assert client.post(own(report, "/code"), data={"code-digits": digits}).status_code == 422
    assert not again(db_session, report.code).is_contact_confirmed


# Going on -----------------------------------------------------------------------------------------------------------


def test_words_and_photos_are_added(client: Browser, db_session: Session, report: Report) -> None:
    data = {"add-words": "Vẫn còn đó", "add-photos": [(BytesIO(photos.jpeg()), "a.jpg"), (BytesIO(b"x"), "b.jpg")]}
    answer = client.post(own(report, "/add"), data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = client.get(own(report)).text
    assert "Vẫn còn đó" in page
    assert "b.jpg" in page  # refused by name
    photo = db_session.scalars(select(Photo)).one()
    assert (photo.kind, again(db_session, report.code).has_news) == (PhotoKind.ADDITION, True)


def test_nothing_is_no_addition(client: Browser, report: Report) -> None:
    answer = client.post(own(report, "/add"), data={"add-words": " "})
    assert answer.status_code == 422
    assert "add-words-error" in answer.text


def test_the_units_question_is_answered(
    client: Browser, db_session: Session, report: Report, desk: Any, clock: Clock
) -> None:
    desk("receive")
    desk("ask", words="Xe màu gì?")
    assert "Xe màu gì?" not in client.get(own(report)).text
    a_minute_later(clock)
    assert "Xe màu gì?" in client.get(own(report)).text
    assert client.post(own(report, "/reply"), data={"reply-words": ""}).status_code == 422
    assert client.post(own(report, "/reply"), data={"reply-words": "Màu trắng"}).status_code == 303
    assert again(db_session, report.code).status is Status.IN_PROGRESS
    assert "Màu trắng" in client.get(own(report)).text


def answered(desk: Any) -> None:
    desk("receive")
    desk("resolve", words="Đã nhắc chủ xe", outcome=Outcome.NOTHING_FOUND, visit_on=now().date())


def test_nobody_is_asked_to_rate_an_answer_that_cannot_be_read_yet(
    client: Browser, db_session: Session, report: Report, desk: Any, clock: Clock
) -> None:
    answered(desk)
    page = client.get(own(report)).text
    assert 'name="rate-rating"' not in page
    assert "Đã nhắc chủ xe" not in page
    a_minute_later(clock)
    asked = client.get(own(report)).text.partition('id="rate"')[2].partition("</section>")[0]
    assert "Đã nhắc chủ xe" in asked


def test_a_good_rating_closes(client: Browser, db_session: Session, report: Report, desk: Any, clock: Clock) -> None:
    answered(desk)
    a_minute_later(clock)
    assert 'name="rate-rating"' in client.get(own(report)).text
    assert client.post(own(report, "/rate"), data={"rate-rating": "nonsense"}).status_code == 422
    assert client.post(own(report, "/rate"), data={"rate-rating": "satisfied"}).status_code == 303
    rated = again(db_session, report.code)
    assert (rated.rating, rated.status) == (Rating.SATISFIED, Status.CLOSED)
    assert client.post(own(report, "/rate"), data={"rate-rating": "satisfied"}).status_code == 303  # said once, kindly


def test_not_satisfied_asks_why_and_may_reopen(
    client: Browser, db_session: Session, report: Report, desk: Any, clock: Clock
) -> None:
    answered(desk)
    a_minute_later(clock)
    missing = client.post(own(report, "/rate"), data={"rate-rating": "unsatisfied"})
    assert missing.status_code == 422
    assert "rate-reason-error" in missing.text
    said = {"rate-rating": "unsatisfied", "rate-reason": "not_handled", "rate-words": "Xe vẫn ở đó"}
    page = client.post(own(report, "/rate"), data=said, follow_redirects=True).text
    assert again(db_session, report.code).status is Status.RECEIVED
    assert "Cảm ơn bạn đã đánh giá. Phản ánh đã được mở lại, với hạn xử lý mới." in page


def test_a_refusal_is_appealed_once(client: Browser, db_session: Session, report: Report, desk: Any) -> None:
    desk("decline", words="Ngoài thẩm quyền", refusal=next(iter(store.current().refusals)))
    assert client.post(own(report, "/appeal"), data={"appeal-words": "Xin xem lại"}).status_code == 303
    assert again(db_session, report.code).is_appeal_open
    client.post(own(report, "/appeal"), data={"appeal-words": "Lần nữa"})
    assert kinds(db_session).count(EventKind.APPEALED) == 1


def test_where_nothing_is_left_to_do_no_heading_says_so(client: Browser, db_session: Session, report: Report) -> None:
    assert 'href="#can"' in client.get(own(report)).text
    client.post(own(report, "/withdraw"))
    page = client.get(own(report)).text
    assert "Bạn có thể làm gì" not in page
    assert 'href="#can"' not in page


def test_a_report_is_withdrawn(client: Browser, db_session: Session, report: Report) -> None:
    assert client.post(own(report, "/withdraw")).status_code == 303
    assert again(db_session, report.code).status is Status.WITHDRAWN
    page = client.get(own(report))
    assert page.status_code == 200  # still its reporter's
    assert client.get(f"/r/{report.code}").status_code == 410


def test_another_report_at_the_same_place(client: Browser, db_session: Session, report: Report) -> None:
    answer = client.post(f"/report/again/{report.code}/{secret_of(report)}")
    assert answer.headers["Location"].endswith("/report")
    assert f'value="{report.lat}"' in client.get("/report/place").text


def test_a_guest_is_written_to_in_the_language_of_the_form_until_they_choose_another(
    client: Browser, db_session: Session
) -> None:
    sent = a_report(language="en")
    assert reporter_of(db_session, sent).language == "en"
    assert '<option selected value="en">' in client.get(own(sent)).text
    wrong = client.post(own(sent, "/language"), data={"letters-language": "xx"})
    assert (wrong.status_code, "letters-language-error" in wrong.text) == (422, True)
    assert client.post(own(sent, "/language"), data={"letters-language": "vi"}).status_code == 303
    assert reporter_of(db_session, sent).language == "vi"


def test_an_account_is_written_to_in_its_own_language(client: Browser, db_session: Session) -> None:
    account = a_person(language="en", password_hash="x")
    sent = a_report(contact=filing.Contact(), person_id=account.id, language="vi")
    assert 'name="letters-language"' not in client.get(own(sent)).text
    assert client.post(own(sent, "/language"), data={"letters-language": "vi"}).status_code == 403
    assert reporter_of(db_session, sent).language == "en"


def reporter_of(session: Session, report: Report) -> Person:
    session.expire_all()
    return session.scalars(select(Person).join(Participation).where(Participation.report_id == report.id)).one()


def test_the_reason_for_the_unit_is_the_one_that_counted_when_it_was_sent(
    client: Browser, db_session: Session, clock: Clock
) -> None:
    sent = a_report(category="pothole", answers={"road": "street"})
    why = "Đường phố do Sở Hạ tầng quản lý; ngõ do phường, xã quản lý."
    assert why in client.get(own(sent)).text
    city = store.current()
    with unit_of_work():
        store.load(replace(city, rules=tuple(rule for rule in city.rules if rule.code != "street-pothole")))
    assert why in client.get(own(sent)).text


# Me too -------------------------------------------------------------------------------------------------------------


def test_me_too_counts_a_browser_once(
    client: Browser, new_browser: Callable[[], Browser], db_session: Session, report: Report
) -> None:
    page = client.get(f"/r/{report.code}/join")
    assert faults(page.text) == []
    for _pressed in range(2):
        assert client.post(f"/r/{report.code}/join").status_code == 303
    other = new_browser()
    assert other.post(f"/r/{report.code}/join").status_code == 200  # no mark yet: the page gives one and asks again
    assert other.post(f"/r/{report.code}/join").status_code == 303
    assert again(db_session, report.code).affected == 3


def test_an_account_follows_by_one_press(client: Browser, sign_in: Any, db_session: Session, report: Report) -> None:
    with unit_of_work() as session:
        person = Person(name="", email="account@example.org", created_at=now())
        session.add(person)
        session.flush()
        person_id = person.id
    sign_in(db_session.get_one(Person, person_id))
    assert faults(client.get(f"/r/{report.code}/follow").text) == []
    assert client.post(f"/r/{report.code}/follow").status_code == 303
    assert client.post(f"/r/{report.code}/unfollow").status_code == 303


# Photos -------------------------------------------------------------------------------------------------------------


def test_a_photo_is_its_reporters_until_it_is_published(
    app: Any, client: Browser, new_browser: Callable[[], Browser], db_session: Session, report: Report
) -> None:
    from app.domain.media import store as kept

    photo = kept.attach(again(db_session, report.code), BytesIO(photos.jpeg()), "a.jpg")
    name = photo.name
    kept.finish_pending()
    db_session.expire_all()
    address = f"/photos/{name}-thumb.webp"
    assert client.get(address).status_code == 404
    client.get(own(report))
    mine = client.get(address)
    assert (mine.status_code, mine.mimetype, mine.headers["Cache-Control"]) == (200, "image/webp", "private, no-store")
    assert new_browser().get(address).status_code == 404
    with unit_of_work() as session:
        fresh = session.scalars(select(Photo)).one()
        assert fresh.state is PhotoState.READY
        fresh.published_at = now()
        session.scalars(select(Report)).one().publication = "full"
    public = new_browser().get(address)
    assert public.status_code == 200
    assert public.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in public.headers
    assert new_browser().get(f"/photos/{name}-huge.webp").status_code == 404


def test_hidden_words_stay_on_the_own_page(client: Browser, db_session: Session, report: Report) -> None:
    assert db_session.scalars(select(Words.public_text)).all() == [None]
    assert "Xe chắn lối đi" not in client.get(f"/r/{report.code}").text
    assert re.search(r"Xe chắn lối đi", client.get(own(report)).text)


# Another letter -------------------------------------------------------------------------------------------------------


def owed(session: Session) -> list[Delivery]:
    session.expire_all()
    return list(session.scalars(select(Delivery).where(Delivery.kind == "confirm").order_by(Delivery.id)))


def test_a_new_message_is_one_press_away_and_ends_the_old_digits(
    client: Browser, db_session: Session, report: Report
) -> None:
    with unit_of_work():
        digits = confirmations.make_code(again(db_session, report.code), delivery_id=1)
    assert own(report, "/code/again") in client.get(own(report)).text
    assert client.post(own(report, "/code/again")).status_code == 303
    assert len(owed(db_session)) == 1
    assert client.post(own(report, "/code"), data={"code-digits": digits}).status_code == 422
    assert not again(db_session, report.code).is_contact_confirmed


def test_the_new_message_confirms_by_its_own_digits(
    app: Any, client: Browser, db_session: Session, report: Report, outbox: Path
) -> None:
    client.post(own(report, "/code/again"))
    work(app)
    letter = letters_to("ten@example.org", outbox)[-1]
    digits = re.findall(r"\b\d{6}\b", text_of(letter))[0]
    assert client.post(own(report, "/code"), data={"code-digits": digits}).status_code == 303
    assert again(db_session, report.code).is_contact_confirmed


def test_two_presses_in_two_minutes_send_one_message(
    client: Browser, db_session: Session, report: Report, clock: Clock
) -> None:
    for _press in range(3):
        client.post(f"/en{own(report, '/code/again')}")
    assert len(owed(db_session)) == 1
    assert "on its way already" in client.get(f"/en{own(report)}").text
    clock.forward(minutes=3)
    client.post(own(report, "/code/again"))
    assert len(owed(db_session)) == 2


def test_nobodys_mailbox_is_filled_through_us(
    client: Browser, db_session: Session, report: Report, clock: Clock
) -> None:
    for _press in range(9):
        client.post(f"/en{own(report, '/code/again')}")
        clock.forward(minutes=5)
    assert len(owed(db_session)) == confirmations.MOST_A_DAY
    assert "ask again tomorrow" in client.get(f"/en{own(report)}").text
    clock.forward(days=1)
    client.post(own(report, "/code/again"))
    assert len(owed(db_session)) == confirmations.MOST_A_DAY + 1


def test_a_confirmed_contact_gets_no_further_message(client: Browser, db_session: Session, report: Report) -> None:
    with unit_of_work():
        confirmations.confirm(confirmations.confirmation_token(again(db_session, report.code)))
    client.post(own(report, "/code/again"))
    assert owed(db_session) == []


def test_an_expired_link_offers_a_new_one_to_the_same_address(
    app: Any, client: Browser, db_session: Session, report: Report, clock: Clock, outbox: Path
) -> None:
    link = f"/en/r/{report.code}/confirm/{confirmations.confirmation_token(report)}"
    clock.forward(days=8)
    page = client.get(link)
    assert page.status_code == 410
    assert faults(page.text) == []
    assert "ten@example.org" not in page.text
    assert client.post(link).status_code == 410  # it confirms nothing any more
    assert client.post(f"{link}/again").status_code == 303
    assert "on its way" in client.get(link).text
    work(app)
    fresh = link_in(letters_to("ten@example.org", outbox)[-1], "/confirm/")
    assert client.post(fresh).status_code == 303
    assert again(db_session, report.code).is_contact_confirmed
    assert "confirmed already" in client.get(link).text


def test_a_made_up_link_asks_for_nothing(client: Browser, db_session: Session, report: Report) -> None:
    token = confirmations.confirmation_token(report)
    assert client.post(f"/r/{report.code}/confirm/{token}x/again").status_code == 404
    assert client.post(f"/r/123456782/confirm/{token}/again").status_code == 404
    assert owed(db_session) == []


def test_a_telephone_number_alone_is_promised_no_message_where_none_is_sent(
    client: Browser, db_session: Session
) -> None:
    report = a_report(contact=filing.Contact(phone="0912345678"))
    page = client.get(own(report)).text
    assert "code-digits" not in page
    client.post(own(report, "/code/again"))
    assert owed(db_session) == []
