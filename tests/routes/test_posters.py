"""Posters: scanned back from the printed sheet, and three taps from the scan to the filled form."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.domain import posters
from app.domain.city import store
from app.domain.errors import Invalid, NotFound
from app.domain.paper import as_pdf
from app.models.choices import Role
from tests import factories
from tests.support.application import Browser
from tests.support.html import parse

if TYPE_CHECKING:
    from playwright.sync_api import Page

HERE = "21.02, 105.76"
BENCH = "Ghế đá số 12, vườn hoa Lý Thái Tổ"
ASKED = {"name": BENCH, "place": HERE, "category": "rubbish"}


@pytest.fixture
def lead(sign_in: Callable[..., Browser], db_session: Session) -> Browser:
    return sign_in(factories.staff("ubnd-10001", Role.LEAD))


def sheets(page: str) -> dict[str, str]:
    """The files a page offers, by kind."""
    found = (link.get("href") or "" for link in parse(page).iter("a"))
    return {url.rpartition(".")[2]: url for url in found if "/desk/posters/" in url}


def scanned(image: Image.Image) -> str:
    """What a phone reads in the picture; empty for nothing."""
    text: str = cv2.QRCodeDetector().detectAndDecode(np.array(image.convert("L")))[0]
    return text


def printed(pdf: bytes, dots: float) -> tuple[Image.Image, tuple[float, float], str]:
    """The one page of a PDF as a picture, its size in millimetres, and its words."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    page = document[0]
    width, height = page.get_size()
    text, picture = page.get_textpage(), page.render(scale=dots / 72).to_pil()
    said = " ".join(text.get_text_range().split())
    for one in (text, page, document):
        one.close()
    return picture, (round(width / as_pdf.POINT, 1), round(height / as_pdf.POINT, 1)), said


@pytest.mark.parametrize(("kind", "size"), [("a4", (210.0, 297.0)), ("a6", (105.0, 148.0))])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_printed_sheet_is_scanned_back_and_says_its_place(
    lead: Browser, kind: str, size: tuple[float, float], prefix: str
) -> None:
    made = lead.get(f"{prefix}/desk/posters", query_string=ASKED)
    assert made.status_code == 200
    answer = lead.get(sheets(made.text)[kind])
    assert answer.mimetype == "application/pdf"
    picture, found, said = printed(answer.data, 150)
    assert found == size
    assert BENCH in said
    assert ("Something to mend here?" if prefix else "Thấy gì cần sửa ở đây?") in said
    url = scanned(picture)
    assert url.startswith(f"http://localhost{prefix}/p/")
    assert BENCH in lead.get(url).text


def test_every_special_place_of_the_city_has_a_sheet_whose_words_stay_on_it(lead: Browser) -> None:
    for site in store.current().sites.values():
        made = lead.get("/desk/posters", query_string={"site": site.code})
        picture, _size, said = printed(lead.get(sheets(made.text)["a4"]).data, 150)
        assert scanned(picture) == f"http://localhost/p/{site.code}"
        assert site.name.vi in said


@pytest.mark.browser
def test_the_picture_is_scanned_back_from_a_screen(lead: Browser, open_page: Callable[..., Page]) -> None:
    svg = lead.get(sheets(lead.get("/desk/posters", query_string=ASKED).text)["svg"])
    assert svg.mimetype == "image/svg+xml"
    assert b"<text" not in svg.data, "its letters are outlines: no printer needs our font"
    page = open_page(wide=True)
    page.set_content(svg.text)
    shot = Image.open(BytesIO(page.locator("svg").screenshot()))
    assert scanned(shot).startswith("http://localhost/p/")


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_three_taps_lead_from_the_scan_to_the_filled_form(
    lead: Browser, open_page: Callable[..., Page], scripts: bool
) -> None:
    made = lead.get("/en/desk/posters", query_string=ASKED)
    url = scanned(printed(lead.get(sheets(made.text)["a6"]).data, 200)[0])
    page = open_page(javascript=scripts)
    page.goto(url.removeprefix("http://localhost"))
    page.get_by_role("button", name="Report a problem here").click()
    page.get_by_role("button", name="Continue").click()
    assert BENCH in page.locator("[data-spot]").inner_text()
    page.get_by_role("button", name="Use this place").click()
    page.wait_for_url("**/report/what")
    assert page.locator("input[name=category]:checked").get_attribute("value") == "rubbish"


def test_a_report_from_a_poster_is_filed_there(client: Browser, db_session: Session) -> None:
    poster = posters.of_place(BENCH, HERE, "")
    assert client.post(f"/p/{poster.token}").location == "/report"
    place = client.get("/report/place").text
    assert BENCH in place
    assert "21.02" in place


def test_a_name_with_the_oddest_letters_makes_a_sheet(lead: Browser) -> None:
    for name in ("😀 <b>&\"' ỗự", "Hue\u0302\u0301", "ỗ" * posters.LONGEST_NAME, "\u202e\u200b."):
        made = lead.get("/desk/posters", query_string=ASKED | {"name": name})
        for kind in ("svg", "a4", "a6"):
            assert lead.get(sheets(made.text)[kind]).status_code == 200, name


@pytest.mark.parametrize(
    ("name", "place", "field"),
    [
        ("", HERE, "name"),
        ("x" * 61, HERE, "name"),
        (BENCH, "10, 100", "place"),
        (BENCH, "", "place"),
    ],
)
def test_what_cannot_be_found_again_is_refused_beside_its_field(
    db_session: Session, name: str, place: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        posters.of_place(name, place, "")
    assert refused.value.field == field


def test_nobody_makes_a_poster_but_us(client: Browser, db_session: Session) -> None:
    token = posters.of_place(BENCH, HERE, "rubbish").token
    written, _, mark = token.rpartition(".")
    # The first letter of the mark: of its last, two bits say nothing, so another letter there may be the same mark.
    forged = [f"{written}.{'A' if mark[0] != 'A' else 'B'}{mark[1:]}", "x." + token, written, "nowhere"]
    for one in forged:
        with pytest.raises(NotFound):
            posters.read(one, language="vi")
        assert client.get(f"/p/{one}").status_code == 404


def test_an_address_is_short_enough_to_be_scanned_from_a_small_sheet(db_session: Session) -> None:
    longest = posters.of_place("ỗ" * posters.LONGEST_NAME, HERE, "rubbish").token
    usual = posters.of_place(BENCH, HERE, "rubbish").token
    assert len(usual) < 150
    assert len(longest) < 330


def test_a_scan_writes_nothing_until_somebody_presses(client: Browser, db_session: Session) -> None:
    from app.models import Draft

    assert client.get("/p/den-co").status_code == 200
    assert db_session.query(Draft).count() == 0
    client.post("/p/den-co~rubbish")
    assert db_session.query(Draft).one().data["category"] == "rubbish"


@pytest.mark.parametrize("role", [Role.CLERK, Role.OBSERVER])
def test_only_those_who_answer_for_a_place_make_posters(
    sign_in: Callable[..., Browser], db_session: Session, role: Role
) -> None:
    browser = sign_in(factories.staff("ubnd-10001" if role is Role.CLERK else None, role))
    assert browser.get("/desk/posters").status_code == 403
    assert browser.get("/desk/posters/den-co.a4").status_code == 403
