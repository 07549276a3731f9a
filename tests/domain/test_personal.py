"""What betrays a person in Vietnamese and English words, and what only looks like it."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.masking import pieces
from app.domain.personal import Kind, found

BETRAYING = [
    ("Gọi cho tôi theo số 0912345678 nhé", "0912345678", Kind.PHONE),
    ("SĐT: 0912 345 678", "0912 345 678", Kind.PHONE),
    ("liên hệ 0912.345.678 gặp anh Nam", "0912.345.678", Kind.PHONE),
    ("máy bàn 024 3826 1234", "024 3826 1234", Kind.PHONE),
    ("(024) 38261234 là số tổ dân phố", "(024) 38261234", Kind.PHONE),
    ("Zalo +84 912 345 678", "+84 912 345 678", Kind.PHONE),
    ("số 84912345678 gọi mãi không nghe", "84912345678", Kind.PHONE),
    ("chủ quán dùng số 0987-654-321.", "0987-654-321", Kind.PHONE),
    ("gọi 02438261234,ai cũng biết", "02438261234", Kind.PHONE),
    ("Xe 29A1-123.45 đỗ chắn cổng", "29A1-123.45", Kind.PLATE),
    ("ô tô 30K-678.90 đậu cả ngày", "30K-678.90", Kind.PLATE),
    ("biển số 30H 12345 đổ trộm phế thải", "30H 12345", Kind.PLATE),
    ("xe máy 29-H1 234.56 lấn vỉa hè", "29-H1 234.56", Kind.PLATE),
    ("xe tải 29C12345 chở đất", "29C12345", Kind.PLATE),
    ("xe biển 88a 1234 đời cũ", "88a 1234", Kind.PLATE),
    ("Xe điện 29MĐ1-123.45 leo vỉa hè", "29MĐ1-123.45", Kind.PLATE),
    ("30E–456.78 đỗ sai", "30E–456.78", Kind.PLATE),
    ("viết cho nguyen.van.a@example.org", "nguyen.van.a@example.org", Kind.EMAIL),
    ("mail toi: lan_99@mail.example.vn nhé", "lan_99@mail.example.vn", Kind.EMAIL),
    ("lan[at]example.vn", "lan[at]example.vn", Kind.EMAIL),
    ("trang facebook.com/quan.an.ngon chụp rõ", "facebook.com/quan.an.ngon", Kind.LINK),
    ("https://zalo.me/0912345678", "https://zalo.me/0912345678", Kind.LINK),
    ("CCCD 001099012345 của chủ nhà", "001099012345", Kind.IDENTITY),
    ("căn cước 036 199 001 234", "036 199 001 234", Kind.IDENTITY),
    ("tài khoản 1903 4567 8901 2345", "1903 4567 8901 2345", Kind.ACCOUNT),
    ("mã khách hàng PD 123456789012", "123456789012", Kind.DIGITS),
    ("gọi không chín một hai, ba bốn năm, sáu bảy tám nhé", "không chín một hai, ba bốn năm, sáu bảy tám", Kind.PHONE),
    (
        "my number is oh nine one two three four five six seven eight",
        "oh nine one two three four five six seven eight",
        Kind.PHONE,
    ),
    ("lh o9l2 345 678", "o9l2 345 678", Kind.PHONE),
    ("thư lan.anh a còng gmail chấm com", "lan.anh a còng gmail chấm com", Kind.EMAIL),
    ("write to lan.anh at gmail dot com", "lan.anh at gmail dot com", Kind.EMAIL),
    ("xe 29-B1\n234.56 đỗ trên cầu", "29-B1\n234.56", Kind.PLATE),
    ("xe quân đội TM-27-64", "TM-27-64", Kind.PLATE),
    ("xe ngoại giao 80-123-NG-45", "80-123-NG-45", Kind.PLATE),
    ("CMND số 012 345 678", "012 345 678", Kind.IDENTITY),
    ("hộ chiếu B1234567 rơi ở đây", "B1234567", Kind.IDENTITY),
    ("chuyển vào 0011004123456 Vietcombank", "0011004123456", Kind.ACCOUNT),
    ("nhà ông Ba số 12 ngõ 5 đốt rác", "ông Ba số 12 ngõ 5", Kind.HOME),
    ("số nhà 12 ngõ 5 của ông Ba", "số nhà 12 ngõ 5 của ông Ba", Kind.HOME),
    ("nha ong ba so 12 ngo 5 dot rac", "nha ong ba so 12 ngo 5 dot rac", Kind.HOME),
    ("at Mr Long's house, 12 Alley 5", "Mr Long's house, 12 Alley 5", Kind.HOME),
]


@pytest.mark.parametrize(("text", "betrays", "kind"), BETRAYING)
def test_what_betrays_a_person_is_found(text: str, betrays: str, kind: Kind) -> None:
    (span,) = found(text)
    assert (text[span.start : span.end], span.kind) == (betrays, kind)


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
    "Đường Bà Triệu, số 12, mất điện",
    "pho ba trieu so 12 mat dien",
    "Bác Nam 35 tuổi ngã ở đây",
    "Tòa 29T1 Hoàng Đạo Thúy, năm 2024",
    "QL 21B km 1234",
    "Mã 482160357 vẫn chưa xong",
    "Sửa vào các năm 2019 2020 2021",
    "Xe buýt nhanh BRT01 và xe 09A",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_places_dates_sums_and_codes_stay(text: str) -> None:
    assert [text[span.start : span.end] for span in found(text)] == []


@given(st.text(alphabet="0123456789 .-@aAđ+(),\n", max_size=120))
def test_spans_never_overlap_and_pieces_are_the_whole(text: str) -> None:
    spans = found(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert "".join(part for part, _kind in pieces(text, spans)) == text


@pytest.mark.parametrize("word", ["a", "Aa ", "1", "0 ", "ông A ", "số 1 ", "ong a ", "không ", "29A ", "a@", "cccd "])
def test_long_words_are_read_in_a_moment(word: str) -> None:
    """4,000 characters are the most a report holds; whatever they are, reading them takes no time to speak of."""
    begun = time.perf_counter()
    found(word * (4000 // len(word)))
    assert time.perf_counter() - begun < 1
