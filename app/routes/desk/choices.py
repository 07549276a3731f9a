"""What can be chosen in the form of a step: units, colleagues, categories, reasons."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.domain import areas
from app.domain.city import store
from app.domain.dossier import Dossier
from app.forms.desk import StepForm
from app.models import Report
from app.web import kinds, language
from app.web.actors import actor


def offer(form: StepForm, dossier: Dossier) -> None:
    """Fill the lists of the fields this form kept; what stands now is chosen where that helps."""
    city, lang, report = store.current(), language.chosen(), dossier.report
    if "refusal" in form:
        form.refusal.choices = one_of(
            _("Choose a reason"), ((code, reason.label.in_(lang)) for code, reason in city.refusals.items())
        )
    if "transfer_reason" in form:
        form.transfer_reason.choices = one_of(
            _("Choose a reason"), ((code, reason.label.in_(lang)) for code, reason in city.transfers.items())
        )
    if "transfer_to" in form:
        form.transfer_to.choices = units(dossier.runners_up, but=report.unit_id)
    if "assignee" in form:
        mine = actor().person_id
        people = ((str(id), name + (_(" (me)") if id == mine else "")) for id, name in dossier.people.serving)
        form.assignee.choices = one_of(_("Choose somebody"), people)
    if "pin" in form:
        _offer_place(form, report)
    if "category" in form:
        form.category.choices = categories()
        if not form.is_submitted():
            form.category.data = city.category_of(report.category_id).code
            form.severity.data = report.severity.value


def _offer_place(form: StepForm, report: Report) -> None:
    """The pin as it stands; the ward is asked only where the city knows no borders."""
    if not form.is_submitted():
        form.pin.data = f"{report.lat:.6f}, {report.lng:.6f}"
    if areas.has_outlines():
        del form.ward
        return
    city, lang = store.current(), language.chosen()
    form.ward.choices = one_of(
        _("Choose …"), sorted(((one.code, one.name.in_(lang)) for one in city.wards.values()), key=lambda one: one[1])
    )


def one_of(nothing: str, pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """A list that begins with nothing chosen."""
    return [SelectChoice("", nothing), *(SelectChoice(value, label) for value, label in pairs)]


def units(likely: list[str], *, but: int = 0) -> list[SelectChoice]:
    """Units in groups, the likeliest on top; without the one that has it."""
    city, lang = store.current(), language.chosen()
    groups = kinds.units_by_kind((one for one in city.units.values() if one.id != but), lang)
    offered = [SelectChoice("", _("Choose a unit"), optgroup=_("Likely") if likely else str(groups[0][0]))]
    offered += [SelectChoice(code, city.units[code].name.in_(lang), optgroup=_("Likely")) for code in likely]
    for title, found in groups:
        offered += [SelectChoice(one.code, one.name.in_(lang), optgroup=str(title)) for one in found]
    return offered


def categories(nothing: str = "") -> list[SelectChoice]:
    """Categories that reports may have, in their groups."""
    city, lang = store.current(), language.chosen()
    offered = [
        SelectChoice(one.code, one.name.in_(lang), optgroup=group.name.in_(lang))
        for code, group in city.groups.items()
        for one in city.categories.values()
        if one.group == code and not one.stops
    ]
    return [SelectChoice("", nothing, optgroup=offered[0].optgroup), *offered] if nothing and offered else offered
