"""The example cases of a city: each is routed and must come out as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.domain import routing
from app.domain.city import folder as city_folder
from app.domain.city.model import Case, City
from app.domain.city.problems import Problem, Refused
from app.domain.city.reading import Reading
from app.domain.city.sites import holds
from app.domain.routing import Place, Routed


def checked(folder: Path) -> City:
    """The city in `folder`, read, made sense of, and with every example case passed. Raises `Refused` otherwise."""
    city, reading = city_folder.read_with_lines(folder)
    found = problems(city, reading)
    if found:
        raise Refused(found)
    return city


def problems(city: City, reading: Reading) -> tuple[Problem, ...]:
    """Cases that come out otherwise, and what no case tries."""
    return (*_failing(city, reading), *_untried_categories(city, reading), *_untried_sites(city, reading))


def try_case(city: City, case: Case) -> Routed:
    """Where the example goes. Without a point only its ward speaks, as for a report filed without the map."""
    lat, lng = case.at or (None, None)
    category = city.categories[case.category]
    return routing.route(
        city,
        category=case.category,
        place=Place(lat, lng, ward=case.ward),
        severity=case.severity or routing.severity_of(category, case.answers),
        answers=case.answers,
    )


def _failing(city: City, reading: Reading) -> Iterator[Problem]:
    for case in city.cases:
        routed = try_case(city, case)
        came = f"`{routed.unit}` by {_by(routed)}"
        if routed.unit != case.expect:
            where = reading.where("case", case.name, "expect")
            yield Problem.at(where, f"case {case.name}: expected `{case.expect}`, got {came}")
        elif case.rule and routed.rule_code != case.rule:
            where = reading.where("case", case.name, "rule")
            yield Problem.at(where, f"case {case.name}: expected rule `{case.rule}`, got {came}")


def _by(routed: Routed) -> str:
    spoken = {
        routing.OWNER: "the category's owner",
        routing.DISPATCH: "no rule at all",
        routing.ABOVE: "the unit above",
    }
    return spoken.get(routed.rule_code, f"rule `{routed.rule_code}`")


def _untried_categories(city: City, reading: Reading) -> Iterator[Problem]:
    tried = {case.category for case in city.cases}
    for code, category in city.categories.items():
        if code not in tried and not category.stops:
            yield Problem.at(reading.where("category", code), f"category {code}: no example case tries it")


def _untried_sites(city: City, reading: Reading) -> Iterator[Problem]:
    """Every special place needs a case inside, and one outside: the same category elsewhere."""
    for code, site in city.sites.items():
        inside = {case.category for case in city.cases if case.at and holds(site, *case.at)}
        outside = {case.category for case in city.cases if case.at and not holds(site, *case.at)}
        where = reading.where("site", code)
        if not inside:
            yield Problem.at(where, f"site {code}: no example case lies inside it")
        elif not inside & outside:
            yield Problem.at(where, f"site {code}: no example case shows the same category outside it")
