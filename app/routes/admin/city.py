"""Units, wards, categories, rules, calendars, special places and versions, as the city folder says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain.city import check, history, store
from app.domain.city.model import Case, Category, City, Rule
from app.domain.errors import NotFound
from app.domain.folding import fold, in_order
from app.domain.wording import WEEKDAYS
from app.routes.admin import bp, open_to_overseers
from app.web import kinds, language, rulebook
from app.web.addresses import asked_number

LONGEST_SEARCH = 100
MOST_CHANGES = 200
Thing = TypeVar("Thing")


def _searched() -> str:
    return request.args.get("q", "").strip()[:LONGEST_SEARCH]


def _matching(things: Iterable[Thing], texts: Callable[[Thing], Iterable[str]]) -> list[Thing]:
    """Those whose texts hold every word that was searched for, marks or not; all of them without words."""
    words = fold(_searched()).split()
    return [one for one in things if not words or _holds(" ".join(texts(one)), words)]


def _holds(text: str, words: list[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)


@bp.get("")
@open_to_overseers
def start() -> ResponseReturnValue:
    return redirect(url_for(".units"))


@bp.get("/units")
@open_to_overseers
def units() -> ResponseReturnValue:
    """Every unit by kind; a search opens the groups it finds something in."""
    city = store.current()
    found = _matching(city.units.values(), lambda one: (one.code, one.name.vi, one.name.en, one.short.vi, one.phone))
    return render_template(
        "admin/units.html", groups=kinds.units_by_kind(found, language.chosen()), found=len(found), q=_searched()
    )


@bp.get("/wards")
@open_to_overseers
def wards() -> ResponseReturnValue:
    """Every ward by kind, with its unit and its names until 2025."""
    city = store.current()
    found = _matching(city.wards.values(), lambda one: (one.code, one.name.vi, one.name.en, *one.old_names))
    return render_template(
        "admin/wards.html", groups=kinds.wards_by_kind(found, language.chosen()), found=len(found), q=_searched()
    )


@bp.get("/categories")
@open_to_overseers
def categories() -> ResponseReturnValue:
    """Every category in its group."""
    city = store.current()
    found = _matching(city.categories.values(), lambda one: (one.code, one.name.vi, one.name.en, *one.keywords))
    groups = [(group, [one for one in found if one.group == group.code]) for group in city.groups.values()]
    return render_template(
        "admin/categories.html",
        groups=[(group, members) for group, members in groups if members],
        owners={one.owner: rulebook.unit(city, one.owner) for one in found},
        q=_searched(),
    )


@bp.get("/categories/<code>")
@open_to_overseers
def category(code: str) -> ResponseReturnValue:
    """One category whole: its questions, the rules that may decide over it, its examples and ready answers."""
    city = store.current()
    found = city.categories.get(code)
    if found is None:
        raise NotFound(_("There is no such category."))
    return render_template(
        "admin/category.html",
        category=found,
        owner=rulebook.unit(city, found.owner),
        rules=[_rule(city, place, rule) for place, rule in enumerate(city.rules, 1) if _may_decide(rule, found)],
        cases=[case for case in city.cases if case.category == code],
        templates=[one for one in city.templates.values() if not one.categories or code in one.categories],
    )


def _may_decide(rule: Rule, category: Category) -> bool:
    """A rule that names neither categories nor groups speaks about all of them."""
    return (not rule.categories or category.code in rule.categories) and (
        not rule.groups or category.group in rule.groups
    )


@bp.get("/rules")
@open_to_overseers
def rules() -> ResponseReturnValue:
    """The rules in the order in which they are asked, each with the examples it decides."""
    city = store.current()
    cases: dict[str, list[Case]] = {}
    for case in city.cases:
        cases.setdefault(check.try_case(city, case).rule_code, []).append(case)
    shown = [_rule(city, place, rule) for place, rule in enumerate(city.rules, 1)]
    return render_template(
        "admin/rules.html",
        rules=_matching(shown, lambda one: one.all_words),
        cases=cases,
        left=[case for code, found in cases.items() if code.startswith("@") for case in found],
        q=_searched(),
    )


def _rule(city: City, place: int, rule: Rule) -> rulebook.Spoken:
    return rulebook.spoken(city, place, rule, language.chosen())


@bp.get("/calendars")
@open_to_overseers
def calendars() -> ResponseReturnValue:
    """When units work, and who works by which calendar."""
    city = store.current()
    served = {code: [one for one in city.units.values() if one.calendar == code] for code in city.calendars}
    return render_template(
        "admin/calendars.html",
        calendars=list(city.calendars.values()),
        served=served,
        weekdays=WEEKDAYS,
    )


@bp.get("/sites")
@open_to_overseers
def sites() -> ResponseReturnValue:
    """Places with an owner of their own, by name."""
    city = store.current()
    found = _matching(city.sites.values(), lambda one: (one.code, one.name.vi, one.name.en, *one.other_names))
    said = language.chosen()
    return render_template(
        "admin/sites.html",
        sites=sorted(found, key=lambda one: in_order(one.name.in_(said))),
        kinds=kinds.SITES,
        q=_searched(),
    )


@bp.get("/versions")
@open_to_overseers
def versions() -> ResponseReturnValue:
    """Every load of the city folder, the newest first, and what one of them changed: `?version=`, else the newest."""
    chosen = asked_number("version") or store.current().version
    return render_template(
        "admin/versions.html",
        versions=history.versions(),
        chosen=chosen,
        changes=history.changes(chosen),
        most=MOST_CHANGES,
        signs=rulebook.SIGNS,
        listed=rulebook.LISTED,
    )
