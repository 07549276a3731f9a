"""Notices of the city, for everybody: those that hold, those that are over, each with its page; by feed; on the map."""

from __future__ import annotations

import json

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain.city import store
from app.domain.notices import area, reading, telling
from app.extensions import csrf, limiter, unit_of_work
from app.forms.report import PressForm
from app.models import Notice
from app.web import atom, labels, language, one_press
from app.web.access import open_to_all
from app.web.addresses import asked_number, outside
from app.web.atom import Item
from app.web.caching import MINUTE, as_json, back_to, cacheable

bp = Blueprint("notices", __name__)
TRIES = "30 per hour"
FEW = 5  # wards, named one by one
FEED = "public, max-age=300"


@bp.get("/notices")
@open_to_all
def all() -> ResponseReturnValue:
    """What holds now, what comes, what is over."""
    before = asked_number("before")
    past = reading.past(before)
    page = render_template(
        "notices/all.html",
        cacheable=True,
        current=[] if before else reading.current(),
        coming=[] if before else reading.coming(),
        past=past.notices,
        newest=url_for(".all") if before else None,
        older=url_for(".all", before=past.older) if past.older else None,
        where=_where,
    )
    return cacheable(page)


@bp.get("/notices/<code>")
@open_to_all
def page(code: str) -> ResponseReturnValue:
    """One notice, what was said since, and how many people it is about."""
    notice = reading.get(code)
    html = render_template(
        "notices/page.html",
        cacheable=True,
        notice=notice,
        updates=reading.updates([notice])[notice.id],
        affected=reading.affected(notice),
        where=_where(notice, reaches=area.reaches(area.of(notice))),
        shapes=url_for(".shapes", code=code) if area.of(notice) != area.Area() else "",
    )
    return cacheable(html)


@bp.get("/notices/feed.atom")
@open_to_all
def feed() -> ResponseReturnValue:
    found = reading.newest()
    updates = reading.updates(found)
    city = store.current().name.in_(language.chosen())
    body = atom.document(
        title=_("Notices of %(city)s", city=city),
        city=city,
        language=language.chosen(),
        own=outside(".feed"),
        page=outside(".all"),
        items=[_item(one, [update.text.in_(language.chosen()) for update in updates[one.id]]) for one in found],
    )
    return cacheable(Response(body, mimetype=atom.TYPE), FEED)


@bp.get("/notices/shapes.json")
@open_to_all
def shapes() -> ResponseReturnValue:
    """Where they hold, as GeoJSON for the map: those of now, or one of them."""
    code = request.args.get("code", "")
    found = [reading.get(code)] if code else [one.notice for one in reading.current()]
    features = [_feature(one) for one in found]
    drawn = {"type": "FeatureCollection", "features": [one for one in features if one["geometry"]]}
    return as_json(json.dumps(drawn, ensure_ascii=False, separators=(",", ":")), MINUTE)


@bp.route("/notices/stop/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def stop(token: str) -> ResponseReturnValue:
    """No more letters about a notice. A mail reader presses it by itself (RFC 8058), and brings no token of a form."""
    if request.method == "GET":
        notice = telling.stopping(token)
        return render_template("notices/stop.html", notice=notice, token=token, press=PressForm(formdata=None))
    by_mail_reader = one_press.is_by_mail_reader()
    with unit_of_work():
        telling.stop(token)
    if by_mail_reader:
        return Response(_("You get no more letters about this notice."), mimetype="text/plain")
    flash(_("You get no more letters about this notice."), "done")
    return back_to("public.front")


def _where(notice: Notice, reaches: tuple[str, ...] = ()) -> str:
    """Where it holds, in words; of what was drawn, the wards that it reaches, while they are few."""
    if wards := reading.where(notice, language.chosen()):
        return wards
    if 0 < len(reaches) <= FEW:
        names = [store.current().wards[code].name.in_(language.chosen()) for code in reaches]
        return str(_("part of %(wards)s, drawn on the map", wards=", ".join(names)))
    return str(_("the whole city") if area.of(notice) == area.Area() else _("the place drawn on the map"))


def _feature(notice: Notice) -> dict[str, object]:
    said = language.chosen()
    return {
        "type": "Feature",
        "properties": {
            "title": notice.title.in_(said),
            "severity": notice.severity.value,
            "url": url_for(".page", code=notice.code),
        },
        "geometry": area.shape(area.of(notice)),
    }


def _item(notice: Notice, updates: list[str]) -> Item:
    said = language.chosen()
    address = outside(".page", code=notice.code)
    text = notice.text.in_(said)
    return Item(
        id=address,
        title=f"{labels.label(notice.severity)}: {notice.title.in_(said)}",
        url=address,
        summary=text,
        html=render_template("notices/entry.html", paragraphs=[*updates, text], where=_where(notice)),
        published=notice.starts_at,
        updated=max(notice.updated_at, notice.starts_at),
        term=notice.severity.value,
        label=str(labels.label(notice.severity)),
        point=(notice.lat, notice.lng) if notice.lat is not None and notice.lng is not None else None,
    )
