"""The city folder in words: a rule with whom it names, why and when; a change with what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain.city.diff import ChangeKind
from app.domain.city.model import Category, City, Group, Rule, Site, Unit, Ward
from app.web import filters, kinds
from app.web.labels import label

BY_PLACE = {
    "@ward": _l("the committee of the ward or commune"),
    "@ward_police": _l("the police of the ward or commune"),
    "@site": _l("whoever keeps the special place"),
}
SIGNS = {
    ChangeKind.ADDED: _l("New"),
    ChangeKind.CHANGED: _l("Changed"),
    ChangeKind.RETIRED: _l("No longer in use"),
}
LISTED = {  # what a change is about, by the city folder's word for it
    "city": _l("the city"),
    "calendar": _l("calendar"),
    "unit": _l("unit"),
    "ward": _l("ward or commune"),
    "group": _l("group of categories"),
    "category": _l("category"),
    "site": _l("special place"),
    "rule": _l("rule"),
    "case": _l("example"),
    "template": _l("ready answer"),
    "refusal": _l("reason not to accept"),
    "transfer": _l("reason to transfer"),
}
Named = Unit | Ward | Site | Category | Group


@dataclass(frozen=True, slots=True)
class Spoken:
    """One rule as a reader meets it. `place` counts from 1, in the order in which rules are asked."""

    place: int
    rule: Rule
    unit: str
    why: str
    conditions: list[tuple[str, list[str]]]

    @property
    def all_words(self) -> list[str]:
        """What a search looks through."""
        return [self.rule.code, self.unit, self.why, *(word for _title, words in self.conditions for word in words)]


def unit(city: City, named: str) -> str:
    """A unit's name; where the place says which, in general words."""
    if named in BY_PLACE:
        return str(BY_PLACE[named])
    found = city.units.get(named)
    return filters.name(found.name) if found else named


def spoken(city: City, place: int, rule: Rule, language: str) -> Spoken:
    """The rule in the reader's language; what only a place can say stands in ‹ ›."""
    whom = unit(city, rule.unit)
    said = f"‹{whom}›" if rule.unit in BY_PLACE else whom
    ward, site = _("ward"), _("special place")
    why = rule.why.in_(language).format_map({"unit": said, "ward": f"‹{ward}›", "site": f"‹{site}›"})
    return Spoken(place, rule, _opening(whom), _opening(why), list(_conditions(city, rule)))


def _opening(text: str) -> str:
    return text[:1].upper() + text[1:]


def _conditions(city: City, rule: Rule) -> Iterator[tuple[str, list[str]]]:
    """Each condition with the values that meet it; every one must hold."""
    said = (
        (_("Categories"), _names(rule.categories, city.categories)),
        (_("Groups"), _names(rule.groups, city.groups)),
        (_("Wards and communes"), _names(rule.wards, city.wards)),
        (_("Kind of ward"), [str(kinds.WARDS.get(kind, kind)) for kind in sorted(rule.ward_kinds)]),
        (_("Special places"), _names(rule.sites, city.sites)),
        (_("Kind of special place"), [str(kinds.SITES.get(kind, kind)) for kind in sorted(rule.site_kinds)]),
        (_("Severity"), [str(label(one)) for one in sorted(rule.severities)]),
        (_("Answers"), list(_answers(city, rule))),
    )
    return ((title, values) for title, values in said if values)


def _names(codes: Iterable[str], listing: Mapping[str, Named]) -> list[str]:
    return sorted(filters.name(listing[code].name) if code in listing else code for code in codes)


def _answers(city: City, rule: Rule) -> Iterator[str]:
    """The accepted answers in the words of the question; the code where no category of the rule asks it."""
    asking = [one for one in city.categories.values() if not rule.categories or one.code in rule.categories]
    for code, accepted in sorted(rule.answers.items()):
        question = next((found for one in asking if (found := one.question(code))), None)
        words = {choice.code: filters.name(choice.label) for choice in question.choices} if question else {}
        title = filters.name(question.label) if question else code
        yield f"{title} {', '.join(words.get(one, one) for one in sorted(accepted))}"
