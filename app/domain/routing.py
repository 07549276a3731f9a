"""Which unit a report goes to, and the sentence that says why. Pure: rules are the city's data, kept in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.domain.city.model import Category, City, Rule, Site, Unit, Ward
from app.domain.city.sites import sites_at
from app.models.choices import Severity
from app.models.localized import Localized

OWNER: Final = "@owner"  # no rule spoke: the category's usual owner
ABOVE: Final = "@above"  # the report is about the owner: the unit above it
DISPATCH: Final = "@dispatch"  # nobody could be named: a dispatcher decides

BORDER: Final = "border"  # the pin lies so near a border that the neighbour may be right
TWO_OWNERS: Final = "two_owners"  # special places of different owners overlap here
NO_RULE: Final = "no_rule"
RULE_ASKS: Final = "rule_asks"  # the rule itself wants a person to confirm
ABOUT_UNIT: Final = "about_unit"  # the usual unit was passed over because the report is about it

MAX_RUNNERS_UP: Final = 3

_WHY: Final = {
    OWNER: Localized(
        "Loại việc này do {unit} phụ trách.",
        "{unit} is in charge of this kind of problem.",
    ),
    ABOVE: Localized(
        "Phản ánh liên quan đến đơn vị phụ trách nên được chuyển tới {unit} là đơn vị cấp trên.",
        "The report is about the unit usually in charge, so it goes to {unit}, the unit above it.",
    ),
    DISPATCH: Localized(
        "Chưa xác định được đơn vị phụ trách. {unit} sẽ xem và chuyển tới đúng đơn vị.",
        "No unit could be named by rule. {unit} looks at it and sends it to the right unit.",
    ),
}
_NO_WARD: Final = Localized("địa bàn này", "this area")
_NO_SITE: Final = Localized("khu vực này", "this place")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the problem is. Without a pin (`lat` and `lng` None) only the ward speaks and no special place is tried."""

    lat: float | None
    lng: float | None
    ward: str | None = None  # a ward's code
    border_m: float | None = None  # to the nearest border of the ward, None when not known
    other_ward: str | None = None  # the ward beyond that border


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """A unit that would be next; a dispatcher is offered it first."""

    unit: str
    rule_code: str


@dataclass(frozen=True, slots=True)
class Routed:
    """The answer. `rule_code` is a rule's code, or `OWNER`, `ABOVE`, `DISPATCH` where no rule decided."""

    unit: str
    rule_code: str
    confirm: bool
    reasons: tuple[str, ...]  # why a person should confirm, empty when nobody needs to
    runners_up: tuple[RunnerUp, ...]
    site: str | None = None  # the special place that decided


def route(
    city: City,
    *,
    category: str,
    place: Place,
    severity: Severity,
    answers: Mapping[str, str],
    about_unit: str | None = None,
) -> Routed:
    """The unit for a report, always one of the city's. `about_unit` and every unit under it are passed over.

    The first rule whose every condition holds decides; then the category's owner; then the dispatcher.
    A border asks for confirmation only where the ward beyond it would lead to another unit.
    """
    about = _with_those_below(city, about_unit)
    asked = _Asked(city, city.categories[category], place, severity, answers)
    found = list(_candidates(asked))
    open_to = [one for one in found if one.unit not in about] or [_last_resort(city, about_unit, about)]
    chosen = open_to[0]
    beyond = _beyond_border(asked, about)
    reasons = tuple(_reasons(chosen, found, beyond))
    others = _runners_up(chosen, [*beyond, *open_to[1:]])
    site = chosen.site.code if chosen.site else None
    return Routed(chosen.unit, chosen.rule_code, bool(reasons), reasons, others, site)


def explain(
    city: City, rule_code: str, *, unit: str, ward: str | None = None, site: str | None = None, language: str = "vi"
) -> str:
    """The sentence that says why, made when it is read, in the reader's language.

    `city` is the version that routed the report. What that version no longer knows is said in general words.
    """
    rule = next((one for one in city.rules if one.code == rule_code), None)
    why = rule.why if rule else _WHY.get(rule_code, _WHY[OWNER])
    names = {
        "unit": _name(city.units.get(unit), Localized(unit)),
        "ward": _name(city.wards.get(ward or ""), _NO_WARD),
        "site": _name(city.sites.get(site or ""), _NO_SITE),
    }
    said = why.in_(language).format_map({name: text.in_(language) for name, text in names.items()})
    return said[:1].upper() + said[1:]


def _name(thing: Unit | Ward | Site | None, otherwise: Localized) -> Localized:
    return thing.name if thing else otherwise


def usual(city: City, category: str, ward: str) -> list[str]:
    """Units that reports of this kind usually go to here, whatever the answers: by the rules, the owner, the ward."""
    meant = city.categories.get(category)
    named = ["@ward", "@ward_police"]
    if meant is not None:
        fits = (rule.unit for rule in city.rules if category in rule.categories or meant.group in rule.groups)
        named = [meant.owner, *fits, *named]
    found = (_unit(city, one, ward, None) for one in dict.fromkeys(named))
    return list(dict.fromkeys(one for one in found if one))


