"""The unit, the rule and the sentence that explains it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain import routing
from app.domain.city import folder
from app.domain.city.model import City, Rule, Site
from app.domain.routing import Place, Routed, RunnerUp
from app.models.choices import Severity
from app.models.localized import Localized

CITY = folder.read(Path(__file__).parents[1] / "cities" / "six_wards")
WHY = Localized("{unit}", "{unit}")
MOT = Place(21.03, 105.75, "10001", 900.0)
TEMPLE = Place(21.0251, 105.7651, "10001", 900.0)
LAKE = Place(21.020, 105.835, "10003", 900.0)


def ask(
    category: str = "pothole",
    place: Place = MOT,
    answers: Mapping[str, str] | None = None,
    city: City = CITY,
    severity: Severity = Severity.NORMAL,
    about_unit: str | None = None,
) -> Routed:
    return routing.route(
        city, category=category, place=place, severity=severity, answers=answers or {}, about_unit=about_unit
    )


def with_rules(*rules: Rule) -> City:
    return replace(CITY, rules=rules)


def test_the_first_rule_that_holds_decides() -> None:
    routed = ask(answers={"road": "street"})
    assert (routed.unit, routed.rule_code, routed.confirm) == ("so-ha-tang", "street-pothole", False)
    assert routed.runners_up == (RunnerUp("ubnd-10001", "alley-pothole"),)


def test_the_ward_s_own_office_gets_what_is_the_ward_s() -> None:
    assert [ask(place=Place(21.0, 105.8, code)).unit for code in CITY.wards] == [f"ubnd-{code}" for code in CITY.wards]


def test_without_a_rule_the_category_s_owner_has_it() -> None:
    routed = ask("parking", Place(20.98, 105.84, "10006"))
    assert (routed.unit, routed.rule_code, routed.confirm) == ("ca-10006", routing.OWNER, False)


def test_without_a_ward_the_dispatcher_decides() -> None:
    routed = ask("rubbish", Place(None, None))
    assert (routed.unit, routed.rule_code, routed.reasons) == ("dieu-phoi", routing.DISPATCH, (routing.NO_RULE,))
    assert routed.confirm


def test_a_special_place_overrides_inside_its_circle_and_not_outside() -> None:
    inside, outside = ask("relic-damage", TEMPLE), ask("relic-damage", MOT)
    assert (inside.unit, inside.site) == ("so-van-hoa", "den-co")
    assert (outside.unit, outside.site) == ("ubnd-10001", None)


def test_an_outline_counts_instead_of_the_circle() -> None:
    within_circle_only = Place(21.0231, 105.8300, "10003")
    assert ask("rubbish", LAKE).unit == "so-ha-tang"
    assert ask("rubbish", within_circle_only).unit == "ubnd-10003"


def test_a_report_without_a_pin_is_never_in_a_special_place() -> None:
    assert ask("relic-damage", replace(TEMPLE, lat=None, lng=None)).unit == "ubnd-10001"


def test_a_rule_may_want_a_person_to_confirm() -> None:
    routed = ask("relic-damage", Place(20.985, 105.765, "10004"))
    assert (routed.unit, routed.confirm, routed.reasons) == ("ubnd-10004", True, (routing.RULE_ASKS,))


@pytest.mark.parametrize(("border_m", "confirm"), [(0.0, True), (30.0, True), (30.1, False), (None, False)])
def test_a_pin_near_a_border_is_confirmed(border_m: float | None, confirm: bool) -> None:
    routed = ask("rubbish", Place(21.02, 105.7799, "10001", border_m, "10002"))
    assert (routed.unit, routed.confirm) == ("ubnd-10001", confirm)
    assert routed.runners_up == ((RunnerUp("ubnd-10002", routing.OWNER),) if confirm else ())


def test_a_border_does_not_matter_where_both_sides_have_the_same_owner() -> None:
    assert not ask("live-wire", Place(21.02, 105.7799, "10001", 1.0, "10002")).confirm


def test_two_special_places_with_different_owners_want_a_person() -> None:
    shrine = Site("mieu", Localized("Miếu"), 21.0251, 105.7651, 40, "so-ha-tang")
    routed = ask("relic-damage", TEMPLE, city=replace(CITY, sites={**CITY.sites, "mieu": shrine}))
    assert (routed.unit, routed.site, routed.reasons) == ("so-ha-tang", "mieu", (routing.TWO_OWNERS,))
    assert routed.runners_up[0] == RunnerUp("so-van-hoa", "relic-with-keeper")


def test_two_special_places_with_one_owner_do_not() -> None:
    shrine = Site("mieu", Localized("Miếu"), 21.0251, 105.7651, 40, "so-van-hoa")
    routed = ask("relic-damage", TEMPLE, city=replace(CITY, sites={**CITY.sites, "mieu": shrine}))
    assert (routed.unit, routed.site, routed.confirm) == ("so-van-hoa", "mieu", False)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"categories": frozenset({"pothole", "rubbish"})}, True),
        ({"categories": frozenset({"rubbish"})}, False),
        ({"groups": frozenset({"traffic"})}, True),
        ({"groups": frozenset({"heritage"})}, False),
        ({"wards": frozenset({"10001"})}, True),
        ({"wards": frozenset({"10002"})}, False),
        ({"ward_kinds": frozenset({"phuong"})}, True),
        ({"ward_kinds": frozenset({"xa"})}, False),
        ({"sites": frozenset({"den-co"})}, True),
        ({"sites": frozenset({"ho-xanh"})}, False),
        ({"site_kinds": frozenset({"heritage"})}, True),
        ({"site_kinds": frozenset({"lake"})}, False),
        ({"sites": frozenset({"den-co"}), "site_kinds": frozenset({"lake"})}, False),
        ({"severities": frozenset({Severity.NORMAL})}, True),
        ({"severities": frozenset({Severity.URGENT})}, False),
        ({"answers": {"road": frozenset({"street"})}}, True),
        ({"answers": {"road": frozenset({"alley"})}}, False),
        ({"answers": {"danger": frozenset({"yes"})}}, False),
        ({}, True),
    ],
)
def test_each_condition_of_a_rule_counts(condition: dict[str, object], holds: bool) -> None:
    city = with_rules(Rule("only", "cong-an", WHY, **condition))  # type: ignore[arg-type]
    assert (ask(place=TEMPLE, answers={"road": "street"}, city=city).rule_code == "only") is holds


def test_a_report_about_a_unit_never_goes_to_that_unit() -> None:
    for category in CITY.categories:
        for unit in CITY.units:
            for place in (MOT, TEMPLE, LAKE, Place(None, None)):
                routed = ask(category, place, {"road": "street"}, about_unit=unit)
                assert routed.unit != unit
                assert unit not in {one.unit for one in routed.runners_up}


def test_a_report_about_a_police_post_goes_to_the_police_above_it() -> None:
    routed = ask("parking", MOT, about_unit="ca-10001")
    assert (routed.unit, routed.rule_code, routed.reasons) == ("cong-an", routing.ABOVE, (routing.ABOUT_UNIT,))


def test_a_report_about_a_unit_does_not_go_to_those_who_answer_to_it() -> None:
    routed = ask("parking", MOT, about_unit="cong-an")
    assert (routed.unit, routed.confirm) == ("dieu-phoi", True)
    assert routing.ABOUT_UNIT in routed.reasons


def test_the_explanation_is_in_the_reader_s_language() -> None:
    names = {"unit": "so-van-hoa", "ward": "10001", "site": "den-co"}
    assert routing.explain(CITY, "relic-with-keeper", **names) == "Đền Cổ do Sở Văn hóa quản lý."
    assert (
        routing.explain(CITY, "relic-with-keeper", **names, language="en")
        == "Old Temple is kept by Department of Culture."
    )


@pytest.mark.parametrize("code", [routing.OWNER, routing.ABOVE, routing.DISPATCH, "a-rule-of-long-ago"])
def test_what_no_rule_decided_is_explained_as_well(code: str) -> None:
    assert "Công an thành phố" in routing.explain(CITY, code, unit="cong-an")
    assert "City Police" in routing.explain(CITY, code, unit="cong-an", language="en")


def test_an_explanation_survives_a_ward_and_a_site_that_are_gone() -> None:
    said = routing.explain(CITY, "alley-pothole", unit="ubnd-gone", ward="99999")
    assert said == "Ngõ thuộc địa bàn này do ubnd-gone quản lý."


def test_answers_raise_the_severity_and_never_lower_it() -> None:
    pothole, wire = CITY.categories["pothole"], CITY.categories["live-wire"]
    assert routing.severity_of(pothole, {"danger": "yes"}) is Severity.URGENT
    assert routing.severity_of(pothole, {"danger": "no"}) is Severity.NORMAL
    assert routing.severity_of(pothole, {}) is Severity.NORMAL
    assert routing.severity_of(wire, {"danger": "no"}) is Severity.URGENT


def test_routing_asks_no_database_and_no_clock() -> None:
    source = inspect.getsource(routing)
    assert not any(word in source for word in ("extensions", "session", "now(", "flask"))
