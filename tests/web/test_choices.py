"""Long lists of choices are drawn once; what is chosen, and what could be mistaken for it, stays right."""

from __future__ import annotations

from app.web import choices

WARDS = (("", "Cả thành phố"), ("hoan-kiem", "Hoàn Kiếm"), ('a"b', '<Ba Đình> value="hoan-kiem"'))


def test_one_is_selected_and_no_label_is_mistaken_for_it() -> None:
    drawn = str(choices.options(WARDS, "hoan-kiem"))
    assert drawn.count(" selected") == 1
    assert '<option value="hoan-kiem" selected>Hoàn Kiếm</option>' in drawn
    assert "<Ba Đình>" not in drawn


def test_nothing_chosen_is_the_choice_without_a_value() -> None:
    for chosen in ("", None, "nowhere"):
        drawn = str(choices.options(WARDS, chosen))
        assert ('<option value="" selected>' in drawn) is (chosen != "nowhere")


def test_boxes_are_ticked_one_by_one_and_the_next_page_starts_empty() -> None:
    ticked = str(choices.boxes("category", "category", WARDS, ["hoan-kiem", 'a"b']))
    assert ticked.count(" checked") == 2
    assert 'id="category-hoan-kiem" name="category" value="hoan-kiem" checked' in ticked
    assert " checked" not in str(choices.boxes("category", "category", WARDS, []))