def severity_of(category: Category, answers: Mapping[str, str]) -> Severity:
    """The category's severity, raised by the answers; never lowered by them."""
    raised = [category.severity]
    for question in category.questions:
        chosen = answers.get(question.code)
        raised += [choice.severity for choice in question.choices if choice.code == chosen and choice.severity]
    return max(raised, key=_WEIGHT.__getitem__)


_WEIGHT: Final = {Severity.NORMAL: 0, Severity.COMPLEX: 1, Severity.URGENT: 2}


# --- inside ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    city: City
    category: Category
    place: Place
    severity: Severity
    answers: Mapping[str, str]

    @property
    def sites(self) -> tuple[Site, ...]:
        place = self.place
        return sites_at(self.city, place.lat, place.lng) if place.lat is not None and place.lng is not None else ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    unit: str
    rule_code: str
    rule: Rule | None = None
    site: Site | None = None


def _candidates(asked: _Asked) -> Iterator[_Candidate]:
    """Everyone a rule names, in order of the rules, then the owner of the category."""
    sites = asked.sites
    for rule in asked.city.rules:
        if _holds(rule, asked):
            for site in _sites_of(rule, sites):
                unit = _unit(asked.city, rule.unit, asked.place.ward, site)
                if unit:
                    yield _Candidate(unit, rule.code, rule, site)
    owner = _unit(asked.city, asked.category.owner, asked.place.ward, None)
    if owner:
        yield _Candidate(owner, OWNER)


def _holds(rule: Rule, asked: _Asked) -> bool:
    """Every condition but that of special places."""
    category, ward = asked.category, asked.city.wards.get(asked.place.ward or "")
    return (
        (not rule.categories or category.code in rule.categories)
        and (not rule.groups or category.group in rule.groups)
        and (not rule.wards or (ward is not None and ward.code in rule.wards))
        and (not rule.ward_kinds or (ward is not None and ward.kind in rule.ward_kinds))
        and (not rule.severities or asked.severity in rule.severities)
        and all(asked.answers.get(question) in choices for question, choices in rule.answers.items())
    )


def _sites_of(rule: Rule, sites: Iterable[Site]) -> tuple[Site | None, ...]:
    """The special places here that the rule means; a single None when it means none in particular."""
    if not rule.sites and not rule.site_kinds:
        return (None,)
    return tuple(
        site
        for site in sites
        if (not rule.sites or site.code in rule.sites) and (not rule.site_kinds or site.kind in rule.site_kinds)
    )


def _unit(city: City, named: str, ward: str | None, site: Site | None) -> str | None:
    """The unit a rule or owner means here, None when the place does not say which."""
    if named == "@site":
        return site.unit if site else None
    if named == "@ward":
        here = city.wards.get(ward or "")
        return here.unit if here else None
    if named == "@ward_police":
        posts = (unit.code for unit in city.units.values() if unit.kind == "ward_police" and unit.ward == ward)
        return next(posts, None) if ward else None
    return named if named in city.units else None


def _with_those_below(city: City, unit: str | None) -> frozenset[str]:
    """The unit and everyone who answers to it: none of them judges it."""
    if unit is None:
        return frozenset()
    below = {unit}
    while more := {one.code for one in city.units.values() if one.parent in below} - below:
        below |= more
    return frozenset(below)


def _last_resort(city: City, about_unit: str | None, about: frozenset[str]) -> _Candidate:
    """The unit above the one the report is about, else the dispatcher, else the first unit that is free to judge."""
    meant = city.units.get(about_unit or "")
    parent = meant.parent if meant else None
    if parent and parent not in about:
        return _Candidate(parent, ABOVE)
    return _Candidate(next(code for code in (city.dispatch, *city.units) if code not in about), DISPATCH)


def _beyond_border(asked: _Asked, about: frozenset[str]) -> list[_Candidate]:
    """Who would have it if the pin lay across the border, empty when it is far from one or nothing would change."""
    place = asked.place
    is_near = place.border_m is not None and place.border_m <= asked.city.settings.border_m
    if not is_near or place.other_ward is None:
        return []
    across = replace(asked, place=replace(place, ward=place.other_ward, border_m=None, other_ward=None))
    return [one for one in _candidates(across) if one.unit not in about][:1]


def _reasons(chosen: _Candidate, found: list[_Candidate], beyond: list[_Candidate]) -> Iterator[str]:
    if beyond and beyond[0].unit != chosen.unit:
        yield BORDER
    if chosen.site and any(one.site and one.site != chosen.site and one.unit != chosen.unit for one in found):
        yield TWO_OWNERS
    if chosen.rule_code == DISPATCH:
        yield NO_RULE
    if chosen.rule and chosen.rule.confirm:
        yield RULE_ASKS
    if found and chosen != found[0]:
        yield ABOUT_UNIT


def _runners_up(chosen: _Candidate, others: Iterable[_Candidate]) -> tuple[RunnerUp, ...]:
    seen, kept = {chosen.unit}, []
    for one in others:
        if one.unit not in seen:
            seen.add(one.unit)
            kept.append(RunnerUp(one.unit, one.rule_code))
    return tuple(kept[:MAX_RUNNERS_UP])
