"""What the reporter says: more words or photos, a step of their own, a rating."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import workflow
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.media import store as kept_photos
from app.domain.reports import by_secret, following
from app.extensions import limiter, unit_of_work
from app.forms.refusals import refuse
from app.forms.report import WordsForm
from app.models.choices import PhotoKind, Rating, RatingReason
from app.routes.own import bp
from app.routes.own.page import shown
from app.routes.own.parts import MOVES, TRIES, back, has_photos, rating_form, taken
from app.routes.report import limits
from app.web import language
from app.web.access import open_to_all


@bp.post("/r/<code>/mine/<secret>/add")
@open_to_all
@limiter.limit(TRIES)
def add(code: str, secret: str) -> ResponseReturnValue:
    """More words or photos. A refused file is named, the rest is kept."""
    report, link = by_secret(code, secret)
    form = WordsForm(prefix="add")
    if not form.validate_on_submit():
        return shown(report, link, secret, add=form, status=422)
    wait = limits.wait_for_uploads() if has_photos(form) else 0
    if wait:
        form.photos.errors = [limits.many_photos(wait)]
        return shown(report, link, secret, add=form, status=429)
    photos, refused = taken(form)
    try:
        with unit_of_work():
            following_report = by_secret(code, secret)[0]
            ids = tuple(kept_photos.add(one, following_report, kind=PhotoKind.ADDITION).id for one in photos)
            following.add(code, form.words.data or "", by=link, photo_ids=ids, language=language.chosen())
    except Invalid as error:
        for one in photos:
            kept_photos.drop(one.name)
        form.words.errors = refused
        refuse(form, error, otherwise="words")
        return shown(by_secret(code, secret)[0], link, secret, add=form, status=422)
    for message in refused:
        flash(message, "error")
    flash(_("Added. The unit in charge sees it."), "done")
    return back(code, secret)


@bp.post(f"/r/<code>/mine/<secret>/<any({', '.join(MOVES)}):move>")
@open_to_all
@limiter.limit(TRIES)
def take(code: str, secret: str, move: str) -> ResponseReturnValue:
    """A step that is the reporter's to take: the table of moves decides whether it is."""
    report, link = by_secret(code, secret)
    form = WordsForm(prefix=move)
    if not form.validate_on_submit():
        return shown(report, link, secret, moves={move: form}, status=422)
    details = workflow.Details(words=form.words.data or "", language=language.chosen())
    try:
        with unit_of_work():
            workflow.take(code, move, by=link, details=details)
    except Invalid as error:
        refuse(form, error, otherwise="words")
        return shown(by_secret(code, secret)[0], link, secret, moves={move: form}, status=422)
    except (Forbidden, Stale) as error:
        flash(str(error.message), "warn")
        return back(code, secret)
    flash(_THANKS[move](), "done")
    return back(code, secret)


_THANKS: dict[str, Callable[[], str]] = {
    "reply": lambda: _("Thank you. The unit goes on with your answer."),
    "appeal": lambda: _("Your request was sent. Somebody else decides it."),
    "reopen": lambda: _("The report is open again, with a promise of its own."),
    "send_now": lambda: _("Sent. The unit in charge sees it now."),
    "withdraw": lambda: _("The report is withdrawn and no longer public."),
}


@bp.post("/r/<code>/mine/<secret>/rate")
@open_to_all
@limiter.limit(TRIES)
def rate(code: str, secret: str) -> ResponseReturnValue:
    """Three words, and a reason where one is not satisfied."""
    report, link = by_secret(code, secret)
    form = rating_form()
    said = str(form.rating.data or "")
    reason = str(form.reason.data or "")
    if not form.validate_on_submit() or said not in set(Rating):
        if not form.errors:
            form.rating.errors = [_("Choose one of the three.")]
        return shown(report, link, secret, rating=form, status=422)
    try:
        with unit_of_work():
            following.rate(
                code,
                Rating(said),
                by=link,
                reason=RatingReason(reason) if reason in set(RatingReason) and said == Rating.UNSATISFIED else None,
                text=form.words.data or "",
                language=language.chosen(),
            )
    except Invalid as error:
        refuse(form, error, otherwise="words")
        return shown(by_secret(code, secret)[0], link, secret, rating=form, status=422)
    except Stale as error:
        flash(str(error.message), "warn")
        return back(code, secret)
    flash(_thanks_for(Rating(said), is_open=by_secret(code, secret)[0].is_open), "done")
    return back(code, secret)


def _thanks_for(rating: Rating, *, is_open: bool) -> str:
    """And what comes of it."""
    more = ""
    if is_open:
        more = _("The report is open again, with a promise of its own.")
    elif rating is Rating.UNSATISFIED:
        more = _("The lead of the unit looks at it.")
    thanks = _("Thank you for your rating.")
    return f"{thanks} {more}".strip()
