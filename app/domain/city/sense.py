"""What each entry of a folder must mean, beyond its shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import Any, Final
from zoneinfo import available_timezones

import shapely

from app.domain.city.model import (
    Bounds,
    Calendar,
    Case,
    Category,
    EmergencyNumber,
    Limit,
    Question,
    ReplyTemplate,
    Rule,
    Settings,
    Site,
    Unit,
    Ward,
)
from app.domain.city.reading import Reading
from app.models.choices import Severity
from app.models.localized import Localized

MAX_QUESTIONS: Final = 2
IN_WHY: Final = frozenset({"unit", "ward", "site"})
IN_REPLY: Final = frozenset({"code", "category", "ward", "unit", "due", "date", "link"})

Lists = Mapping[str, Iterable[Any]]


def check_references(reading: Reading) -> None:
    """Every code that is named must be declared; where a whole list could not be read, that was said once."""
    for reference in reading.references:
        if reference.kind not in reading.absent and not reading.has(reference.kind, reference.code):
            reading.refuse(reference.where, f"there is no {reference.kind} `{reference.code}`")


def check_head(head: Mapping[str, Any], reading: Reading) -> None:
    """City.yaml: bounds, time zone, zoom, emergency numbers and settings."""
    where = reading.where
    bounds: Bounds = head["bounds"]
    if not (-180 <= bounds.west < bounds.east <= 180 and -85 <= bounds.south < bounds.north <= 85):
        reading.refuse(where("city", "bounds"), "bounds: west must lie west of east, south must lie south of north")
    if head["timezone"] not in available_timezones():
        reading.refuse(where("city", "timezone"), f"timezone: there is no `{head['timezone']}`")
    if not 0 <= head["min_zoom"] <= 18:
        reading.refuse(where("city", "min_zoom"), "min_zoom: must lie between 0 and 18")
    for emergency in head["emergency"]:
        _check_emergency(emergency, reading)
    _check_settings(head["settings"], reading)


def check_entries(bounds: Bounds | None, lists: Lists, reading: Reading) -> None:
    """Every entry by itself; points are held against `bounds` when these could be read."""
    categories = {category.code: category for category in lists["categories"]}
    _each(lists["calendars"], _check_calendar, reading)
    _each(lists["units"], _check_unit, reading)
    _each(lists["categories"], _check_category, reading)
    _each(lists["sites"], _check_site, reading)
    _each(lists["templates"], _check_template, reading)
    for rule in lists["rules"]:
        _check_rule(rule, categories, reading)
    for case in lists["cases"]:
        _check_case(case, categories, reading)
    if bounds:
        _check_points(bounds, lists, reading)


def _each(entries: Iterable[Any], check: Callable[[Any, Reading], None], reading: Reading) -> None:
    for entry in entries:
        check(entry, reading)


# --- city.yaml -------------------------------------------------------------------------------------------------------


def _check_emergency(emergency: EmergencyNumber, reading: Reading) -> None:
    if not re.fullmatch(r"\d{2,6}", emergency.number):
        reading.refuse(reading.where("city", "emergency"), f"emergency: `{emergency.number}` is no number to dial")


def _check_settings(settings: Settings, reading: Reading) -> None:
    limits: dict[tuple[str, ...], Limit] = {
        (name,): getattr(settings, name) for name in ("receive", "accept_transfer", "publish")
    }
    limits |= {("handle", severity): limit for severity, limit in settings.handle.items()}
    for path, limit in limits.items():
        _check_limit(limit, path, reading)
    missing = [severity for severity in Severity if severity not in settings.handle]
    if missing:
        reading.refuse(reading.where("city", "settings", "handle"), f"handle: no limit for {', '.join(missing)}")
    for name, least in {"edit_window_minutes": 0, "recurrence_days": 0, "object_days": 1, "border_m": 0}.items():
        if getattr(settings, name) < least:
            reading.refuse(reading.where("city", "settings", name), f"{name}: must be {least} or more")
    for name in ("max_questions_to_reporter", "question_days"):
        if getattr(settings, name) < 0:
            reading.refuse(reading.where("city", "settings", name), f"{name}: must be 0 or more")


def _check_limit(limit: Limit, path: tuple[str, ...], reading: Reading) -> None:
    where = reading.where("city", "settings", *path)
    if (limit.minutes is None) == (limit.days is None):
        reading.refuse(where, f"{'.'.join(path)}: write either minutes or days")
    elif (limit.minutes or limit.days or 0) <= 0:
        reading.refuse(where, f"{'.'.join(path)}: must be more than nothing")


# --- lists -----------------------------------------------------------------------------------------------------------


def _check_calendar(calendar: Calendar, reading: Reading) -> None:
    for day in sorted(calendar.days_off.keys() & calendar.days_worked.keys()):
        where = reading.where("calendar", calendar.code, "days_worked", day.isoformat())
        reading.refuse(where, f"calendar {calendar.code}: {day} is a day off and a day worked at once")


def _check_unit(unit: Unit, reading: Reading) -> None:
    where = reading.where("unit", unit.code, "kind")
    if unit.kind in ("ward", "ward_police") and not unit.ward:
        reading.refuse(where, f"unit {unit.code}: a unit of kind `{unit.kind}` must name its ward")
    if unit.parent == unit.code:
        reading.refuse(reading.where("unit", unit.code, "parent"), f"unit {unit.code}: cannot be its own parent")


def _check_category(category: Category, reading: Reading) -> None:
    called, where = f"category {category.code}", reading.where
    if len(category.questions) > MAX_QUESTIONS:
        reading.refuse(
            where("category", category.code, "questions"),
            f"{called}: asks {len(category.questions)} questions, at most {MAX_QUESTIONS} are allowed",
        )
    if category.stops and not category.stopper:
        reading.refuse(where("category", category.code, "stops"), f"{called}: stops, and no stopper says where to go")
    if category.similar_m <= 0:
        reading.refuse(where("category", category.code, "similar_m"), f"{called}: similar_m must be more than 0")
    for question in category.questions:
        _check_question(category, question, reading)


def _check_question(category: Category, question: Question, reading: Reading) -> None:
    where = reading.where("category", category.code, "questions", question.code)
    called = f"category {category.code}: question {question.code}"
    if question.kind == "choice" and len(question.choices) < 2:
        reading.refuse(where, f"{called}: offers fewer than two choices")
    if question.kind == "text" and question.choices:
        reading.refuse(where, f"{called}: is answered in words and cannot offer choices")


def _check_site(site: Site, reading: Reading) -> None:
    called = f"site {site.code}"
    if site.radius_m <= 0:
        reading.refuse(reading.where("site", site.code, "radius_m"), f"{called}: radius_m must be more than 0")
    if site.outline and len(set(site.outline)) < 3:
        reading.refuse(reading.where("site", site.code, "outline"), f"{called}: an outline needs three points or more")
    elif site.outline and not shapely.Polygon(site.outline).is_valid:
        reading.refuse(reading.where("site", site.code, "outline"), f"{called}: the outline crosses itself")


def _check_template(template: ReplyTemplate, reading: Reading) -> None:
    where = reading.where("template", template.code, "text")
    for message in _unknown_places(template.text, IN_REPLY):
        reading.refuse(where, f"template {template.code}: {message}")


def _check_rule(rule: Rule, categories: Mapping[str, Category], reading: Reading) -> None:
    called, where = f"rule {rule.code}", reading.where
    for message in _unknown_places(rule.why, IN_WHY):
        reading.refuse(where("rule", rule.code, "why"), f"{called}: {message}")
    is_about_sites = bool(rule.sites or rule.site_kinds)
    if rule.unit == "@site" and not is_about_sites:
        reading.refuse(where("rule", rule.code, "unit"), f"{called}: @site needs sites or site_kinds under when")
    if not is_about_sites and "site" in _places(rule.why):
        reading.refuse(where("rule", rule.code, "why"), f"{called}: {{site}} needs sites or site_kinds under when")
    if "category" not in reading.absent:
        _check_answers(rule, categories, reading)


def _check_answers(rule: Rule, categories: Mapping[str, Category], reading: Reading) -> None:
    """The answers a rule waits for are ones that somebody is asked for."""
    called = f"rule {rule.code}"
    asked = [one for one in categories.values() if _speaks_of(rule, one)]
    for code, choices in rule.answers.items():
        at = reading.where("rule", rule.code, "answers", code)
        questions = [question for one in asked if (question := one.question(code))]
        if not questions:
            reading.refuse(at, f"{called}: no category of this rule asks `{code}`")
            continue
        offered = {choice.code for question in questions for choice in question.choices}
        for choice in sorted(choices - offered):
            reading.refuse(at, f"{called}: question {code} offers no choice `{choice}`")


def _speaks_of(rule: Rule, category: Category) -> bool:
    return (not rule.categories or category.code in rule.categories) and (
        not rule.groups or category.group in rule.groups
    )


def _check_case(case: Case, categories: Mapping[str, Category], reading: Reading) -> None:
    category = categories.get(case.category)
    if category is None:
        return
    for code, answer in case.answers.items():
        at, question = reading.where("case", case.name, "answers", code), category.question(code)
        if question is None:
            reading.refuse(at, f"case {case.name}: category {category.code} asks no `{code}`")
        elif question.choices and answer not in {choice.code for choice in question.choices}:
            reading.refuse(at, f"case {case.name}: question {code} offers no choice `{answer}`")


def _check_points(bounds: Bounds, lists: Lists, reading: Reading) -> None:
    wards: Iterable[Ward] = lists["wards"]
    points = [(("ward", one.code, "lat"), one.lat, one.lng) for one in wards]
    points += [(("site", one.code, "lat"), one.lat, one.lng) for one in lists["sites"]]
    points += [(("site", one.code, "outline"), lat, lng) for one in lists["sites"] for lng, lat in one.outline]
    points += [(("case", one.name, "at"), *one.at) for one in lists["cases"] if one.at]
    for path, lat, lng in points:
        if not bounds.holds(lat, lng):
            reading.refuse(reading.where(*path), f"{path[0]} {path[1]}: {lat}, {lng} lies outside the city's bounds")


# --- texts with places to fill ---------------------------------------------------------------------------------------


def _places(text: Localized) -> set[str]:
    try:
        return {name for said in (text.vi, text.en) for _, name, _, _ in Formatter().parse(said) if name is not None}
    except ValueError:
        return set()


def _unknown_places(text: Localized, known: frozenset[str]) -> list[str]:
    try:
        for said in (text.vi, text.en):
            list(Formatter().parse(said))
    except ValueError:
        return ["a curly bracket stands alone"]
    expected = ", ".join(f"{{{name}}}" for name in sorted(known))
    return [f"unknown placeholder {{{name}}}, expected {expected}" for name in sorted(_places(text) - known)]
