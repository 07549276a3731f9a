"""Whatever a machine sends to the JSON endpoint, it is answered by field and never with an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.domain.city import store
from tests.routes.test_report_api import OURS, body
from tests.support.application import Browser


@pytest.mark.parametrize(
    "changes",
    [
        {"consents": 5},
        {"consents": {"publication": 1}},
        {"accuracy_m": float("inf")},
        {"accuracy_m": float("nan")},
        {"accuracy_m": 10**400},
        {"lat": float("nan")},
        {"words": "Rác\x00đầy"},
        {"wayfinding": "ngõ\x00"},
        {"nearest_address": "\x00"},
        {"client_id": "0123\x00456789abcdef"},
        {"words": "Rác \ud800 đầy"},
        {"contact": {"email": "ten@example.org", "name": "\x00"}},
        {"contact": {"email": ["ten@example.org"]}},
        {"category": "pothole", "answers": {"road": "\x00"}},
        {"category": "street-light", "answers": {"pole": "\x00\ud800"}},
        {"observed_at": "0001-01-01T00:00:00+14:00"},
        {"observed_at": 10**400},
        {"client_id": "c" * 65},
        {"ward": "\x00"},
    ],
)
def test_nonsense_is_no_error_of_ours(client: Browser, db_session: Session, changes: dict[str, Any]) -> None:
    said = client.post("/api/report", data=json.dumps(body(**changes)), headers=OURS, content_type="application/json")
    assert said.status_code in (201, 422), said.text


def test_an_endless_accuracy_is_as_good_as_none(client: Browser, db_session: Session) -> None:
    ward = next(iter(store.current().wards.values()))
    place = {"lat": ward.lat, "lng": ward.lng, "source": "device", "accuracy": "inf"}
    assert client.post("/report/place", data=place).status_code == 303
