"""A dry run of routing: what filing would decide for a category at a place. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app.domain import areas
from app.domain.city import store
from app.domain.coordinates import parse_coordinates
from app.domain.errors import Invalid
from app.domain.reports import filing
from app.domain.reports.filing import Filing, Plan
from app.domain.routing import Place
from app.models import now


@dataclass(frozen=True, slots=True)
class Trial:
    """What a report sent now would become, and the place as routing saw it."""

    plan: Plan
    place: Place


def run(
    *,
    category: str,
    place: str = "",
    ward: str = "",
    answers: Mapping[str, str],
    is_dangerous: bool = False,
    language: str = "vi",
) -> Trial:
    """Plan a report as filing does. `place` are coordinates as people write them; without them the ward alone speaks.

    Raises Invalid with the field to mend: `category`, `place`, `ward` or `answer_<code>`.
    """
    lat, lng = _point(place) if place.strip() else (None, None)
    asked = Filing(
        client_id="",
        category=category,
        lat=lat,
        lng=lng,
        ward=ward,
        answers=answers,
        is_dangerous=is_dangerous,
        language=language,
    )
    plan = filing.plan(asked, now())
    return Trial(plan, areas.place(lat, lng, ward=plan.ward))


def _point(text: str) -> tuple[float, float]:
    point = parse_coordinates(text, store.current().bounds)
    if point is None:
        raise Invalid(_l("Write coordinates like 21.0285, 105.8542."), field="place")
    return point
