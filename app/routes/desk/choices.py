"""What can be chosen in the form of a step: units, colleagues, categories, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.domain import areas
from app.domain.city import store
from app.domain.city.model import Unit
from app.domain.dossier import Dossier
from app.domain.folding import fold, in_order, words_of
from app.forms.desk import StepForm
from app.models import Report
from app.models.choices import Role
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
        form.transfer_to.choices = units(
            dossier.runners_up,
            dossier.usual,
            but=report.unit_id,
            words=form.find_unit.data or "",
            former=frozenset() if actor().has(Role.DISPATCHER) else dossier.former,
        )
    if "assignee" in form:
        mine = actor().person_id
        people = ((str(id), name + (_(" (me)") if id == mine else "")) for id, name in dossier.people.serving)
        form.assignee.choices = one_of(_("Choose somebody"), people)
    if "pin" in form:
        _offer_place(form, report)
    if "category" in form:
        form.category.choices = categories("" if "severity" in form else _("Choose …"))
    if "severity" in form and not form.is_submitted():
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
        _("Choose …"),
        sorted(((one.code, one.name.in_(lang)) for one in city.wards.values()), key=lambda one: in_order(one[1])),
    )


def one_of(nothing: str, pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """A list that begins with nothing chosen."""
    return [SelectChoice("", nothing), *(SelectChoice(value, label) for value, label in pairs)]


def units(
    likely: list[str],
    usual: Sequence[str] = (),
    *,
    but: int = 0,
    words: str = "",
    former: Set[int] = frozenset(),
) -> list[SelectChoice]:
    """Units in groups, the likeliest on top; without the one that has it. `words` leave those that are called so.

    The `former` had it before: what is sent back to them goes to the dispatcher, and the list says so.
    """
    city, lang, sought = store.current(), language.chosen(), words_of(words)

    def fits(unit: Unit) -> bool:
        name = fold(f"{unit.name.vi} {unit.name.en}").split()
        return unit.id != but and all(word in name for word in sought)

    def named(unit: Unit) -> str:
        name = unit.name.in_(lang)
        return _("%(unit)s (had it before: the dispatcher decides)", unit=name) if unit.id in former else name

    first = [(_("Likely"), [city.units[code] for code in likely]), (_("Usual"), [city.units[code] for code in usual])]
    groups = [(str(title), found) for title, found in kinds.units_by_kind(city.units.values(), lang)]
    offered = [
        SelectChoice(unit.code, named(unit), optgroup=title)
        for title, found in [*first, *groups]
        for unit in found
        if fits(unit)
    ]
    nothing = _("Choose a unit") if offered else _("No unit has this in its name")
    return [SelectChoice("", nothing, optgroup=offered[0].optgroup if offered else None), *offered]


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
