"""The JSON endpoint: one report per client id, errors by field, only from our own pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.city import store
from app.models import Report
from tests.support.application import Browser

OURS = {"Origin": "http://localhost"}


def body(**changes: Any) -> dict[str, Any]:
    ward = next(iter(store.current().wards.values()))
    plain = {
        "client_id": "0123456789abcdef",
        "category": "rubbish",
        "lat": ward.lat,
        "lng": ward.lng,
        "words": "Rác đầy ngõ",
        "contact": {"email": "ten@example.org"},
    }
    return plain | changes


def test_the_same_client_id_is_the_same_report(client: Browser, db_session: Session) -> None:
    first = client.post("/api/report", json=body(), headers=OURS)
    second = client.post("/api/report", json=body(words="Gửi lại"), headers=OURS)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert db_session.scalar(select(func.count()).select_from(Report)) == 1


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_other_sites_may_not_send(client: Browser, db_session: Session, origin: dict[str, str]) -> None:
    assert client.post("/api/report", json=body(), headers=origin).status_code in (400, 403)
    assert db_session.scalar(select(func.count()).select_from(Report)) == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "nonsense"}, "category"),
        ({"lat": 200}, "lat"),
        ({"lat": "21"}, "lat"),
        ({"lat": 10.7, "lng": 106.7}, "place"),
        ({"words": ""}, "words"),
        ({"words": 5}, "words"),
        ({"contact": {"email": "nobody"}}, "email"),
        ({"contact": {"phone": "1"}}, "phone"),
        ({"contact": None, "category": "staff-conduct"}, "email"),
        ({"category": "pothole"}, "answer_road"),
        ({"observed_at": "yesterday"}, "observed_at"),
        ({"observed_at": "2031-01-01T00:00:00+07:00"}, "observed_at"),
    ],
)
def test_errors_name_their_field(client: Browser, db_session: Session, changes: dict[str, Any], field: str) -> None:
    answer = client.post("/api/report", json=body(**changes), headers=OURS)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]


def test_what_is_no_object_is_refused(client: Browser, app: Flask) -> None:
    assert client.post("/api/report", json=[1], headers=OURS).status_code == 422
    assert client.post("/api/report", data=b"{", headers=OURS).status_code == 422


def test_filing_asks_little_of_the_database(client: Browser, db_session: Session, count_queries: Any) -> None:
    client.post("/api/report", json=body(client_id="the first knows the city"), headers=OURS)
    asked = body()
    with count_queries() as counted:
        assert client.post("/api/report", json=asked, headers=OURS).status_code == 201
    waits = db_session.get_bind().dialect.name == "postgresql"  # for whoever sends the same at the same moment
    assert counted.count <= 15 + waits, str(counted)
