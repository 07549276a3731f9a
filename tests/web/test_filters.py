"""How moments and names are said."""

from __future__ import annotations

from app.web import filters


def test_former_wards_stand_by_their_district_and_no_kind_is_said_twice() -> None:
    old = [
        "Phường Hàng Bạc, quận Hoàn Kiếm",
        "Phường Điện Biên, quận Ba Đình",
        "Phường Hàng Bồ, quận Hoàn Kiếm",
        "Thị trấn Yên Viên, huyện Gia Lâm",
        "Xã Dương Xá, huyện Gia Lâm",
    ]
    assert filters.former(old) == [
        "Phường Hàng Bạc, Hàng Bồ (quận Hoàn Kiếm)",
        "Phường Điện Biên (quận Ba Đình)",
        "Thị trấn Yên Viên (huyện Gia Lâm)",
        "Xã Dương Xá (huyện Gia Lâm)",
    ]


def test_a_former_name_that_says_no_kind_is_kept_as_it_is() -> None:
    assert filters.former(["Kẻ Chợ", "Kẻ Mơ, tổng Hoàng Mai"]) == ["Kẻ Chợ", "Kẻ Mơ (tổng Hoàng Mai)"]
