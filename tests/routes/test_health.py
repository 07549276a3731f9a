"""Whoever runs the city sees how it stands and what it measures; nobody else reads it, and no log names a person."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app import create_app, logs
from app.config import ROOT, Config
from app.domain import gauges
from app.extensions import db, unit_of_work
from app.models import Delivery, Person, now
from app.models.choices import DeliveryState
from tests.factories import a_report
from tests.support.application import Clock, Counted, close

NAME = re.compile(r"hoiam_\w+")


def read(client: FlaskClient, **headers: str) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_an_answer_is_counted_under_the_template_of_its_route(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        code = a_report().code
    before = read(client).get(("hoiam_requests_total", "/r/<code>", "200", "GET"), 0)
    client.get(f"/r/{code}")
    client.get(f"/en/r/{code}")
    found = read(client)
    assert found["hoiam_requests_total", "/r/<code>", "200", "GET"] == before + 2
    assert found["hoiam_request_queries_sum", "/r/<code>"] > 0
    assert not any(code in part for key in found for part in key)


def test_the_gauges_say_what_waits_and_since_when(app: Flask, clock: Clock) -> None:
    with app.app_context():
        report = a_report()
        with unit_of_work() as session:
            person = Person(name="Ai đó", email="ai@example.org", created_at=now())
            session.add(person)
            session.flush()
            for state in (DeliveryState.WAITING, DeliveryState.FAILED):
                session.add(Delivery(person_id=person.id, kind="received", not_before=now(), state=state))
        clock.forward(days=40)
        found = {one.name: one.value for one in gauges.gauges()}
        day = 86_400.0
        assert found["reports_open"] == found["reports_overdue"] == 1
        assert found["events_unannounced"] >= 1
        assert found["oldest_unannounced_seconds"] == found["oldest_undelivered_seconds"] == 40 * day
        assert (found["deliveries_due"], found["deliveries_failed"], found["photos_waiting"]) == (1, 1, 0)
        assert found["worker_silence_seconds"] == gauges.NEVER
        assert report.is_open


def test_a_look_at_the_gauges_takes_eight_statements(
    app: Flask, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    with app.app_context(), count_queries() as counted:
        gauges.gauges()
    assert counted.count == 8, str(counted)


def test_only_this_machine_or_the_token_reads_the_metrics(app: Flask, client: FlaskClient, config: Config) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    other = create_app(replace(config, metrics_token="mot-ma-rieng"))
    try:
        asks = other.test_client()
        assert asks.get("/metrics").status_code == 404
        assert asks.get("/metrics", headers={"Authorization": "Bearer khac"}).status_code == 404
        far = {"REMOTE_ADDR": "192.0.2.7"}
        known = asks.get("/metrics", headers={"Authorization": "Bearer mot-ma-rieng"}, environ_base=far)
        assert known.status_code == 200
    finally:
        with other.app_context():
            close(other)


def test_the_dashboard_asks_for_nothing_that_is_not_measured(client: FlaskClient) -> None:
    client.get("/healthz")
    measured = {key[0] for key in read(client)}
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    asked = {name for panel in board["panels"] for one in panel["targets"] for name in NAME.findall(one["expr"])}
    assert len(asked) > 10
    assert asked <= measured


def test_a_slow_statement_is_told_without_its_values(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    slow = create_app(replace(config, slow_query_ms=1))
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT max(i) FROM n"
    with slow.app_context(), caplog.at_level(logging.WARNING, "app.statements"):
        db.session.execute(text(f"{numbers} WHERE :secret <> ''"), {"secret": "0912345678"})
        close(slow)
    assert "slow statement: WITH RECURSIVE" in caplog.text
    assert "0912345678" not in caplog.text
    assert caplog.records[-1].ms >= 1  # type: ignore[attr-defined]  # given as extra=


def test_each_answer_is_a_line_with_its_request_and_report(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    told = create_app(replace(config, access_log=True))
    try:
        with told.app_context():
            code = a_report().code
        with caplog.at_level(logging.INFO, "app.access"):
            answer = told.test_client().get(f"/r/{code}?words=Nguyễn+Văn+A")
        record = next(one for one in caplog.records if one.name == "app.access")
        line = json.loads(logs.Object().format(record))
        assert line["message"] == "GET /r/<code> 200"
        assert line["report"] == code
        assert line["request"] == answer.headers["X-Request-ID"]
        assert line["queries"] > 0
        assert "Nguy" not in json.dumps(line, ensure_ascii=False)
    finally:
        with told.app_context():
            close(told)
