"""The place: a pin under the crosshair, a search, typed coordinates, or a ward and one's own words."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app.domain import areas, places
from app.domain.city import store
from app.domain.geo import METRES_A_DEGREE
from app.domain.reports.filing import MAX_WAYFINDING
from app.forms.fields import degrees
from app.forms.report import PlaceForm, WardForm
from app.models.choices import PlaceSource
from app.routes.report import bp, kept
from app.web import language
from app.web.access import open_to_all

STEP_M = 20  # how far an arrow moves the pin


@bp.get("/report/place")
@open_to_all
def place() -> ResponseReturnValue:
    """The pin as it stands, or what the address bar proposes: a search result, an arrow's step."""
    asked = _asked_pin() or _kept_pin()
    form = PlaceForm(formdata=None, data={**asked, "wayfinding": _wayfinding()})
    return _page(form, query=request.args.get("q", ""))


@bp.post("/report/place")
@open_to_all
def keep_place() -> ResponseReturnValue:
    """The resident says "here". Outside the city is refused kindly; without borders the ward is asked."""
    form = PlaceForm()
    form.ward.choices = []
    if not form.validate_on_submit():
        return _page(form), 422
    if form.lat.data is None or form.lng.data is None:
        form.form_errors.append(str(_l("Choose the place first: move the map, search, or go on without the map.")))
        return _page(form), 422
    found = places.spot(form.lat.data, form.lng.data)
    if not found.is_inside:
        form.form_errors.append(str(_outside()))
        return _page(form), 422
    ward = str(form.ward.data or "") if found.offered or found.ward is None else found.ward.code
    if found.offered and ward not in {one.code for one in found.offered}:
        form.ward.errors = [_beside_a_border() if found.is_sure else _without_borders()]
        return _page(form), 422
    source = form.place_source
    kept.keep(
        lat=round(form.lat.data, 6),
        lng=round(form.lng.data, 6),
        place_source=source.value,
        accuracy_m=metres(form.accuracy.data) if source is PlaceSource.DEVICE else None,
        ward=ward,
        is_without_map=False,
        nearest_address=address_of(form),
        wayfinding=form.wayfinding.data or "",
    )
    return kept.go(_next())


@bp.route("/report/place/words", methods=["GET", "POST"])
@open_to_all
def without_map() -> ResponseReturnValue:
    """A ward and one's own words, for whom a map is of no use."""
    said = kept.said()
    form = WardForm(store.current(), language.chosen(), data={"ward": said.ward, "wayfinding": _wayfinding()})
    if form.validate_on_submit():
        kept.keep(
            lat=None,
            lng=None,
            place_source=PlaceSource.WARD.value,
            accuracy_m=None,
            ward=form.ward.data,
            is_without_map=True,
            nearest_address="",
            wayfinding=form.wayfinding.data or "",
        )
        return kept.go(_next())
    page = render_template("report/ward.html", form=form, step=2)
    return (page, 422) if form.is_submitted() else page


@bp.get("/report/where")
@open_to_all
def where() -> ResponseReturnValue:
    """For the map: in which ward the crosshair stands."""
    lat, lng = _number("lat"), _number("lng")
    if lat is None or lng is None or not (abs(lat) <= 90 and abs(lng) <= 180):
        return jsonify({"inside": False, "said": str(_outside()), "offered": []}), 422
    found, lang = places.spot(lat, lng), language.chosen()
    return jsonify(
        {
            "inside": found.is_inside,
            "said": _said_of(found),
            "ward": found.ward.code if found.ward is not None and found.is_sure else "",
            "offered": [{"code": one.code, "name": one.name.in_(lang)} for one in found.offered],
        }
    )


def _page(form: PlaceForm, *, query: str = "") -> str:
    pin, lang = pin_of(form), language.chosen()
    hits = places.search(query, lang)
    if query and not hits and any(sign.isalpha() for sign in query) and not form.wayfinding.data:
        form.wayfinding.data = query[:MAX_WAYFINDING]
    return render_template(
        "report/place.html",
        form=form,
        step=2,
        query=query,
        hits=hits,
        has_pin=pin["found"] is not None,
        arrows=_arrows(form.lat.data, form.lng.data, str(form.wayfinding.data or "")),
        finds_streets=places.finds_streets(),
        is_area=request.args.get("area") == "1",
        source=form.place_source,
        **pin,
    )


