"""What was said wrong is put right: the category, the severity, the place."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain import areas, geo, publication, routing
from app.domain.errors import Forbidden, Invalid
from app.domain.permissions import Permission, may
from app.domain.reports.placing import ward_at
from app.domain.workflow.effects.clock import promise_again
from app.domain.workflow.effects.step import Step
from app.models.choices import PlaceSource, Severity

BY_WEIGHT = (Severity.COMPLEX, Severity.NORMAL, Severity.URGENT)


def reclassify(step: Step) -> None:
    """Another category or severity. The promise follows; a later one needs a lead."""
    report, details, city = step.report, step.details, step.city
    category = city.categories.get(details.category) or city.category_of(report.category_id)
    severity = details.severity or report.severity
    if category.id == report.category_id and severity is report.severity:
        raise Invalid(_l("Choose another category or severity."), field="category")
    was = city.category_of(report.category_id)
    step.entry.data |= {
        "category_was": was.code,
        "category": category.code,
        "severity_was": report.severity.value,
        "severity": severity.value,
    }
    is_heavier = BY_WEIGHT.index(severity) < BY_WEIGHT.index(report.severity)
    if is_heavier and not may(step.by, Permission.APPROVE, report):
        raise Forbidden(_l("A change that makes the promise later needs the lead of the unit."))
    if category.id != report.category_id:
        report.category_id = category.id
        publication.follow_category(city, report, was, step.at)
    if severity is not report.severity:
        report.severity = severity
        promise_again(step)


def move_pin(step: Step) -> None:
    """The problem lies elsewhere. Ward, public point and map follow; unit and promise stay until somebody transfers it.

    Where the rules lead to another unit from the new place, the event proposes it.
    """
    report, city, pin = step.report, step.city, step.details.pin
    if pin is None:
        raise Invalid(_l("Say where it is: coordinates like 21.0285, 105.8542, or a map link."), field="pin")
    lat, lng = round(pin[0], 6), round(pin[1], 6)
    if (lat, lng) == (report.lat, report.lng):
        raise Invalid(_l("The pin stands there already."), field="pin")
    ward, is_sure = ward_at(city, lat, lng, chosen=step.details.ward, field="pin")
    step.entry.data |= {
        "ward_was": city.ward_of(report.ward_id).code,
        "ward": ward,
        "pin_was": [report.lat, report.lng],
    }
    report.lat, report.lng, report.cell = lat, lng, geo.cell_of(lat, lng)
    report.ward_id, report.is_ward_confirmed = city.wards[ward].id, is_sure
    report.place_source, report.accuracy_m = PlaceSource.MAP, None
    report.nearest_address = ""  # it named the former place
    publication.follow_place(city, report)
    _route_from_here(step, ward)


def _route_from_here(step: Step, ward: str) -> None:
    """What the rules say of the new place: the same unit, then for its own reason; or another one, to be proposed."""
    report, city = step.report, step.city
    category = city.category_of(report.category_id).code
    if category not in city.categories:
        return  # the category has left the city, and its rules with it
    routed = routing.route(
        city,
        category=category,
        place=areas.place(report.lat, report.lng, ward=ward),
        severity=report.severity,
        answers=report.answers,
    )
    if city.units[routed.unit].id != report.unit_id:
        step.entry.data |= {"proposed": routed.unit}
        return
    report.rule_code, report.site_code, report.city_version = routed.rule_code, routed.site or "", city.version
