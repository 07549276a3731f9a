"""The map on other sites: the one page that may stand in a frame, and the page that says how."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from app.domain import areas, public_list
from app.domain.city import store
from app.forms.public import FilterForm, as_query
from app.routes.map import at, settings
from app.web import cards, language, security
from app.web.access import open_to_all
from app.web.addresses import outside
from app.web.caching import cacheable

bp = Blueprint("embed", __name__)
SHOWN = 8


@bp.get("/embed/map")
@open_to_all
def map() -> ResponseReturnValue:
    """Map and list without a form and without a cookie. Filters stand in the address; every link opens outside."""
    city = store.current()
    form = FilterForm(city, request.args)
    is_good = form.check()
    page = public_list.page(form.filters, limit=SHOWN)
    html = render_template(
        "embed/map.html",
        cacheable=True,
        form=form,
        query=as_query(form.filters),
        at=at(),
        settings=settings(city, form.filters),
        cards=[cards.public_card(view) for view in page.views],
        has_outlines=areas.has_outlines(),
        sources=areas.outline_sources(),
    )
    return security.framed(cacheable((html, 200 if is_good else 422)))


@bp.get("/embed")
@open_to_all
def snippet() -> ResponseReturnValue:
    """Choose what the map is to show; copy three lines."""
    city = store.current()
    form = FilterForm(city, request.args)
    is_good = form.check()
    url = outside("embed.map", **as_query(form.filters))
    title = _("Reports in %(place)s on the map", place=city.name.in_(language.chosen()))
    html = render_template(
        "embed/snippet.html", cacheable=True, form=form, url=url, snippet=str(_frame(url, title)), city=city
    )
    return cacheable((html, 200 if is_good else 422))


def _frame(url: str, title: str) -> Markup:
    return Markup('<iframe src="{}" title="{}" width="100%" height="560" loading="lazy"></iframe>').format(url, title)
