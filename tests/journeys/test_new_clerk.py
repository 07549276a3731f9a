"""A lead brings a colleague in, in a real browser: invitation, letter, limits, and a ready answer to use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app.models.choices import Role
from tests import factories
from tests.support.application import Browser
from tests.support.post import letters_to, link_in, work

pytestmark = pytest.mark.browser
UNIT = "ubnd-10001"
PASSWORD = "bốn từ dễ nhớ lắm"


@pytest.fixture
def lead(db_session: Session, client: Browser) -> Browser:
    client.sign_in(factories.staff(UNIT, Role.LEAD))
    return client


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "plain"])
def test_whoever_is_invited_with_limits_works_only_within_them_and_with_the_units_own_answer(
    app: Flask, lead: Browser, open_page: Callable[..., Page], outbox: Path, javascript: bool
) -> None:
    rubbish = factories.a_report()
    pothole = factories.a_report(category="pothole", answers={"road": "alley"})

    window = open_page(browser=lead, javascript=javascript)
    window.goto(f"/desk/team/{UNIT}/answers/new")
    window.get_by_label("Tên mẫu bằng tiếng Việt").fill("Sẽ thu gom")
    window.get_by_label("Nội dung bằng tiếng Việt").fill("Rác tại {ward} sẽ được thu gom.")
    window.get_by_role("button", name="Lưu").click()
    expect(window.get_by_text("Sẽ thu gom", exact=True)).to_be_visible()

    window.goto("/desk/team")
    window.get_by_role("link", name="Mời cán bộ").click()
    window.get_by_label("Thư điện tử").fill("moi@example.org")
    window.get_by_role("textbox", name="Họ tên").fill("Trần Thị Mới")
    window.get_by_label("Cán bộ xử lý").check()
    window.get_by_text("Chỉ các loại việc này").click()
    window.locator("[name=categories][value=rubbish]").check()
    window.get_by_role("button", name="Gửi thư mời").click()
    expect(window.get_by_text("Trần Thị Mới")).to_be_visible()

    work(app)
    newcomer = open_page(wide=True, javascript=javascript)
    newcomer.goto(link_in(letters_to("moi@example.org", outbox)[-1], "/invitation/"))
    newcomer.get_by_label("Chọn mật khẩu").fill(PASSWORD)
    newcomer.get_by_role("button", name="Bắt đầu").click()
    newcomer.goto("/desk?tab=open")
    expect(newcomer.locator(f"a[href='/desk/r/{rubbish.code}']")).to_be_visible()
    expect(newcomer.locator(f"a[href='/desk/r/{pothole.code}']")).to_have_count(0)

    newcomer.goto(f"/desk/r/{rubbish.code}?move=note")
    newcomer.get_by_label("Mẫu trả lời").select_option(label="Sẽ thu gom")
    if not javascript:
        newcomer.get_by_role("button", name="Chèn").click()
    expect(newcomer.locator("#words")).to_have_value("Rác tại Phường Một sẽ được thu gom.")
