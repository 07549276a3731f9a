"""The page of one report, the same for everybody."""

from __future__ import annotations

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import public_page, qr, reports
from app.domain.permissions import ANONYMOUS
from app.routes.public import bp
from app.web import cards, language, outline, sharing, timeline
from app.web.access import open_to_all
from app.web.addresses import outside
from app.web.caching import HOUR, cacheable, is_for_everybody


@bp.get("/r/<code>/code.svg")
@open_to_all
def report_code(code: str) -> ResponseReturnValue:
    """The page's address as a QR code, for paper. It is drawn for whoever prints, so that no reader waits for it."""
    found = reports.get(code, seen_by=ANONYMOUS)
    drawn = qr.svg(outside("public.report", code=found.code), _("QR code of this report"))
    return cacheable(Response(drawn, mimetype="image/svg+xml"), HOUR)


@bp.get("/r/<code>")
@open_to_all
def report(code: str) -> ResponseReturnValue:
    page = public_page.find(code, language.chosen())
    view = page.view
    if code != view.code:
        return redirect(url_for("public.report", code=view.code), 301)
    drawing, picture = outline.of(view.ward), sharing.of(view)
    html = render_template(
        "public/report.html",
        cacheable=is_for_everybody(),
        page=page,
        view=view,
        picture=picture,
        picture_url=sharing.address(view, picture),
        address=outside("public.report", code=view.code),
        lines=timeline.lines(view.events),
        handed_over=timeline.line(page.handed_over) if page.handed_over else None,
        photos=[timeline.picture(photo) for photo in view.photos],
        after=timeline.picture(view.after) if view.after else None,
        drawing=drawing,
        spot=drawing.at(view.point) if drawing and view.point else None,
        relatives=[cards.public_card(one) for one in page.relatives],
        similar=[cards.public_card(one, distance_m=metres) for one, metres in page.similar],
    )
    return cacheable(html)
