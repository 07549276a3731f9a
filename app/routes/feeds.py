"""What happens, for programs that read feeds: in the city, a ward, a unit, a category, around a place, to a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import codes, feeds
from app.domain.city import store
from app.domain.errors import Invalid, NotFound
from app.domain.feeds import Entry
from app.domain.public_view import PublicView
from app.forms.public import CircleForm
from app.web import atom, labels, language, timeline
from app.web.access import open_to_all
from app.web.addresses import outside
from app.web.atom import Item
from app.web.caching import cacheable

bp = Blueprint("feeds", __name__)
KEPT = "public, max-age=300"


@bp.get("/feed.atom")
@open_to_all
def city() -> ResponseReturnValue:
    return _answer(_("New reports in %(place)s", place=_city()), outside("public.front"), _items(feeds.newest()))


@bp.get("/wards/<code>/feed.atom")
@open_to_all
def ward(code: str) -> ResponseReturnValue:
    found = store.current().wards.get(code)
    if found is None:
        raise NotFound(_("The city has no such ward."))
    title = _("New reports in %(place)s", place=found.name.in_(language.chosen()))
    return _answer(title, outside("numbers.ward", code=code), _items(feeds.newest(ward=code)))


@bp.get("/units/<code>/feed.atom")
@open_to_all
def unit(code: str) -> ResponseReturnValue:
    found = store.current().units.get(code)
    if found is None:
        raise NotFound(_("The city has no such unit."))
    title = _("New reports for %(unit)s", unit=found.name.in_(language.chosen()))
    return _answer(title, outside("numbers.unit", code=code), _items(feeds.newest(unit_id=found.id)))


@bp.get("/categories/<code>/feed.atom")
@open_to_all
def category(code: str) -> ResponseReturnValue:
    found = store.current().categories.get(code)
    if found is None:
        raise NotFound(_("The city has no such category."))
    title = _("New reports: %(category)s", category=found.name.in_(language.chosen()))
    page = outside("public.reports", category=code, **{"class": "open,done,declined"})
    return _answer(title, page, _items(feeds.newest(category=code)))


@bp.get("/near/feed.atom")
@open_to_all
def circle() -> ResponseReturnValue:
    """Around a place, to four decimals of a degree: ten metres."""
    form = CircleForm(request.args)
    lat, lng, metres = form.lat.data, form.lng.data, form.radius.data
    if not form.validate() or lat is None or lng is None or metres is None:
        raise Invalid(_("Name the middle of the circle by lat and lng, and its radius in metres."))
    lat, lng = round(lat, 4), round(lng, 4)
    if not store.current().bounds.holds(lat, lng):
        raise Invalid(_("That place lies outside %(city)s.", city=_city()))
    items = _items(feeds.around(lat, lng, metres))
    title = _("New reports within %(metres)s m of %(lat)s, %(lng)s", metres=metres, lat=lat, lng=lng)
    return _answer(title, outside("public.near", lat=lat, lng=lng), items, lat=lat, lng=lng, radius=metres)


@bp.get("/r/<code>/feed.atom")
@open_to_all
def report(code: str) -> ResponseReturnValue:
    """One report: an entry for everything that happened, the newest first."""
    view = feeds.of_report(code)
    if code != view.code:
        return redirect(url_for(".report", code=view.code), 301)
    title = f"{_name(view)} · {codes.shown(view.code)}"
    return _answer(title, _page(view), _steps(view))


def _answer(title: str, page: str, items: Iterable[Item], **asked: Any) -> Response:
    own = outside(request.endpoint or "", **(request.view_args or {}), **asked)
    body = atom.document(title=title, city=_city(), language=language.chosen(), own=own, page=page, items=items)
    return cacheable(Response(body, mimetype=atom.TYPE), KEPT)


def _items(entries: Iterable[Entry]) -> Iterable[Item]:
    return [
        Item(
            id=_page(entry.view),
            title=f"{_name(entry.view)}, {_where(entry.view)}",
            summary=_standing(entry.view),
            html=_html(entry.view, lines=()),
            updated=entry.updated_at,
            published=entry.view.filed_at,
            **_of(entry.view),
        )
        for entry in entries
    ]


def _steps(view: PublicView) -> Iterable[Item]:
    """Newest first. Two things of one kind may happen in one second: their number tells them apart."""
    seen: dict[str, int] = {}
    steps = []
    for event in view.events:
        mark = f"{event.kind.value}-{int(event.at.timestamp())}"
        seen[mark] = seen.get(mark, 0) + 1
        title = str(labels.label(event.kind))
        steps.append(
            Item(
                id=f"{_page(view)}#{mark}-{seen[mark]}",
                title=title,
                summary="\n\n".join(event.said) or title,
                html=_html(view, lines=[timeline.line(event)]),
                updated=event.at,
                published=event.at,
                **_of(view),
            )
        )
    return steps[: -feeds.MOST - 1 : -1]


def _of(view: PublicView) -> dict[str, Any]:
    """What every entry about a report says."""
    return {"url": _page(view), "term": view.category.code, "label": _name(view), "point": view.point}


def _html(view: PublicView, lines: Iterable[timeline.Line]) -> str:
    photos = [outside("photos.photo", name=one.name, size="view") for one in (*view.photos, view.after) if one]
    return render_template(
        "feeds/entry.html", view=view, standing=_standing(view), where=_where(view), lines=lines, photos=photos
    )


def _standing(view: PublicView) -> str:
    """ "Fixed. Phường Hoàn Kiếm committee." """
    said = labels.status_words(view.status, view.outcome, view.waiting_for, view.is_transferred)
    return f"{said}. {view.unit.name.in_(language.chosen())}."


def _where(view: PublicView) -> str:
    ward = view.ward.name.in_(language.chosen())
    return f"{view.address}, {ward}" if view.address else ward


def _name(view: PublicView) -> str:
    return view.category.name.in_(language.chosen())


def _page(view: PublicView) -> str:
    return outside("public.report", code=view.code)


def _city() -> str:
    return store.current().name.in_(language.chosen())
