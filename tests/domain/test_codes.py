from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import codes

KEY = b"a key of the tests, not of a city"
PRINTED_ON_RECEIPTS = ["524025151", "362399594", "346295001", "958983034"]
ids = st.integers(0, codes.ID_LIMIT - 1)


@given(ids)
def test_a_code_leads_back_to_its_id(id: int) -> None:
    assert codes.id_of(codes.code_of(id, KEY), KEY) == id


@given(ids, ids)
def test_two_ids_never_share_a_code(one: int, other: int) -> None:
    assert (codes.code_of(one, KEY) == codes.code_of(other, KEY)) == (one == other)


@given(ids)
def test_a_code_is_nine_digits_and_can_be_read_back_as_shown(id: int) -> None:
    code = codes.code_of(id, KEY)
    assert len(code) == 9
    assert codes.parse(codes.shown(code)) == code


@given(st.integers(0, 10**8 - 1), st.binary(min_size=1, max_size=64))
def test_every_code_belongs_to_an_id_whatever_the_key(number: int, key: bytes) -> None:
    digits = f"{number:08d}"
    code = next(f"{digits}{last}" for last in range(10) if _is_code(f"{digits}{last}"))
    assert codes.code_of(codes.id_of(code, key), key) == code


@given(ids, st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(id: int, at: int, more: int) -> None:
    code = codes.code_of(id, KEY)
    wrong = str((int(code[at]) + more) % 10)
    assert not _is_code(code[:at] + wrong + code[at + 1 :])


@given(ids, st.integers(0, 7))
def test_every_swap_of_two_neighbours_is_caught(id: int, at: int) -> None:
    code = codes.code_of(id, KEY)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert _is_code(swapped) == (swapped == code)


def test_neighbouring_ids_get_codes_in_no_visible_order() -> None:
    numbers = [int(codes.code_of(id, KEY)) for id in range(1, 1001)]
    rises = sum(later > earlier for earlier, later in pairwise(numbers))
    assert 400 < rises < 600
    assert len({number // 10**7 for number in numbers}) == 100


def test_another_key_gives_other_codes() -> None:
    assert codes.code_of(1, KEY) != codes.code_of(1, b"another key")


def test_codes_stay_what_they_were_when_the_program_changes() -> None:
    assert [codes.code_of(id, KEY) for id in (0, 1, 2, 99_999_999)] == PRINTED_ON_RECEIPTS


@pytest.mark.parametrize(
    "typed",
    [
        "482160358",
        "482-160-358",
        "482 160 358",
        " #482.160.358 ",
        "482–160–358",
        "482\u00a0160\u00a0358",
        "# 482160358",
    ],
)
def test_a_code_is_read_however_people_write_it(typed: str) -> None:
    assert codes.parse(typed) == "482160358"


@pytest.mark.parametrize("typed", ["", "48216035", "4821603580", "48216035x", "٤٨٢١٦٠٣٥٨", "482/160/358", "-"])
def test_what_is_not_nine_digits_is_no_code(typed: str) -> None:
    with pytest.raises(codes.InvalidCode, match="nine digits"):
        codes.parse(typed)


def test_a_wrong_check_digit_is_said_to_be_one() -> None:
    with pytest.raises(codes.InvalidCode, match="wrong"):
        codes.parse("482160357")


@pytest.mark.parametrize("id", [-1, codes.ID_LIMIT])
def test_an_id_out_of_range_has_no_code(id: int) -> None:
    with pytest.raises(ValueError, match="id"):
        codes.code_of(id, KEY)


def test_codes_need_a_key() -> None:
    with pytest.raises(ValueError, match="key"):
        codes.code_of(1, b"")


def _is_code(text: str) -> bool:
    try:
        codes.parse(text)
    except codes.InvalidCode:
        return False
    return True
