"""A notification arrives: the worker shows it, opens its page, and ends such notifications by one press."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.push import FakePush
from app.domain import devices, workflow
from app.domain.notifications import announce
from app.domain.permissions import link_to
from app.domain.reports import secret_of
from app.extensions import db, unit_of_work
from app.jobs.letters import Notification, compose
from app.models import Delivery
from app.models.choices import DeliveryChannel
from tests import factories
from tests.jobs.test_push import box
from tests.journeys.test_without_a_line import wait_for_the_worker
from tests.support.browser import Watched

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def said(app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the worker of the city sends when a unit has received the report of somebody without an address."""
    monkeypatch.setitem(app.extensions, "push", FakePush())
    report = factories.a_report()
    with unit_of_work():
        devices.keep_for_report(report.code, box(), by=link_to(report))
    clerk = factories.in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, "receive", by=clerk)
    announce()
    owed = select(Delivery.id).where(Delivery.channel == DeliveryChannel.PUSH, Delivery.kind == "received")
    notification = compose(db.session.scalars(owed).one())
    assert isinstance(notification, Notification)
    return notification.said | {"url": f"/r/{report.code}/mine/{secret_of(report)}", "stop": "/stop-of-the-test"}


def test_a_notification_is_shown_by_the_worker_and_a_repeat_takes_its_place(
    open_page: Callable[..., Page], said: dict[str, Any], watched: Watched
) -> None:
    page = open_page(worker=True)
    page.context.grant_permissions(["notifications"])
    page.goto("/")
    wait_for_the_worker(page)
    deliver(page, said)
    deliver(page, said)
    shown = notifications(page)
    assert [(one["title"], one["lang"]) for one in shown] == [(said["title"], "vi")]
    assert said["body"] == shown[0]["body"]
    assert "Rác" not in shown[0]["body"]


def test_the_offer_shows_itself_where_the_browser_can_and_says_what_it_does(
    open_page: Callable[..., Page], said: dict[str, Any], watched: Watched
) -> None:
    page = open_page(worker=True)
    page.goto("/")
    wait_for_the_worker(page)
    page.goto(said["url"])
    offer = page.locator("[data-push]")
    expect(offer).to_be_visible()
    expect(offer.locator("button")).to_have_text("Bật thông báo")


def notifications(page: Page) -> list[dict[str, Any]]:
    ask = """() => navigator.serviceWorker.ready.then((registration) => registration.getNotifications())
        .then((all) => all.map(({ title, body, lang, data }) => ({ title, body, lang, data })))"""
    found: list[dict[str, Any]] = page.evaluate(ask)
    return found


def deliver(page: Page, said: dict[str, Any]) -> None:
    """As the push service of the browser would."""
    session = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    origin = page.evaluate("location.origin")
    mine = next(one for one in registrations if one["scopeURL"].startswith(origin) and not one["isDeleted"])
    message = {"origin": origin, "registrationId": mine["registrationId"], "data": json.dumps(said)}
    session.send("ServiceWorker.deliverPushMessage", message)
    page.wait_for_function(
        "() => navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((n) => n.length)"
    )
    session.detach()
