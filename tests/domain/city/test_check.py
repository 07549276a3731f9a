"""The example cases of a city must come out as they say before anything is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.domain.city import check
from app.domain.city.problems import Refused

SIX_WARDS = Path(__file__).parents[2] / "cities" / "six_wards"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SIX_WARDS, tmp_path / "city"))


def refusal_after(copy: Path, file: str, old: str, new: str) -> list[str]:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        check.checked(copy)
    return [str(problem) for problem in refused.value.problems]


def test_every_case_of_the_six_wards_passes() -> None:
    city = check.checked(SIX_WARDS)
    assert {check.try_case(city, case).unit == case.expect for case in city.cases} == {True}


def test_a_failing_case_says_what_was_expected_and_what_came(copy: Path) -> None:
    said = refusal_after(copy, "cases.yaml", "expect: dien-luc", "expect: so-ha-tang")
    assert said == ["cases.yaml:48: case dây điện đứt: expected `so-ha-tang`, got `dien-luc` by the category's owner"]


def test_a_case_that_comes_by_another_rule_fails(copy: Path) -> None:
    said = refusal_after(copy, "cases.yaml", "rule: alley-pothole", "rule: street-pothole")
    assert said == [
        "cases.yaml:15: case ổ gà trong ngõ: expected rule `street-pothole`, got `ubnd-10002` by rule `alley-pothole`"
    ]


def test_rules_in_another_order_fail_their_cases(copy: Path) -> None:
    said = refusal_after(copy, "rules.yaml", "categories: [rubbish]", "categories: [relic-damage]")
    assert any("case rác ven Hồ Xanh: expected `so-ha-tang`, got `ubnd-10003`" in line for line in said)


def test_a_category_without_a_case_is_a_problem(copy: Path) -> None:
    said = refusal_after(copy, "cases.yaml", "category: roadworks", "category: street-light")
    assert any(line.startswith("categories.yaml:") and "category roadworks: no example case" in line for line in said)


def test_a_site_needs_a_case_inside_and_one_outside(copy: Path) -> None:
    no_inside = refusal_after(copy, "cases.yaml", "at: [21.020, 105.835]", "at: [21.0301, 105.8501]")
    assert any("site ho-xanh: no example case lies inside it" in line for line in no_inside)


def test_a_site_without_a_case_outside_is_a_problem(copy: Path) -> None:
    said = refusal_after(copy, "cases.yaml", "    at: [21.030, 105.850]\n", "")
    assert said == ["sites.yaml:11: site ho-xanh: no example case shows the same category outside it"]
