"""Hours that do not count, on their pages: declared at the desk, in public for good, shown in form and figures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.suspensions import moving
from app.models import Suspension, now
from app.models.choices import Role
from tests.factories import a_report, staff
from tests.support.application import Browser, Clock, Counted, new_client
from tests.support.html import faults


def test_the_desk_declares_and_ends_it_and_everybody_reads_it(
    app: Flask,
    client: Browser,
    clock: Clock,
    db_session: Session,
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    desk = new_client(app)
    desk.sign_in(staff(None, Role.DISPATCHER))
    report = a_report()
    wrong = desk.post("/desk/declare/suspensions", data={"starts_at": "2020-01-01T00:00", "until": "2020-01-02T00:00"})
    assert wrong.status_code == 422
    assert faults(wrong.text) == []
    at = now() + timedelta(hours=7)  # the city's clock
    said = {
        "reason_vi": "Bão số 5",
        "starts_at": f"{at:%Y-%m-%dT%H:%M}",
        "until": f"{at + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "wards": "10001",
    }
    assert desk.post("/desk/declare/suspensions", data=said).status_code == 303
    code = db_session.scalars(select(Suspension.code)).one()
    clock.forward(minutes=1)
    with app.app_context():
        assert moving.turn() == 1
    with count_queries() as counted:
        page = client.get("/suspensions")
    assert counted.count <= 12, str(counted)
    assert "Bão số 5" in page.text
    assert "1 phản ánh có hạn xử lý thay đổi" in page.text
    assert faults(page.text) == []
    told = client.get(f"/r/{report.code}").text
    assert "do tạm dừng tính thời hạn" in told
    assert desk.post(f"/desk/declare/suspensions/{code}/undo").status_code == 409, "its minute is over"
    assert desk.post(f"/desk/declare/suspensions/{code}/end").status_code == 303
    log = desk.get(f"/desk/declare/suspensions/{code}")
    assert "Kết thúc tạm dừng sớm" in log.text
    assert faults(log.text) == []
    assert "dự kiến đến" in client.get("/suspensions").text