def pin_of(form: PlaceForm) -> dict[str, Any]:
    """What `report/_pin.html` shows of the place in the form; where no border tells, the form offers wards."""
    lang, config = language.chosen(), current_app.config["HOIAM"]
    lat, lng = form.lat.data, form.lng.data
    found = places.spot(lat, lng) if lat is not None and lng is not None else None
    if found is not None and found.is_inside:
        form.offer(found.offered, lang)
        if found.is_sure and found.ward is not None and form.ward.data not in {one.code for one in found.offered}:
            form.ward.data = found.ward.code
    return {
        "found": found,
        "said": _said_of(found) if found is not None else "",
        "has_borders": areas.has_outlines(),
        "tiles_url": config.tiles_url,
        "tiles_attribution": config.tiles_attribution,
        "bounds": store.current().bounds,
    }


def _asked_pin() -> dict[str, Any]:
    lat, lng = _number("lat"), _number("lng")
    if lat is None or lng is None or not (abs(lat) <= 90 and abs(lng) <= 180):
        return {}
    return {
        "lat": lat,
        "lng": lng,
        "source": request.args.get("source", ""),
        "address": request.args.get("address", "")[:300],
        "ward": request.args.get("ward", ""),
    }


def _kept_pin() -> dict[str, Any]:
    said = kept.said()
    if said.lat is not None:
        return {
            "lat": said.lat,
            "lng": said.lng,
            "source": said.place_source,
            "accuracy": said.accuracy_m,
            "address": said.nearest_address,
            "ward": said.ward,
        }
    return dict(said.proposed)


def _wayfinding() -> str:
    return request.args.get("wayfinding") or kept.said().wayfinding


def _arrows(lat: float | None, lng: float | None, wayfinding: str) -> dict[str, str]:
    """Links that move the pin a little, for pages without scripts."""
    if lat is None or lng is None:
        return {}
    step = STEP_M / METRES_A_DEGREE
    moves = {"north": (step, 0.0), "west": (0.0, -step), "east": (0.0, step), "south": (-step, 0.0)}
    return {
        name: url_for(
            "report.place",
            lat=round(lat + up, 6),
            lng=round(lng + right, 6),
            source="map",
            wayfinding=wayfinding or None,
            back=request.args.get("back"),
            _anchor="pin",
        )
        for name, (up, right) in moves.items()
    }


def _next() -> str:
    return url_for("report.send" if request.args.get("back") == "send" and kept.said().category else "report.what")


def _said_of(spot: places.Spot) -> str:
    """What a pin's place is called."""
    lang = language.chosen()
    if not spot.is_inside:
        return str(_outside())
    if spot.ward is not None and spot.is_sure:
        return spot.ward.name.in_(lang)
    return str(_l("Probably %(wards)s", wards=", ".join(one.name.in_(lang) for one in spot.offered)))


def _without_borders() -> Any:
    return _l("Choose the ward: we do not know the borders here well enough.")


def _beside_a_border() -> Any:
    return _l("This place lies beside a border. Is this the right ward? If so, press the button once more.")


def _outside() -> Any:
    return _l(
        "This place lies outside %(city)s, so nobody here can act on it. Move the pin, or tell the authorities there.",
        city=store.current().name.in_(language.chosen()),
    )


def _number(name: str) -> float | None:
    return degrees(request.args.get(name, ""))


def address_of(form: PlaceForm) -> str:
    """The address that came with the place, or the one that lies nearest; empty where nobody knows one."""
    if form.lat.data is None or form.lng.data is None:
        return ""
    return form.address.data or places.address_at(form.lat.data, form.lng.data, language.chosen())


def metres(said: float | None) -> int | None:
    return round(min(said, 100_000)) if said is not None and said >= 0 else None
