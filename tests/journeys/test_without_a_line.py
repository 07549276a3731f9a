"""No network: the form fills all the same, what is finished waits on the phone, and becomes one report when the line is
back, whatever is closed, killed or pressed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.reports import secret_of
from app.extensions import db, unit_of_work
from app.models import Photo, Report, ReportContact
from app.models.choices import PlaceSource
from app.routes import offline
from tests import factories, photos
from tests.support.application import Browser
from tests.support.browser import Watched, axe_violations, cookies_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WORDS = "Rác chất đống trước cổng trường"
UNSENT = "[data-unsent]"


@pytest.fixture
def phone(db_session: Session, open_page: Callable[..., Page], watched: Watched) -> Page:
    """A phone that has been here once, so that the worker keeps the form."""
    watched.expect("ERR_", "Failed to fetch", "net::")
    page = open_page(worker=True)
    page.goto("/")
    wait_for_the_worker(page)
    return page


def wait_for_the_worker(page: Page) -> None:
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller")


def pictures(folder: Path, count: int = 2) -> list[Path]:
    paths = [folder / f"anh-{n}.jpg" for n in range(count)]
    for n, path in enumerate(paths):
        path.write_bytes(photos.jpeg(900 + n, 700))
    return paths


def fill(page: Page, *, words: str = WORDS, files: list[Path] | None = None) -> str:
    """Everything that a report needs; answers with the id under which this phone keeps it."""
    expect(page.locator("[data-outbox-form]")).to_be_visible()
    if files:
        page.locator("#photos").set_input_files(files)
        expect(page.locator(".shot")).to_have_count(len(files))
    page.locator("#ward").select_option("10001")
    page.locator("#wayfinding").fill("Đối diện cổng trường")
    page.locator("#words").fill(words)
    expect(page.locator("#category")).to_have_value("rubbish")
    page.locator("[name=danger][value=no]").check()
    page.locator("#email").fill("ten@example.org")
    expect(page.locator("[data-saved-at]")).not_to_be_empty()
    return page.evaluate("() => location.hash.slice(1)")


def finish(page: Page) -> None:
    page.locator(".go__on").click()
    page.wait_for_url("**/report/unsent#*")


def filed() -> list[Report]:
    db.session.expire_all()
    return list(db.session.scalars(select(Report)))


def photos_of(report: Report) -> int:
    return db.session.scalar(select(func.count()).select_from(Photo).where(Photo.report_id == report.id)) or 0


def write_and_kill(page: Page, files: list[Path]) -> Page:
    """Fill, finish, and close the tab with the line still down; another tab comes back later."""
    context = page.context
    context.set_offline(True)
    page.goto("/report")
    fill(page, files=files)
    finish(page)
    expect(page.locator(".kept-item[data-state=waiting]")).to_have_count(1)
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/report/unsent")
    expect(again.locator(".kept-item__state")).to_contain_text("CHƯA GỬI")
    return again


def test_written_without_a_line_it_is_one_report_with_its_photos_when_the_line_is_back(
    phone: Page, tmp_path: Path
) -> None:
    page = write_and_kill(phone, pictures(tmp_path))
    assert filed() == []
    expect(page.locator(UNSENT)).to_contain_text("CHƯA GỬI: 1")
    page.context.set_offline(False)
    expect(page.locator(".kept-item[data-state=sent]")).to_have_count(1)
    (report,) = filed()
    assert photos_of(report) == 2
    expect(page.locator(".kept-item__code strong")).to_have_text(
        f"{report.code[:3]}-{report.code[3:6]}-{report.code[6:]}"
    )
    expect(page.locator(UNSENT)).to_be_hidden()
    page.locator("[data-own]").click()
    expect(page.locator("main")).to_contain_text(WORDS)


def test_a_line_that_is_back_while_a_lost_try_still_runs_is_used(phone: Page) -> None:
    """In a browser that wakes no worker: nobody else would try again."""
    page, tries = phone, []
    page.add_init_script("delete ServiceWorkerRegistration.prototype.sync")

    def lose_the_first(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) > 1:
            return route.continue_()
        page.evaluate("() => { dispatchEvent(new Event('online')); }")
        page.wait_for_timeout(500)
        return route.abort("connectionreset")

    page.context.route("**/api/report/draft", lose_the_first)
    page.goto("/report/offline")
    fill(page)
    finish(page)
    expect(page.locator(".kept-item[data-state=sent]")).to_have_count(1)
    assert len(filed()) == 1


@pytest.mark.proof
@pytest.mark.parametrize("time", range(20))
def test_twenty_times_in_a_row(phone: Page, tmp_path: Path, time: int) -> None:
    """As above, with the line cut in the middle of the sending, each time at another moment."""
    page = write_and_kill(phone, pictures(tmp_path, 3))
    page.context.set_offline(False)
    page.wait_for_timeout(15 * time)
    page.context.set_offline(True)
    page.close(run_before_unload=False)
    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto("/report/unsent")
    expect(again.locator(".kept-item[data-state=sent]")).to_have_count(1)
    (report,) = filed()
    assert photos_of(report) == 3
    assert db.session.scalar(select(func.count()).select_from(Photo)) == 3


def test_every_answer_of_the_server_may_be_lost_once(phone: Page, tmp_path: Path) -> None:
    """What arrived is not sent again, and nothing becomes a second report."""
    page = write_and_kill(phone, pictures(tmp_path))
    arrived: list[str] = []

    def lose_it_once(route: Route) -> None:
        path = route.request.url.split("/api/report")[1]
        if path in arrived:
            return route.continue_()
        arrived.append(path)
        route.fetch()
        return route.abort("connectionreset")

    page.context.route("**/api/report**", lose_it_once)
    page.context.set_offline(False)
    for _press in range(5):
        page.wait_for_function("() => !document.querySelector('[data-send][aria-disabled]')")
        if page.locator(".kept-item[data-state=sent]").count():
            break
        page.locator("[data-send]").click()
    expect(page.locator(".kept-item[data-state=sent]")).to_have_count(1)
    (report,) = filed()
    assert (photos_of(report), db.session.scalar(select(func.count()).select_from(Photo))) == (2, 2)
    assert len(arrived) == 4


def test_what_the_server_refuses_is_shown_opened_and_mended(phone: Page, watched: Watched) -> None:
    watched.expect("422")
    page = phone
    page.goto("/report/offline")
    fill(page)
    page.locator("#email").fill("nobody")
    page.locator(".go__on").click()
    item = page.locator(".kept-item[data-state=refused]")
    expect(item).to_contain_text("địa chỉ thư điện tử")
    assert filed() == []
    assert axe_violations(page) == []
    item.locator("[data-open]").click()
    expect(page.locator("[data-refused]")).to_be_visible()
    assert axe_violations(page) == []
    expect(page.locator("#words")).to_have_value(WORDS)
    page.locator("#email").fill("ten@example.org")
    page.locator(".go__on").click()
    expect(page.locator(".kept-item[data-state=sent]")).to_have_count(1)
    assert len(filed()) == 1
    assert list(db.session.scalars(select(ReportContact.email))) == ["ten@example.org"]


def test_the_place_of_the_phone_goes_along_and_another_ward_leaves_it_out(
    open_page: Callable[..., Page], db_session: Session, watched: Watched
) -> None:
    watched.expect("ERR_", "net::")
    lat, lng = factories.HERE
    page = open_page(worker=True, latitude=lat, longitude=lng)
    page.goto("/")
    wait_for_the_worker(page)
    page.context.set_offline(True)
    for is_elsewhere in (False, True):
        page.goto("/report")
        fill(page)
        page.locator("[data-me]").click()
        expect(page.locator("[data-spot]")).to_contain_text("12 m")
        expect(page.locator("#ward")).to_have_value("10001")
        if is_elsewhere:
            far = page.evaluate(FARTHEST, [lat, lng])
            page.locator("#ward").select_option(far)
            expect(page.locator("[data-spot]")).to_contain_text("không gửi kèm")
        finish(page)
    page.context.set_offline(False)
    expect(page.locator(".kept-item[data-state=sent]")).to_have_count(2)
    here, elsewhere = sorted(filed(), key=lambda report: report.place_source is PlaceSource.WARD)
    assert (here.place_source, here.accuracy_m) == (PlaceSource.DEVICE, 12)
    assert (here.lat, here.lng) == (pytest.approx(lat), pytest.approx(lng))
    assert (elsewhere.place_source, elsewhere.accuracy_m) == (PlaceSource.WARD, None)


FARTHEST = """([lat, lng]) => {
  const away = ({ dataset }) => Math.hypot(dataset.lat - lat, dataset.lng - lng);
  const wards = [...document.querySelectorAll("#ward option[data-lat]")];
  return wards.sort((one, other) => away(other) - away(one))[0].value;
}"""


def test_two_tabs_with_one_draft_overwrite_nothing(phone: Page) -> None:
    one = phone
    one.goto("/report/offline")
    draft = fill(one)
    other = one.context.new_page()
    other.goto(f"/report/offline#{draft}")
    expect(other.locator("#words")).to_have_value(WORDS)
    other.locator("#words").fill(f"{WORDS}, mùi nặng")
    expect(one.locator("[data-changed]")).to_be_visible()
    one.locator("#wayfinding").fill("Sau chợ")  # is written nowhere before somebody chooses
    one.locator("[data-fork]").click()
    expect(one.locator("[data-changed]")).to_be_hidden()
    one.goto("/report/unsent")
    expect(one.locator(".kept-item[data-state=draft]")).to_have_count(2)
    kept = one.evaluate(KEPT)
    assert sorted((said["words"], said["wayfinding"]) for said in kept) == [
        (WORDS, "Sau chợ"),
        (f"{WORDS}, mùi nặng", "Đối diện cổng trường"),
    ]


KEPT = """async () => {
  const store = await import("/static/js/outbox-store.js");
  return (await store.all()).map(({ said }) => said.fields);
}"""


def test_a_new_version_asks_first_and_loses_no_draft(phone: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page = phone
    page.goto("/report/offline")
    fill(page)
    monkeypatch.setattr(offline, "_sources", lambda: "of another version")
    page.evaluate("() => navigator.serviceWorker.getRegistration().then((kept) => kept.update())")
    news = page.locator("[data-news]")
    expect(news).to_contain_text("Có bản mới")
    page.locator("#words").fill(f"{WORDS}, hai tuần rồi")
    with page.expect_event("framenavigated"):
        news.locator("button").click()  # at once, before the pause after typing is over
    expect(page.locator("#words")).to_have_value(f"{WORDS}, hai tuần rồi")
    expect(page.locator("[data-news]")).to_be_hidden()
    caches = page.evaluate("() => caches.keys()")
    assert len([name for name in caches if name.startswith("hoiam-shell-")]) == 1


def test_photos_shared_by_another_app_become_a_draft(phone: Page, tmp_path: Path) -> None:
    page = phone
    page.goto("/report/unsent")
    page.context.set_offline(True)
    page.evaluate(SHARE, ["/report/shared"])
    page.locator("[data-share]").set_input_files(pictures(tmp_path))
    page.locator("[data-share-go]").click()
    page.wait_for_url("**/report/offline#*")
    expect(page.locator(".shot")).to_have_count(2)
    expect(page.locator("#words")).to_have_value("Ổ gà")


def test_a_phone_that_keeps_nothing_says_so(open_page: Callable[..., Page], db_session: Session) -> None:
    page = open_page()
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }")
    page.goto("/report/offline")
    page.locator("#words").fill(WORDS)
    expect(page.locator("[data-saved-at]")).to_contain_text("biểu mẫu bốn bước")
    page.locator(".go__on").click()
    expect(page.locator("[data-saved-at]")).to_be_in_viewport()
    expect(page.locator("#words")).to_have_value(WORDS)


# What a phone's own menu sends, as a form that sends the same.
SHARE = """([action]) => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action, enctype: "multipart/form-data" });
  const photos = Object.assign(document.createElement("input"), { type: "file", name: "photos", multiple: true });
  photos.dataset.share = "";
  const text = Object.assign(document.createElement("input"), { name: "text", value: "Ổ gà" });
  const go = Object.assign(document.createElement("button"), { textContent: "share" });
  go.dataset.shareGo = "";
  form.append(photos, text, go);
  document.querySelector("main").prepend(form);
}"""


def test_without_the_line_a_page_says_what_works(phone: Page) -> None:
    page = phone
    page.context.set_offline(True)
    page.goto("/reports")
    expect(page.locator("h1")).to_contain_text("không có mạng")
    page.locator("main a[href$='/report/offline']").click()
    expect(page.locator("[data-outbox-form]")).to_be_visible()
    page.goto("/en/report/place")
    expect(page.locator("h1")).to_have_text("Report a problem")


def test_own_reports_are_shown_as_last_seen_and_staff_pages_never(
    phone: Page, db_session: Session, sign_in: Callable[..., Browser]
) -> None:
    page = phone
    report = factories.a_report()
    with unit_of_work():
        own = f"/r/{report.code}/mine/{secret_of(report)}"
    page.goto(own)  # this answer brings a cookie; the worker keeps the next one
    page.wait_for_function(IS_KEPT, arg=own)
    clerk = sign_in(factories.staff("ubnd-10001"))
    page.context.add_cookies(cookies_of(clerk, page.url))
    page.goto("/desk")
    page.goto("/account")
    page.context.set_offline(True)
    page.goto(own)
    expect(page.locator("[data-away]")).to_contain_text("lần xem gần nhất")
    kept = page.evaluate(ADDRESSES)
    assert [path for path in kept if "/mine/" in path] == [own]
    assert [path for path in kept if path.startswith(("/desk", "/account", "/admin", "/api"))] == []


IS_KEPT = "async (path) => Boolean(await caches.match(path, { cacheName: 'hoiam-own' }))"
ADDRESSES = """async () => {
  const names = await caches.keys();
  const found = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
  return found.flat().map(({ url }) => new URL(url).pathname);
}"""
