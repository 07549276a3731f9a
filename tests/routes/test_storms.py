"""In a storm danger comes first on front page and form; at the desk one press serves many."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Report, now
from app.models.choices import Role, Status
from tests.factories import a_report, staff, unit_of
from tests.support.application import Browser, Clock, new_client
from tests.support.html import faults


def test_an_admin_turns_it_on_and_off_and_everybody_sees_whom_to_call(
    app: Flask, client: Browser, clock: Clock, db_session: Session
) -> None:
    admin = new_client(app)
    admin.sign_in(staff(None, Role.ADMIN))
    assert "tel:" not in client.get("/").text
    until = now() + timedelta(hours=7 + 12)  # the city's clock
    assert admin.post("/desk/declare/storm", data={"until": "2020-01-01T00:00"}).status_code == 422
    said = {"until": f"{until:%Y-%m-%dT%H:%M}", "wards": "10001"}
    assert admin.post("/desk/declare/storm", data=said).status_code == 303
    for path in ("/", "/report"):
        page = client.get(path)
        assert faults(page.text) == []
        assert 'href="tel:' in page.text
        assert "/report/what?category=" in page.text
        assert page.text.index("tel:") < page.text.index("/report/what?category=")
    desk = admin.get("/desk/declare/storm")
    assert faults(desk.text) == []
    code = desk.text.split("/desk/declare/storm/")[1].split("/")[0]
    assert admin.post(f"/desk/declare/storm/{code}/end").status_code == 303
    assert "tel:" not in client.get("/").text


def test_one_press_serves_many_says_what_came_of_each_and_is_taken_back(
    app: Flask, clock: Clock, db_session: Session
) -> None:
    reports = [a_report() for _n in range(3)]
    desk = new_client(app)
    desk.sign_in(staff(unit_of(reports[0])))
    queue = desk.get("/desk?tab=new")
    assert queue.text.count('name="codes"') == 3
    assert faults(queue.text) == []
    asked = "&".join(f"codes={one.code}" for one in reports)
    page = desk.get(f"/desk/many?move=receive&{asked}")
    assert faults(page.text) == []
    chosen = [f"{one.code}-{one.version}" for one in reports]
    chosen[2] = f"{reports[2].code}-99"
    done = desk.post("/desk/many", data={"move": "receive", "report": chosen})
    assert done.status_code == 200
    assert faults(done.text) == []

    def standing() -> list[Status]:
        db_session.expire_all()
        return list(db_session.scalars(select(Report.status).order_by(Report.id)))

    assert standing() == [Status.RECEIVED, Status.RECEIVED, Status.NEW]
    assert reports[2].code in done.text.split('id="done"')[0]
    batch = done.text.split('name="batch" value="')[1].split('"')[0]
    assert desk.post("/desk/many/undo", data={"batch": batch}).status_code == 200
    assert standing() == [Status.NEW] * 3
    for move in ("resolve", "transfer", "merge"):
        form = desk.get(f"/desk/many?move={move}&{asked}")
        assert faults(form.text) == []
        assert desk.post("/desk/many", data={"move": move, "report": chosen}).status_code in (200, 422)
    assert standing() == [Status.NEW] * 3
