"""What can be chosen in the form of a step: units, colleagues, categories, reasons."""

from __future__ import annotations

from flask_babel import gettext as _

from app.domain.city import store
from app.domain.dossier import Dossier
from app.forms.desk import StepForm
from app.web import language
from app.web.actors import actor

KINDS = ("department", "police", "utility", "board", "dispatch", "ward", "ward_police")


def offer(form: StepForm, dossier: Dossier) -> None:
    """Fill the lists of the fields this form kept; what stands now is chosen where that helps."""
    city, lang, report = store.current(), language.chosen(), dossier.report
    if "refusal" in form:
        reasons = [(code, reason.label.in_(lang)) for code, reason in city.refusals.items()]
        form.refusal.choices = [("", _("Choose a reason")), *reasons]
    if "transfer_reason" in form:
        given = [(code, reason.label.in_(lang)) for code, reason in city.transfers.items()]
        form.transfer_reason.choices = [("", _("Choose a reason")), *given]
    if "transfer_to" in form:
        form.transfer_to.choices = units(dossier.runners_up, but=report.unit_id)
    if "assignee" in form:
        mine = actor().person_id
        people = [(str(id), name + (_(" (me)") if id == mine else "")) for id, name in dossier.people.serving]
        form.assignee.choices = [("", _("Choose somebody")), *people]
    if "category" in form:
        form.category.choices = categories()
        if not form.is_submitted():
            form.category.data = city.category_of(report.category_id).code
            form.severity.data = report.severity.value


def units(likely: list[str], *, but: int = 0) -> dict[str, list[tuple[str, str]]]:
    """Units in groups, the likeliest on top; without the one that has it."""
    city, lang = store.current(), language.chosen()
    titles = {
        "department": _("City departments"),
        "police": _("Police"),
        "utility": _("Utilities"),
        "board": _("Management boards"),
        "dispatch": _("Dispatcher"),
        "ward": _("Wards and communes"),
        "ward_police": _("Ward police"),
    }
    groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Choose a unit"))]}
    if likely:
        groups[_("Likely")] = [(code, city.units[code].name.in_(lang)) for code in likely]
    for kind in KINDS:
        named = [(unit.code, unit.name.in_(lang)) for unit in city.units.values() if unit.kind == kind]
        named = [(code, name) for code, name in named if city.units[code].id != but]
        if named:
            groups[titles[kind]] = sorted(named, key=lambda one: one[1])
    return groups


def categories() -> dict[str, list[tuple[str, str]]]:
    """Categories that reports may have, in their groups."""
    city, lang = store.current(), language.chosen()
    return {
        group.name.in_(lang): [
            (one.code, one.name.in_(lang)) for one in city.categories.values() if one.group == code and not one.stops
        ]
        for code, group in city.groups.items()
    }
