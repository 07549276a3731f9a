"""The reports as a list: the newest, and those around a place. Equal to the map, without it."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import geo, places, public_list
from app.domain.city import store
from app.domain.codes import InvalidCode
from app.domain.errors import NotFound
from app.domain.public_filters import Filters
from app.forms.public import FilterForm, NearForm, as_query
from app.routes.public import bp
from app.web import cards, language
from app.web.access import open_to_all
from app.web.caching import cacheable


@bp.get("/reports")
@open_to_all
def reports() -> ResponseReturnValue:
    city = store.current()
    form = FilterForm(city, request.args)
    is_good = form.check()
    query = as_query(form.filters)
    try:
        page = public_list.page(form.filters, before=request.args.get("before", ""))
    except InvalidCode:
        raise NotFound(_("There is no such page of the list.")) from None
    html = render_template(
        "public/reports.html",
        cacheable=True,
        form=form,
        query=query,
        cards=[cards.public_card(view) for view in page.views],
        feed=_feed(form.filters),
        newest=url_for("public.reports", **query) if request.args.get("before") else None,
        older=url_for("public.reports", before=page.older, **query) if page.older else None,
    )
    return cacheable((html, 200 if is_good else 422))


def _feed(filters: Filters) -> dict[str, str]:
    """The feed nearest to what is asked: of the one ward, else of the one category, else of the city."""
    city, said = store.current(), language.chosen()
    if filters.ward:
        place = city.wards[filters.ward].name.in_(said)
        return {"url": url_for("feeds.ward", code=filters.ward), "title": _("New reports in %(place)s", place=place)}
    if len(filters.categories) == 1:
        code = filters.categories[0]
        kind = city.categories[code].name.in_(said)
        return {"url": url_for("feeds.category", code=code), "title": _("New reports: %(category)s", category=kind)}
    return {"url": url_for("feeds.city"), "title": _("New reports in %(place)s", place=city.name.in_(said))}


def _called(hit: places.Hit) -> str:
    """What the heading names: of a former ward the one that it is part of now."""
    if hit.kind == "old_ward":
        return store.current().wards[hit.ward].name.in_(language.chosen())
    return hit.name


@bp.get("/near")
@open_to_all
def near() -> ResponseReturnValue:
    city = store.current()
    form = NearForm(request.args)
    is_good = form.validate()
    if not is_good:  # coordinates of an address have no field of their own on the page
        form.q.errors = [*form.q.errors, *form.lat.errors, *form.lng.errors]
        form.lat.errors = form.lng.errors = []
    point, hits = None, []
    if is_good and form.lat.data is not None and form.lng.data is not None:
        point = (form.lat.data, form.lng.data)
    elif is_good and (form.q.data or "").strip():
        hits = places.search(form.q.data or "", language.chosen())
        if len(hits) == 1:
            point = (hits[0].lat, hits[0].lng)
        elif not hits:
            form.q.errors = [
                _("No place by this name is known here. Try the ward or a well-known place, or look on the map.")
            ]
    if point is not None and not city.bounds.holds(*point):
        form.q.errors, point = [_("That place lies outside %(city)s.", city=city.name.in_(language.chosen()))], None
    found = public_list.near(*point, Filters()) if point else []
    html = render_template(
        "public/near.html",
        cacheable=True,
        form=form,
        point=point,
        place=_called(hits[0]) if len(hits) == 1 else "",
        hits=hits if len(hits) > 1 else [],
        radii=geo.CIRCLES_M,
        finds_streets=places.finds_streets(),
        cards=[cards.public_card(one.view, distance_m=one.distance_m) for one in found],
    )
    return cacheable((html, 422 if form.q.errors or not is_good else 200))
