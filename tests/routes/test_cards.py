"""The picture of a shared report: named by its page, kept by caches, never of what is not public."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.domain import exposure, workflow
from app.domain.permissions import ANONYMOUS
from app.extensions import unit_of_work
from app.models import Report
from app.web import sharing
from tests import factories
from tests.support.application import Browser, Clock
from tests.support.html import parse


@pytest.fixture
def report(db_session: Session, clock: Clock) -> Report:
    return factories.a_report(nearest_address="Số 7 ngõ Huế")


def said(client: Browser, url: str) -> dict[str, str]:
    """What the page tells those who show its address."""
    metas = parse(client.get(url).text).iter("meta")
    named = ((one.get("property") or one.get("name") or "", one.get("content") or "") for one in metas)
    return {name: content for name, content in named if name.startswith(("og:", "twitter:"))}


@pytest.mark.parametrize(("prefix", "title"), [("", "Rác tồn đọng"), ("/en", "Uncollected rubbish")])
def test_a_page_names_its_picture_in_its_own_language(client: Browser, report: Report, prefix: str, title: str) -> None:
    told = said(client, f"{prefix}/r/{report.code}")
    assert told["og:title"].startswith(title)
    assert told["og:url"] == f"http://localhost{prefix}/r/{report.code}"
    assert told["og:image"] == told["twitter:image"]
    assert told["og:image"].startswith(f"http://localhost{prefix}/cards/{report.code}-")
    answer = client.get(told["og:image"])
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    size = Image.open(BytesIO(answer.data)).size
    assert size == (int(told["og:image:width"]), int(told["og:image:height"])) == (1200, 630)


def test_yesterdays_address_leads_to_todays_picture(client: Browser, report: Report, clock: Clock) -> None:
    first = said(client, f"/r/{report.code}")["og:image"]
    clock.forward(days=1)
    second = said(client, f"/r/{report.code}")["og:image"]
    assert first != second
    assert client.get(first).location == second.removeprefix("http://localhost")
    guessed = client.get(f"/cards/{report.code}-{'0' * 16}.png")
    assert guessed.status_code == 302
    assert "immutable" not in guessed.headers.get("Cache-Control", "")


def test_the_same_picture_is_drawn_once(client: Browser, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    sharing.drawn.cache_clear()
    times, draw = [], sharing.drawing.png
    monkeypatch.setattr(sharing.drawing, "png", lambda *given: times.append(1) or draw(*given))
    url = said(client, f"/r/{report.code}")["og:image"]
    bodies = {client.get(url).data for _ in range(3)}
    assert (len(bodies), len(times)) == (1, 1)


@pytest.mark.parametrize("how", ["withdrawn", "hidden"])
def test_what_is_withdrawn_or_hidden_has_no_picture(client: Browser, report: Report, how: str) -> None:
    url = said(client, f"/r/{report.code}")["og:image"]
    assert client.get(url).status_code == 200
    with unit_of_work():
        if how == "withdrawn":
            workflow.take(report.code, "withdraw", by=factories.its_reporter(report))
        else:
            exposure.flag(report.code, exposure.Shows.PLACE, "", by=ANONYMOUS)
    assert client.get(url).status_code == 410
    assert client.get(f"/cards/000000000-{'0' * 16}.png").status_code == 404


def test_nothing_of_a_sensitive_report_is_drawn(client: Browser, db_session: Session) -> None:
    hidden = factories.a_report(category="staff-conduct")
    assert client.get(f"/cards/{hidden.code}-{'0' * 16}.png").status_code == 404
