import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.folding import fold, in_order, spell, words_of

VIETNAMESE = "aăâeêioôơuưyđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĐƯỜNG.,-_ \u0301\u200b"
texts = st.text() | st.text(alphabet=VIETNAMESE)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Nguyễn Trãi", "duong nguyen trai"),
        ("Hoà Bình", "hoa binh"),
        ("Hòa Bình", "hoa binh"),
        ("  Ổ GÀ!!!  (sâu 20cm) ", "o ga sau 20cm"),
        ("12/5, ngõ 34-A_b", "12 5 ngo 34 a b"),
        ("Straße İzmir", "strasse izmir"),
        ("phường\u200bkhông\u00adthấy", "phuongkhongthay"),
        ("", ""),
        ("…", ""),
    ],
)
def test_folding_keeps_letters_and_digits_only(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(texts)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(texts)
def test_folded_and_spelt_text_have_the_same_words(text: str) -> None:
    assert [fold(word) for word in spell(text).split()] == fold(text).split()


def test_spelling_knows_marks_but_not_where_the_tone_stands() -> None:
    assert spell("hoà") == spell("Hòa")
    assert spell("thuỷ") == spell("thủy")
    assert spell("cầu") != spell("câu")
    assert spell("đo") != spell("do")


def test_names_stand_in_the_order_of_a_vietnamese_dictionary() -> None:
    names = ["Cửa Nam", "Ba Đình", "Ba Vì", "Bạch Mai", "Đại Mỗ", "Dương Nội", "Đông Anh", "Ô Chợ Dừa", "Yên Hòa"]
    names.append("Ân Thi")
    assert sorted(names, key=in_order) == [
        *("Ân Thi", "Ba Đình", "Ba Vì", "Bạch Mai", "Cửa Nam"),
        *("Dương Nội", "Đại Mỗ", "Đông Anh", "Ô Chợ Dừa", "Yên Hòa"),
    ]


def test_a_tone_decides_the_order_only_where_all_else_is_equal() -> None:
    assert sorted(["Mã B", "Ma C", "Mạ A", "Ma A"], key=in_order) == ["Ma A", "Mạ A", "Mã B", "Ma C"]


def test_words_to_search_for_are_safe_each_once_and_few() -> None:
    assert words_of('Rác "thải" OR rac* NEAR(đường)') == ["rac", "thai", "or", "near", "duong"]
    assert words_of("'; DROP TABLE report; --") == ["drop", "table", "report"]
    assert len(words_of(" ".join(f"w{n}" for n in range(99)))) == 12
    assert words_of("a" * 99) == ["a" * 40]
    assert words_of(" ?! ") == []


@given(texts)
def test_words_to_search_for_hold_letters_and_digits_only(text: str) -> None:
    assert all(word.isalnum() for word in words_of(text))
