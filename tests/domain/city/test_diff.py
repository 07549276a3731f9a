"""What would change is said entry by entry, field by field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.domain.city import folder
from app.domain.city.diff import Change, ChangeKind, diff
from app.models.localized import Localized

CITY = folder.read(Path(__file__).parents[2] / "cities" / "six_wards")


def without(entries, *codes):  # type: ignore[no-untyped-def]
    return {code: entry for code, entry in entries.items() if code not in codes}


def test_equal_cities_have_no_difference() -> None:
    assert diff(CITY, CITY) == ()


def test_the_first_city_is_all_new() -> None:
    changes = diff(None, CITY)
    assert {change.kind for change in changes} == {ChangeKind.ADDED}
    assert "+ ward 10001: Phường Một" in map(str, changes)


def test_a_changed_name_shows_old_and_new() -> None:
    ward = replace(CITY.wards["10001"], name=Localized("Phường Nhất", "Mot Ward"))
    new = replace(CITY, wards={**CITY.wards, "10001": ward})
    assert [str(change) for change in diff(CITY, new)] == ["~ ward 10001: name.vi: Phường Một → Phường Nhất"]


def test_a_missing_entry_is_retired_and_a_new_one_added() -> None:
    new = replace(CITY, sites=without(CITY.sites, "den-co"))
    assert [str(change) for change in diff(CITY, new)] == ["- site den-co: Đền Cổ"]
    assert next(str(change) for change in diff(new, CITY)) == "+ site den-co: Đền Cổ"


def test_a_field_that_appears_or_goes_is_shown_against_a_dash() -> None:
    unit = replace(CITY.units["dien-luc"], phone="19001000")
    new = replace(CITY, units={**CITY.units, "dien-luc": unit})
    assert diff(CITY, new) == (Change(ChangeKind.CHANGED, "unit", "dien-luc", "phone", "–", "19001000"),)


def test_settings_and_questions_are_named_by_their_path() -> None:
    pothole = CITY.categories["pothole"]
    asked = replace(pothole.questions[0], label=Localized("Ở đâu?", "Where?"))
    new = replace(
        CITY,
        settings=replace(CITY.settings, border_m=50),
        categories={**CITY.categories, "pothole": replace(pothole, questions=(asked, pothole.questions[1]))},
    )
    fields = [(change.of, change.field) for change in diff(CITY, new)]
    assert fields == [
        ("city", "settings.border_m"),
        ("category", "questions.road.label.vi"),
        ("category", "questions.road.label.en"),
    ]


def test_a_rule_that_takes_another_turn_is_named_with_its_new_place() -> None:
    first, *others = CITY.rules
    moved = diff(CITY, replace(CITY, rules=(*others, first)))
    assert [str(change) for change in moved] == ["~ rule relic-with-keeper: order: no. 1 → no. 5, after rural-relic"]
