"""What somebody else than the reporter tells: that it is fixed, or more about the same problem."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import public_view
from app.domain.errors import Invalid, Stale
from app.domain.media import store as kept_photos
from app.domain.reports import get, witness
from app.extensions import limiter, unit_of_work
from app.forms.refusals import refuse
from app.forms.report import WordsForm
from app.models import Report
from app.models.choices import PhotoKind
from app.routes.own import bp
from app.routes.own.parts import TRIES, has_photos, taken
from app.routes.report import limits
from app.web import cards, language
from app.web.access import open_to_all
from app.web.actors import actor
from app.web.caching import back_to


@bp.route("/r/<code>/fixed", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def claim(code: str) -> ResponseReturnValue:
    """Somebody says that an open report is fixed. Nothing changes by it before the unit has looked."""
    return _told(code, "claim", witness.claim_fixed, _("Thank you. The unit looks whether it is so."))


@bp.route("/r/<code>/tell", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def tell(code: str) -> ResponseReturnValue:
    """Somebody with the same problem adds words or photos, for the unit alone."""
    return _told(code, "tell", witness.tell, _("Added. The unit in charge sees it."))


def _told(code: str, what: str, say: Callable[..., None], thanks: str) -> ResponseReturnValue:
    report, form = get(code, seen_by=actor()), WordsForm()
    if not form.validate_on_submit():
        return _page(report, form, what, 422 if form.errors else 200)
    wait = limits.wait_for_uploads() if has_photos(form) else 0
    if wait:
        form.photos.errors = [limits.many_photos(wait)]
        return _page(report, form, what, 429)
    photos, refused = taken(form)
    try:
        with unit_of_work():
            ids = [kept_photos.add(one, report, kind=PhotoKind.TESTIMONY).id for one in photos]
            say(code, form.words.data or "", photo_ids=ids, language=language.chosen())
    except (Invalid, Stale) as error:
        for one in photos:
            kept_photos.drop(one.name)
        if isinstance(error, Stale):
            flash(str(error.message), "warn")
            return back_to("public.report", code=report.code)
        form.words.errors = refused
        refuse(form, error, otherwise="words")
        return _page(get(code, seen_by=actor()), form, what, 422)
    for message in refused:
        flash(message, "error")
    flash(thanks, "done")
    return back_to("public.report", code=report.code)


def _page(report: Report, form: WordsForm, what: str, status: int) -> ResponseReturnValue:
    card = cards.public_card(public_view.several([report])[0])
    return make_response(render_template("own/tell.html", report=report, card=card, form=form, what=what), status)
