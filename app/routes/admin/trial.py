"""The dry run: where a report would go, by which rule, and by when. Nothing is filed."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.domain import routing, trial
from app.domain.city import store
from app.domain.city.model import City
from app.domain.errors import Invalid
from app.domain.trial import Trial
from app.forms.refusals import refuse
from app.forms.trial import TrialForm
from app.routes.admin import bp, open_to_overseers
from app.web import labels, language


@bp.get("/try")
@open_to_overseers
def try_routing() -> ResponseReturnValue:
    """A plain GET, so that a case can be sent to a colleague as an address."""
    city = store.current()
    form = TrialForm.asking(city, language.chosen(), request.args)
    found = _tried(form) if "category" in request.args and form.validate() else None
    shown = _shown(city, found) if found else None
    return render_template("admin/try.html", form=form, result=shown), 422 if form.errors or form.form_errors else 200


def _tried(form: TrialForm) -> Trial | None:
    """What would happen; None, with the reason in the form, where filing would refuse."""
    try:
        return trial.run(
            category=form.category.data or "",
            place=form.place.data or "",
            ward=form.ward.data or "",
            answers=form.answers,
            is_dangerous=bool(form.danger.data),
            language=language.chosen(),
        )
    except Invalid as error:
        refuse(form, error)
        return None


def _shown(city: City, found: Trial) -> dict[str, Any]:
    plan, routed = found.plan, found.plan.routed
    order = {rule.code: place for place, rule in enumerate(city.rules, 1)}
    return {
        "plan": plan,
        "unit": city.units[routed.unit],
        "ward": city.wards[plan.ward],
        "site": city.sites.get(routed.site or ""),
        "rule": (order[routed.rule_code], routed.rule_code) if routed.rule_code in order else None,
        "why": routing.explain(
            city, routed.rule_code, unit=routed.unit, ward=plan.ward, site=routed.site, language=language.chosen()
        ),
        "doubts": [labels.ROUTING_DOUBTS[reason] for reason in routed.reasons],
        "near_misses": [(city.units[one.unit], order.get(one.rule_code)) for one in routed.runners_up],
        "beyond": city.wards.get(found.place.other_ward or "") if routing.BORDER in routed.reasons else None,
        "border_m": found.place.border_m,
    }
