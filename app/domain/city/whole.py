"""What a city must be as a whole: every ward served, every category owned, every rule within reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from app.domain.city.model import Category, City, Rule
from app.domain.city.reading import Reading

_CONDITIONS = ("categories", "groups", "wards", "ward_kinds", "sites", "site_kinds", "severities")


def check_whole(city: City, reading: Reading) -> None:
    """Note what is missing between the lists. A list with broken entries is not judged for completeness."""
    whole = {"unit", "ward", "calendar", "category", "group", "rule"} - reading.broken
    if {"unit", "ward"} <= whole:
        _check_units(city, reading)
        _check_ward_offices(city, reading)
    if {"unit", "ward", "category", "rule"} <= whole:
        _check_ward_police(city, reading)
    if {"unit", "calendar"} <= whole:
        _check_calendars(city, reading)
    if {"category", "group", "rule"} <= whole:
        _check_categories(city, reading)
    if "rule" in whole:
        _check_reach(city, reading)


def _check_units(city: City, reading: Reading) -> None:
    dispatch = city.units.get(city.dispatch)
    if dispatch and dispatch.kind != "dispatch":
        reading.refuse(reading.where("city", "dispatch"), f"dispatch: {dispatch.code} is not a unit of kind `dispatch`")
    if len(city.units) < 2:
        reading.refuse(reading.where("city"), "a city needs two units: a report about a unit never goes to that unit")
    for unit in city.units.values():
        seen, above = {unit.code}, unit.parent
        while above and above in city.units and above not in seen:
            seen.add(above)
            above = city.units[above].parent
        if above == unit.code and unit.parent != unit.code:
            reading.refuse(reading.where("unit", unit.code, "parent"), f"unit {unit.code}: its parents go in a circle")


def _check_ward_offices(city: City, reading: Reading) -> None:
    for ward in city.wards.values():
        office = city.units.get(ward.unit)
        where = reading.where("ward", ward.code, "unit")
        if office and office.kind != "ward":
            reading.refuse(where, f"ward {ward.code}: its unit {office.code} is not a unit of kind `ward`")
        elif office and office.ward != ward.code:
            reading.refuse(where, f"ward {ward.code}: its unit {office.code} serves ward {office.ward}")
    offices = {ward.unit for ward in city.wards.values()}
    for unit in city.units.values():
        if unit.kind == "ward" and unit.code not in offices:
            reading.refuse(reading.where("unit", unit.code), f"unit {unit.code}: no ward names it as its unit")


def _check_ward_police(city: City, reading: Reading) -> None:
    posts = Counter(unit.ward for unit in city.units.values() if unit.kind == "ward_police")
    for unit in city.units.values():
        if unit.kind == "ward_police" and posts[unit.ward] > 1:
            where = reading.where("unit", unit.code, "ward")
            reading.refuse(where, f"unit {unit.code}: ward {unit.ward} has {posts[unit.ward]} police posts")
    is_asked = any(one.owner == "@ward_police" for one in city.categories.values())
    if is_asked or any(rule.unit == "@ward_police" for rule in city.rules):
        for ward in city.wards.values():
            if not posts[ward.code]:
                where = reading.where("ward", ward.code)
                reading.refuse(where, f"ward {ward.code}: no unit of kind `ward_police` serves it")


def _check_calendars(city: City, reading: Reading) -> None:
    used = {unit.calendar for unit in city.units.values()}
    for code in city.calendars.keys() - used:
        reading.refuse(reading.where("calendar", code), f"calendar {code}: no unit works by it")


def _check_categories(city: City, reading: Reading) -> None:
    for category in city.categories.values():
        if not category.owner and not category.stops and not _is_owned_everywhere(category, city.rules):
            reading.refuse(
                reading.where("category", category.code, "owner"),
                f"category {category.code}: no owner, and no rule takes it everywhere",
            )
    for code in city.groups.keys() - {category.group for category in city.categories.values()}:
        reading.refuse(reading.where("group", code), f"group {code}: holds no category")


def _is_owned_everywhere(category: Category, rules: tuple[Rule, ...]) -> bool:
    return any(
        (not rule.categories or category.code in rule.categories)
        and (not rule.groups or category.group in rule.groups)
        and not (rule.wards or rule.ward_kinds or rule.sites or rule.site_kinds or rule.severities or rule.answers)
        for rule in rules
    )


def _check_reach(city: City, reading: Reading) -> None:
    for number, rule in enumerate(city.rules):
        earlier = next((one for one in city.rules[:number] if _takes_all_of(one, rule)), None)
        if earlier:
            where = reading.where("rule", rule.code)
            reading.refuse(where, f"rule {rule.code}: never decides, rule {earlier.code} before it takes all of it")


def _takes_all_of(earlier: Rule, later: Rule) -> bool:
    """Does every report that `later` would take stop at `earlier`?"""
    return all(_is_wider(getattr(earlier, name), getattr(later, name)) for name in _CONDITIONS) and _are_answers_wider(
        earlier.answers, later.answers
    )


def _is_wider(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    return not wide or bool(narrow and narrow <= wide)


def _are_answers_wider(wide: Mapping[str, frozenset[str]], narrow: Mapping[str, frozenset[str]]) -> bool:
    return all(code in narrow and narrow[code] <= choices for code, choices in wide.items())
