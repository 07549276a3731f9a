"""What the letters say: in the reader's language, and never more than the reader may know."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from app.adapters.mail import FakeMail
from app.adapters.sms import FakeSms
from app.domain import codes, wording, workflow
from app.domain.accounts import changes
from app.domain.accounts.passwords import hash_password
from app.domain.notifications import LetterKind, announce, send_account
from app.domain.permissions import actor_of
from app.domain.reports import filing, following, secret_of
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs import digest as digests
from app.jobs.deliver import deliver
from app.models import Delivery, Report
from app.models.choices import DeliveryState, Outcome, Role, WaitingFor
from tests.factories import a_person, a_report, dispatcher, in_charge_of, its_reporter, staff, unit_of

pytestmark = pytest.mark.usefixtures("db_session")

ASKED_NEVER = {"vi": "không bao giờ hỏi giấy tờ tùy thân", "en": "never ask for identity papers"}


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FakeMail:
    fake = FakeMail()
    monkeypatch.setitem(app.extensions, "mail", fake)
    return fake


def send_all(clock) -> None:
    announce()
    clock.forward(minutes=2)
    deliver(limit=100)


def take(report, move, by, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**said))


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    return str(body.get_content()) if body else ""


def confirmed(report: Report) -> Report:
    with unit_of_work():
        following.confirm_contact(report.code, by=its_reporter(report))
    return report


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_word_to_an_address_carries_a_link_and_a_code_and_no_secret(post: FakeMail, clock, language) -> None:
    report = a_report(language=language)
    send_all(clock)
    (message,) = post.sent
    text = text_of(message)
    prefix = "/en" if language == "en" else ""
    assert f"http://127.0.0.1:8000{prefix}/r/{report.code}/confirm/" in text
    assert secret_of(report) not in message.as_string() + html_of(message)
    assert "Rác" not in text  # neither category nor words: the address may be a stranger's
    assert ASKED_NEVER[language] in text.replace("\n", " ")
    assert ASKED_NEVER[language] in html_of(message)
    assert message["Subject"].endswith(
        "xin xác nhận địa chỉ thư điện tử" if language == "vi" else "please confirm your address"
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_word_says_by_when_the_report_is_received(post: FakeMail, clock, language) -> None:
    report = a_report(language=language)
    send_all(clock)
    said = "Hạn tiếp nhận" if language == "vi" else "To be received by"
    by = wording.say_due(report.receive_due_at, language, clock.now, "Asia/Ho_Chi_Minh")
    assert f"{said}: {by}" in text_of(post.sent[0])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_whoever_confirms_after_the_answer_is_sent_the_answer_once(post: FakeMail, clock, language) -> None:
    report = a_report(language=language)
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Tổ môi trường đã thu gom.", outcome=Outcome.CANNOT_FIX)
    send_all(clock)
    confirmed(report)
    send_all(clock)
    send_all(clock)
    _first, letter = post.sent
    text = text_of(letter)
    assert "> Tổ môi trường đã thu gom." in text
    assert ("Chưa khắc phục được" if language == "vi" else "Could not be fixed") in text
    assert ("Hạn xử lý" if language == "vi" else "To be handled by") not in text  # nothing is due any more
    assert letter["Subject"].endswith("tình trạng hiện nay" if language == "vi" else "where it stands")


def test_whoever_confirms_while_the_unit_asks_is_sent_the_question(post: FakeMail, clock) -> None:
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "ask", clerk, words="Rác nằm trong ngõ nào ạ?")
    send_all(clock)
    confirmed(report)
    send_all(clock)
    assert "> Rác nằm trong ngõ nào ạ?" in text_of(post.sent[-1])
    assert "Trả lời câu hỏi" in text_of(post.sent[-1])


def test_whoever_confirms_after_a_refusal_is_sent_its_reason(post: FakeMail, clock) -> None:
    report = a_report()
    take(report, "decline", in_charge_of(report), words="Ngoài phạm vi ạ", refusal=first_refusal())
    send_all(clock)
    confirmed(report)
    send_all(clock)
    assert "> Ngoài phạm vi ạ" in text_of(post.sent[-1])
    assert "đề nghị xem xét lại" in text_of(post.sent[-1])


def test_a_step_taken_back_is_not_told_to_whoever_confirms(post: FakeMail, clock) -> None:
    report = a_report()
    clerk = in_charge_of(report)
    event = take(report, "receive", clerk)
    confirmed(report)
    announce()
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    send_all(clock)
    assert "đã được ghi nhận" in post.sent[-1]["Subject"]


def test_the_link_and_the_code_of_the_letter_work(post: FakeMail, clock, client) -> None:
    import re

    report = a_report()
    send_all(clock)
    text = text_of(post.sent[0])
    link = re.search(r"http://\S+/confirm/\S+", text)
    assert link is not None
    assert client.get(link.group().removeprefix("http://127.0.0.1:8000")).status_code == 200
    digits = re.search(r"\b\d{6}\b", text.split("10 phút:")[1])
    assert digits is not None
    from app.domain import confirmations

    with unit_of_work():
        assert confirmations.use_code(db.session.get_one(Report, report.id), digits.group())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_step_of_a_report_writes_a_letter_whose_subject_names_the_code_alone(
    post: FakeMail, clock, language
) -> None:
    report = confirmed(a_report(language=language))
    clerk = in_charge_of(report, Role.LEAD)
    plain = clock.now.date()
    take(report, "receive", clerk)
    take(report, "ask", clerk, words="Rác nằm trong ngõ nào ạ?")
    take(report, "reply", its_reporter(report), words="Ngõ 12")
    take(report, "pause", clerk, words="Chờ trời tạnh", waiting_for=WaitingFor.WEATHER, until=plain.replace(day=28))
    take(report, "resume", clerk)
    take(report, "plan", clerk, words="Vào kế hoạch", planned_on=plain.replace(day=28))
    take(report, "ask_extension", clerk, words="Cần thêm xe", until=plain.replace(month=12, day=20))
    take(report, "extend", clerk)
    take(report, "resolve", clerk, words="Tổ môi trường đã thu gom.", outcome=Outcome.CANNOT_FIX)
    take(report, "reopen", its_reporter(report), words="Vẫn còn")
    take(report, "decline", clerk, words="Ngoài phạm vi", refusal=first_refusal())
    take(report, "appeal", its_reporter(report), words="Xin xem lại")
    take(report, "uphold_refusal", dispatcher(), words="Giữ nguyên")
    send_all(clock)
    subjects = [message["Subject"] for message in post.sent if message["To"].startswith("gui")]
    assert len(subjects) == 11, subjects
    said = "Phản ánh" if language == "vi" else "Report"
    for message in post.sent:
        if not message["To"].startswith("gui"):
            continue
        assert message["Subject"].startswith(f"{said} {codes.shown(report.code)}: ")
        assert message["Content-Language"] == language
        assert ASKED_NEVER[language] in html_of(message)
        assert secret_of(report) in text_of(message)
        assert "None" not in text_of(message)
    answer = next(one for one in post.sent if "Tổ môi trường" in text_of(one))
    assert "> Tổ môi trường đã thu gom." in text_of(answer)
    assert "Tổ môi trường" in html_of(answer)


def first_refusal() -> str:
    from app.domain.city import store

    return next(iter(store.current().refusals))


def test_a_follower_gets_the_public_address_and_no_secret(post: FakeMail, clock) -> None:
    report = confirmed(a_report())
    neighbour = a_person()
    with unit_of_work():
        following.follow(report.code, by=actor_of(neighbour))
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Xong", outcome=Outcome.CANNOT_FIX)
    send_all(clock)
    told = [one for one in post.sent if one["To"] == neighbour.email]
    assert len(told) == 2
    for message in told:
        assert f"/r/{report.code}\n" in text_of(message)
        assert f"/r/{report.code}/follow/stop/" in text_of(message)
        assert secret_of(report) not in text_of(message) + html_of(message)


def test_a_follower_hears_nothing_of_what_is_no_longer_public(post: FakeMail, clock) -> None:
    report = confirmed(a_report())
    neighbour = a_person()
    with unit_of_work():
        following.follow(report.code, by=actor_of(neighbour))
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Xong", outcome=Outcome.CANNOT_FIX)
    announce()
    with unit_of_work():
        db.session.get_one(Report, report.id).publication = "none"
    send_all(clock)
    assert [one for one in post.sent if one["To"] == neighbour.email] == []


def test_words_with_signs_of_html_are_only_words(post: FakeMail, clock) -> None:
    report = confirmed(a_report())
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words='<script>alert("x")</script> & xong', outcome=Outcome.CANNOT_FIX)
    send_all(clock)
    message = post.sent[-1]
    assert "<script>" not in html_of(message)
    assert '<script>alert("x")</script> & xong' in text_of(message)


def test_staff_letters_name_no_reporter_and_quote_nobody(post: FakeMail, clock) -> None:
    report = a_report(is_dangerous=True)
    clerk = staff(unit_of(report))
    send_all(clock)
    (message,) = [one for one in post.sent if one["To"] == clerk.email]
    said = text_of(message) + html_of(message)
    assert f"/desk/r/{report.code}" in said
    for private in ("Người gửi", "gui1@", "chất đống", secret_of(report)):
        assert private not in said


def test_the_dispatcher_is_told_the_true_reason(post: FakeMail, clock) -> None:
    boss = staff(None, Role.DISPATCHER)
    border = a_report(lat=21.02, lng=105.7952)  # a few steps from the next ward
    assert border.needs_routing_check
    report = a_report()
    take(report, "return", in_charge_of(report), words="Không rõ", transfer_reason=a_reason())
    send_all(clock)
    mine = [one for one in post.sent if one["To"] == boss.email]
    by_code = {one["Subject"].split(":")[0].rsplit(" ", 1)[1]: text_of(one) for one in mine}
    assert "Vị trí nằm sát ranh giới" in by_code[codes.shown(border.code)]
    returned = by_code[codes.shown(report.code)]
    assert "đã trả lại. Lý do: " in returned
    assert "ranh giới" not in returned


def test_whoever_asked_for_more_time_is_told_that_there_is_none(post: FakeMail, clock) -> None:
    report = a_report()
    clerk, colleague = staff(unit_of(report)), staff(unit_of(report))
    take(report, "receive", actor_of(colleague))  # the report is a colleague's
    until = clock.now.date().replace(month=12, day=20)
    take(report, "ask_extension", actor_of(clerk), words="Cần thêm xe", until=until)
    take(report, "refuse_extension", in_charge_of(report, Role.LEAD), words="Không cần")
    send_all(clock)
    told = [one["To"] for one in post.sent if "không gia hạn" in one["Subject"]]
    assert sorted(told) == sorted([clerk.email, colleague.email])


def test_a_letter_for_a_desk_the_report_has_left_is_not_sent(post: FakeMail, clock) -> None:
    report = a_report(is_dangerous=True)
    clerk = staff(unit_of(report))
    announce()
    take(report, "transfer", in_charge_of(report), words="Nhầm", transfer_to="so-ha-tang", transfer_reason=a_reason())
    deliver(limit=100)
    db.session.expire_all()
    mine = db.session.scalars(select(Delivery).where(Delivery.person_id == clerk.id)).all()
    assert [(one.kind, one.state, one.error) for one in mine] == [
        ("urgent", DeliveryState.CANCELLED, "the report left this desk")
    ]


def a_reason() -> str:
    from app.domain.city import store

    return next(iter(store.current().transfers))


def test_the_morning_letter_counts_and_lists_the_five_most_urgent(post: FakeMail, clock) -> None:
    reports = [a_report() for _one in range(7)]
    clerk = staff(unit_of(reports[0]))
    clock.forward(days=1, hours=-1)
    assert digests.digest() >= 1
    deliver(limit=100)
    (message,) = [one for one in post.sent if one["To"] == clerk.email]
    text = text_of(message)
    assert text.count("/desk/r/") == 5
    assert "Tổng số đang mở: 7" in text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["confirm_account", "reset_password", "new_email", "invited"])
def test_account_letters_carry_their_link_in_the_readers_language(post: FakeMail, clock, kind, language) -> None:
    person = a_person(language=language)
    with unit_of_work():
        send_account(person.id, kind, {"link": "/open/abc", "hours": 48, "unit": "so-ha-tang", "role": "clerk"})
    deliver()
    prefix = "/en" if language == "en" else ""
    assert f"http://127.0.0.1:8000{prefix}/open/abc" in text_of(post.sent[0])
    assert "Đơn vị" not in text_of(post.sent[0]) or language == "vi"


@pytest.mark.parametrize(("language", "said"), [("vi", "sẽ hỏi mật khẩu"), ("en", "asks for the password")])
def test_the_letter_of_a_sign_up_says_that_the_password_is_asked_for(post: FakeMail, clock, language, said) -> None:
    person = a_person(language=language)
    with unit_of_work():
        send_account(person.id, "confirm_account", {"link": "/sign-up/confirm/x", "hours": 168})
    deliver()
    assert said in text_of(post.sent[0])
    assert said in html_of(post.sent[0])


NEW_ADDRESS = {
    "vi": ("Xác nhận địa chỉ thư điện tử mới của bạn", "đổi địa chỉ thư điện tử của một tài khoản sang địa chỉ này"),
    "en": ("Confirm your new address", "asked to use this address from now on"),
}
SIGN_UP = {"vi": "mở tài khoản", "en": "no account is made"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_new_address_is_asked_in_words_of_its_own_and_the_old_one_hears_of_it(
    post: FakeMail, clock, language: str
) -> None:
    person = a_person("Lan Ngọc", email="lan@example.org", language=language, password_hash=hash_password("đúng là nó"))
    changes.ask_new_email(person.id, "moi@example.org", password="đúng là nó")
    deliver()
    (asked,) = post.sent
    subject, sentence = NEW_ADDRESS[language]
    assert (asked["To"], asked["Subject"]) == ("moi@example.org", subject)
    for said in (text_of(asked), html_of(asked)):
        assert sentence in said
        assert "/account/email/" in said
        assert SIGN_UP[language] not in said
        assert "Lan Ngọc" not in said  # a slip of the finger writes to a stranger
        assert "lan@example.org" not in said
    link = re.findall(r"/account/email/(\S+)", text_of(asked))[0]
    with unit_of_work():
        changes.use_new_email(link)
    deliver()
    assert [one["To"] for one in post.sent] == ["moi@example.org", "lan@example.org"]
    assert "moi@example.org" not in text_of(post.sent[1])


def test_a_text_message_is_one_line_with_code_and_link(app: Flask, clock, monkeypatch: pytest.MonkeyPatch) -> None:
    sms = FakeSms()
    monkeypatch.setitem(app.extensions, "sms", sms)
    a_report(contact=filing.Contact("", "", "0912345678"))
    send_all(clock)
    ((to, text, message_id),) = sms.sent
    assert to == "0912345678"
    assert "mã của bạn là" in text
    assert "/confirm/" in text
    assert message_id.startswith("<delivery-")


def test_every_letter_has_a_kind_of_its_own() -> None:
    assert len({kind.value for kind in LetterKind}) == len(LetterKind)


def test_everybody_affected_hears_the_answer_and_how_many_they_are(post: FakeMail, clock) -> None:
    report = confirmed(a_report())
    neighbours = [a_person(), a_person()]
    for neighbour in neighbours:
        with unit_of_work():
            following.join(report.code, by=actor_of(neighbour))
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Đã dọn xong", outcome=Outcome.CANNOT_FIX)
    send_all(clock)
    answers = [message for message in post.sent if "Đã dọn xong" in text_of(message)]
    assert {message["To"] for message in answers} >= {neighbour.email for neighbour in neighbours}
    assert len(answers) == 3
    assert all("3 người" in text_of(message) for message in answers)
