"""The public numbers: of the city, of a unit, of a ward. Each says what it counts and of how many."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from io import StringIO
from typing import Any, TypeVar

from flask import Response, render_template
from flask.blueprints import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import public_list, stats
from app.domain.city import store
from app.domain.errors import NotFound
from app.domain.public_filters import Filters
from app.domain.suspensions import reading as suspensions
from app.web import cards, language, outline
from app.web.access import open_to_all
from app.web.caching import HOUR, cacheable

bp = Blueprint("numbers", __name__)
Counted = TypeVar("Counted")
SHOWN = 10


@bp.get("/numbers")
@open_to_all
def city() -> ResponseReturnValue:
    here = store.current()
    by_unit, by_ward, by_category = (stats.by_key(one) for one in (stats.UNIT, stats.WARD, stats.CATEGORY))
    numbers = stats.of(stats.CITY)
    html = render_template(
        "numbers/city.html",
        cacheable=True,
        numbers=numbers,
        only_by_pause=suspensions.only_in_time_by_them(numbers.since),
        units=_most_first((one, by_unit[one.id]) for one in here.units.values() if one.id in by_unit),
        wards=_most_first((one, by_ward.get(one.id, stats.Sums())) for one in here.wards.values()),
        categories=_most_first((one, by_category[one.id]) for one in here.categories.values() if one.id in by_category),
    )
    return cacheable(html)


def _most_first(rows: Iterable[tuple[Counted, stats.Sums]]) -> list[tuple[Counted, stats.Sums]]:
    """Where most was reported on top; equals keep the city's order."""
    return sorted(rows, key=lambda row: -row[1].filed)


@bp.get("/numbers.csv")
@open_to_all
def table() -> ResponseReturnValue:
    """The last 12 months of the city, its units, wards and categories, a line each, for whoever counts on."""
    here, said = store.current(), language.chosen()
    kinds: dict[str, Mapping[str, Any]]
    kinds = {stats.UNIT: here.units, stats.WARD: here.wards, stats.CATEGORY: here.categories}
    called = {(of, one.id): (one.code, one.name.in_(said)) for of, things in kinds.items() for one in things.values()}
    called[stats.CITY, 0] = "", here.name.in_(said)
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow(("month", "of", "code", "name", *(one.name for one in fields(stats.Sums))))
    for month in stats.by_month():
        if name := called.get((month.dimension, month.key)):
            lines.writerow((f"{month.first:%Y-%m}", month.dimension, *name, *astuple(month.sums)))
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")  # the mark tells spreadsheets it is UTF-8
    answer.headers["Content-Disposition"] = f'attachment; filename="numbers-{stats.today()}.csv"'
    return cacheable(answer, HOUR)


@bp.get("/wards/<code>")
@open_to_all
def ward(code: str) -> ResponseReturnValue:
    here = store.current()
    found = here.wards.get(code)
    if found is None:
        raise NotFound(_("The city has no such ward."))
    page = public_list.page(Filters(ward=code), limit=SHOWN)
    html = render_template(
        "numbers/ward.html",
        cacheable=True,
        ward=found,
        unit=here.units.get(found.unit),
        numbers=stats.of(stats.WARD, found.id),
        drawing=outline.of(found),
        cards=[cards.public_card(view) for view in page.views],
        has_more=page.older is not None,
    )
    return cacheable(html)


@bp.get("/units/<code>")
@open_to_all
def unit(code: str) -> ResponseReturnValue:
    here = store.current()
    found = here.units.get(code)
    if found is None:
        raise NotFound(_("The city has no such unit."))
    page = public_list.page(Filters(), unit_id=found.id, limit=SHOWN)
    html = render_template(
        "numbers/unit.html",
        cacheable=True,
        unit=found,
        parent=here.units.get(found.parent or ""),
        ward=here.wards.get(found.ward or ""),
        numbers=stats.of(stats.UNIT, found.id),
        cards=[cards.public_card(view) for view in page.views],
    )
    return cacheable(html)
