"""What betrays a person in Vietnamese words, and what only looks like it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import masking
from app.domain.masking import Found, find, masked

BETRAYING = [
    ("Gọi cho tôi theo số 0912345678 nhé", "0912345678", Found.PHONE),
    ("SĐT: 0912 345 678", "0912 345 678", Found.PHONE),
    ("liên hệ 0912.345.678 gặp anh Nam", "0912.345.678", Found.PHONE),
    ("máy bàn 024 3826 1234", "024 3826 1234", Found.PHONE),
    ("(024) 38261234 là số tổ dân phố", "(024) 38261234", Found.PHONE),
    ("Zalo +84 912 345 678", "+84 912 345 678", Found.PHONE),
    ("số 84912345678 gọi mãi không nghe", "84912345678", Found.PHONE),
    ("chủ quán dùng số 0987-654-321.", "0987-654-321", Found.PHONE),
    ("gọi 02438261234,ai cũng biết", "02438261234", Found.PHONE),
    ("Xe 29A1-123.45 đỗ chắn cổng", "29A1-123.45", Found.PLATE),
    ("ô tô 30K-678.90 đậu cả ngày", "30K-678.90", Found.PLATE),
    ("biển số 30H 12345 đổ trộm phế thải", "30H 12345", Found.PLATE),
    ("xe máy 29-H1 234.56 lấn vỉa hè", "29-H1 234.56", Found.PLATE),
    ("xe tải 29C12345 chở đất", "29C12345", Found.PLATE),
    ("xe biển 88a 1234 đời cũ", "88a 1234", Found.PLATE),
    ("Xe điện 29MĐ1-123.45 leo vỉa hè", "29MĐ1-123.45", Found.PLATE),
    ("30E–456.78 đỗ sai", "30E–456.78", Found.PLATE),
    ("viết cho nguyen.van.a@example.org", "nguyen.van.a@example.org", Found.EMAIL),
    ("mail toi: lan_99@mail.example.vn nhé", "lan_99@mail.example.vn", Found.EMAIL),
    ("lan[at]example.vn", "lan[at]example.vn", Found.EMAIL),
    ("trang facebook.com/quan.an.ngon chụp rõ", "facebook.com/quan.an.ngon", Found.LINK),
    ("https://zalo.me/0912345678", "https://zalo.me/0912345678", Found.LINK),
    ("CCCD 001099012345 của chủ nhà", "001099012345", Found.DIGITS),
    ("căn cước 036 199 001 234", "036 199 001 234", Found.DIGITS),
    ("tài khoản 1903 4567 8901 2345", "1903 4567 8901 2345", Found.DIGITS),
    ("mã khách hàng PD 123456789012", "123456789012", Found.DIGITS),
]


@pytest.mark.parametrize(("text", "betrays", "kind"), BETRAYING)
def test_what_betrays_a_person_is_found(text: str, betrays: str, kind: Found) -> None:
    (span,) = find(text)
    assert (text[span.start : span.end], span.kind) == (betrays, kind)
    assert betrays not in masked(text)


HARMLESS = [
    "Ổ gà trước số nhà 24 Hàng Bài, rộng chừng 1,5 m",
    "Đèn đường tắt từ ngày 25/11/2025 đến nay",
    "Hôm 2025-11-25 lúc 22:14 có người ngã",
    "Ngập 40 cm từ 17h30 đến 21h00 ngày 12.9.2025",
    "Bị phạt 1.500.000.000 đồng mà vẫn làm",
    "thu 100.000đ một tháng, cả năm 1.200.000 đ",
    "Phản ánh trước 482-160-358 chưa xử lý",
    "Gọi tổng đài 1900 1234 không ai nghe",
    "Cột điện số 12/A3, ngõ 158/42/7",
    "Tọa độ 21.02851, 105.85421",
    "Tuyến buýt 09A, 32 và 01 đều bỏ bến",
    "Gọi 113, 114, 115 đều được",
    "Chung cư CT2A tầng 15 phòng 1508",
    "quốc lộ 1A đoạn km 12+300",
    "Nghị định 45/2020/NĐ-CP",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_places_dates_sums_and_codes_stay(text: str) -> None:
    assert [text[span.start : span.end] for span in find(text)] == []
    assert masked(text) == text


def test_several_are_masked_and_the_rest_stays() -> None:
    text = "Xe 29A1-123.45, chủ là 0912345678, nhà số 7."
    assert masked(text) == "Xe ■■■, chủ là ■■■, nhà số 7."


@given(st.text(alphabet="0123456789 .-@aAđ+(),\n", max_size=120))
def test_spans_never_overlap_and_pieces_are_the_whole(text: str) -> None:
    spans = find(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert "".join(part for part, _kind in masking.pieces(text)) == text


def test_a_long_word_is_walked_once() -> None:
    assert masking.find("a" * 100_000) == []
