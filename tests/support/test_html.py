"""The judge of pages sees what it should."""

import pytest

from tests.support.html import faults

GOOD = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Hồi Âm</title></head>
<body><main><h1>Phản ánh</h1><form><label for="words">Nội dung</label><textarea id="words"></textarea>
<button>Gửi</button></form><a href="/">Trang đầu</a><img src="x.png" alt=""></main></body></html>"""


def test_a_good_page_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("</main>", "", "end-tag"),
        ("<h1>Phản ánh</h1>", "", "0 h1"),
        ("<h1>Phản ánh</h1>", "<h1>a</h1><h1>b</h1>", "2 h1"),
        ('<label for="words">Nội dung</label>', "", "has no label"),
        ("<main>", '<main id="words">', "stands 2 times"),
        ('for="words"', 'for="other"', "which is not there"),
        (">Gửi<", "><", "says nothing"),
        (' alt=""', "", "has no alt"),
        ("<main>", '<main style="color:red">', "carries style="),
        ("<main>", '<main onclick="x()">', "carries onclick="),
        ("<main>", "<main><script>x()</script>", "inline script"),
        ('lang="vi"', "", "neither vi nor en"),
        ("<title>Hồi Âm</title>", "<title> </title>", "no title"),
    ],
)
def test_a_fault_is_found(was: str, now: str, fault: str) -> None:
    found = faults(GOOD.replace(was, now, 1))
    assert any(fault in each for each in found), found
