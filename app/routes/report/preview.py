"""Who will see what, shown before it is sent: from the draft as it was typed so far."""

from __future__ import annotations

from flask import Response, flash, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import drafts, preview
from app.domain.errors import Invalid
from app.domain.preview import Preview
from app.forms.report import ContactForm
from app.models import now
from app.routes.report import bp, kept, send
from app.web import language, timeline
from app.web.access import open_to_all
from app.web.actors import actor


@bp.post("/report/send/preview")
@open_to_all
def look() -> ResponseReturnValue:
    """Keep what is ticked and typed on the last step, and show who would see what. Nothing is sent."""
    if kept.open_draft() is not None:
        kept.keep(**send.said_of(ContactForm()))
    return kept.go(url_for("report.preview_of_draft"))


@bp.get("/report/preview")
@open_to_all
def preview_of_draft() -> ResponseReturnValue:
    """The report as everybody will see it, and as the unit will."""
    draft = kept.open_draft()
    if draft is None or not drafts.Said.of(draft).has_place:
        return kept.go(url_for("report.send"))
    said = drafts.filing_of(draft, person_id=actor().person_id, language=language.chosen())
    try:
        seen = preview.of_filing(said, now(), photo_count=len(drafts.photos_of(draft)))
    except Invalid as error:
        flash(str(error.message), "warn")
        return kept.go(url_for("report.send"))
    return page(seen, back=url_for("report.send"), label=_("Back to check and send"))


def page(seen: Preview, *, back: str, label: str) -> Response:
    html = render_template(
        "report/preview.html",
        seen=seen,
        category=seen.city.category_of(seen.report.category_id),
        ward=seen.city.ward_of(seen.report.ward_id),
        unit=seen.city.unit_of(seen.report.unit_id),
        photos=[timeline.picture(photo) for photo in seen.public.photos] if seen.public else [],
        back=back,
        back_label=label,
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
