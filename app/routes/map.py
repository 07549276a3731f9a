"""The map: its page, its tiles, and what is drawn on it. Everything but the page is kept by caches and by address."""

from __future__ import annotations

import json
import re

from flask import Response, abort, current_app, render_template, request, url_for
from flask.blueprints import Blueprint
from flask.typing import ResponseReturnValue

from app.domain import areas, public_list, public_view, reports, stats, tiles
from app.domain.city import store
from app.domain.city.model import City
from app.domain.errors import Invalid
from app.domain.notices import reading as notices
from app.domain.permissions import ANONYMOUS
from app.domain.public_filters import Filters
from app.forms.public import FilterForm, as_query, read_filters
from app.web import cards, language, overview
from app.web.access import open_to_all
from app.web.caching import HOUR, LONG, MINUTE, as_json, cacheable

bp = Blueprint("map", __name__)

_AT = re.compile(r"(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,2})")
DEEPEST = 19


@bp.get("/map")
@open_to_all
def map() -> ResponseReturnValue:
    city = store.current()
    form = FilterForm(city, request.args)
    is_good = form.check()
    query = as_query(form.filters)
    page = public_list.page(form.filters)
    told = notices.current()
    html = render_template(
        "map/map.html",
        cacheable=True,
        form=form,
        query=query,
        at=at(),
        notices=told,
        settings=settings(city, form.filters, has_notices=bool(told)),
        cards=[cards.public_card(view) for view in page.views],
        has_more=page.older is not None,
        has_outlines=areas.has_outlines(),
        sources=areas.outline_sources(),
    )
    return cacheable((html, 200 if is_good else 422))


def at() -> str:
    """Where the address says the map begins: latitude, longitude, zoom; else nothing."""
    said = request.args.get("at", "")
    return said if _AT.fullmatch(said) else ""


def settings(city: City, filters: Filters, *, has_notices: bool = False) -> str:
    """What static/js/map.js needs to know, as JSON for a data attribute."""
    config = current_app.config["HOIAM"]
    said = language.chosen()
    badges = tiles.pointless(filters) if not (filters.words or filters.first or filters.last) else {}
    return json.dumps(
        {
            "tiles": f"{language.root()}/tiles/",
            "query": as_query(filters),
            "points": url_for("map.points", **as_query(filters)) if filters.words else "",
            "outlines": url_for("map.outlines", v=areas.outlines_version()),
            "notices": url_for("notices.shapes") if has_notices else "",
            "card": url_for("map.card", code="000000000"),
            "near": url_for("public.near"),
            "ward": filters.ward,
            "bounds": [[city.bounds.south, city.bounds.west], [city.bounds.north, city.bounds.east]],
            "minZoom": city.min_zoom,
            "maxZoom": DEEPEST,
            "language": said,
            "base": config.tiles_url,
            "attribution": config.tiles_attribution,
            "badges": [
                {"at": [ward.lat, ward.lng], "n": n, "name": ward.name.in_(said), "url": _ward_url(ward.code)}
                for ward_id, n in badges.items()
                if (ward := city.ward_of(ward_id)) and filters.ward in ("", ward.code)
            ],
        },
        ensure_ascii=False,
    )


def _ward_url(code: str) -> str:
    return url_for("numbers.ward", code=code)


@bp.get("/tiles/<int:z>/<int:x>/<int:y>.json")
@open_to_all
def tile(z: int, x: int, y: int) -> ResponseReturnValue:
    filters = _filters()
    if filters.words:  # they are drawn as points
        abort(404)
    return as_json(tiles.as_json(tiles.groups(z, x, y, filters)), MINUTE)


@bp.get("/map/points.json")
@open_to_all
def points() -> ResponseReturnValue:
    """The newest reports of a search as points, and whether there are more."""
    found, has_more = tiles.points(_filters())
    rows = [[one.lat, one.lng, one.code, one.letter] for one in found]
    return as_json(json.dumps({"points": rows, "more": has_more}, separators=(",", ":")), MINUTE)


@bp.get("/map/outlines.json")
@open_to_all
def outlines() -> ResponseReturnValue:
    kept = LONG if request.args.get("v") == areas.outlines_version() else HOUR
    return as_json(areas.outline_geojson(40), kept)


@bp.get("/map/overview.svg")
@open_to_all
def picture() -> ResponseReturnValue:
    """The city drawn small, for the front page of wide screens. `?theme=dark` in the colours of the night."""
    view = overview.of(store.current(), stats.open_by_ward())
    drawn = render_template("map/overview.svg", view=view, is_dark=request.args.get("theme") == "dark")
    return cacheable(Response(drawn, mimetype="image/svg+xml"), MINUTE)


@bp.get("/map/card/<code>")
@open_to_all
def card(code: str) -> ResponseReturnValue:
    """What a pin says when it is pressed."""
    view = public_view.several([reports.get(code, seen_by=ANONYMOUS)])[0]
    return cacheable(render_template("map/_card.html", card=cards.public_card(view)), MINUTE)


def _filters() -> Filters:
    try:
        return read_filters(request.args)
    except Invalid:
        abort(404)
