"""How my report stands, everything that happened, and what I can do now."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import clock, expected, notifications, public_page, qr, silence, workflow
from app.domain.city import store
from app.domain.errors import Gone, Moved, NotFound
from app.domain.notices import telling as notices
from app.domain.own_view import own_view
from app.domain.permissions import Actor
from app.domain.reports import by_secret, get, held
from app.forms.report import AddressForm, DigitsForm, LettersForm, PressForm, RatingForm, WordsForm
from app.models import Report, ReportContact, now
from app.models.choices import EventKind, Status, StatusClass
from app.routes.own import bp
from app.routes.own.parts import MOVES, rating_form
from app.web import language, links, timeline
from app.web.access import open_to_all
from app.web.actors import actor
from app.web.addresses import outside
from app.web.caching import keep_on_phone


@bp.get("/r/<code>/mine/<secret>")
@open_to_all
def page(code: str, secret: str) -> ResponseReturnValue:
    """How my report stands, everything that happened, and what I can do now."""
    report, link = by_secret(code, secret)
    return keep_on_phone(shown(report, link, secret))


def shown(
    report: Report,
    link: Actor,
    secret: str,
    *,
    add: WordsForm | None = None,
    moves: dict[str, WordsForm] | None = None,
    rating: RatingForm | None = None,
    digits: DigitsForm | None = None,
    letters: LettersForm | None = None,
    reach: AddressForm | None = None,
    status: int = 200,
) -> Response:
    """The page; a refused form stands in it as it was sent."""
    city, view = store.current(), own_view(report)
    report = view.report
    offered = {name: move for name, move in workflow.moves(report, link).items() if name in MOVES}
    lines = timeline.lines(view.events)
    answer = next((line for line in reversed(lines) if line.kind is EventKind.RESOLVED), None)
    own = outside("own.page", code=report.code, secret=secret)
    awaits, is_reachable = _awaits_contact(report, view.contact), view.contact and notifications.can_reach(view.contact)
    page = render_template(
        "own/page.html",
        report=report,
        view=view,
        lines=lines,
        answer=answer,
        secret=secret,
        category=city.category_of(report.category_id),
        ward=city.ward_of(report.ward_id),
        unit=city.unit_of(report.unit_id),
        why=""
        if view.is_handed_over or public_page.is_elsewhere(view.events)
        else public_page.why(report, language.chosen()),
        clock=clock.of(city, report, view.events),
        quiet_weeks=silence.weeks_told(view.report),
        expected=expected.find(report.category_id, report.ward_id) if report.is_open else None,
        merged=_merged_into(report),
        joined=notices.joined(report),
        own=own,
        own_qr=qr.svg(own, _("QR code of your own link")),
        add=add or WordsForm(formdata=None, prefix="add"),
        takes_additions=report.status_class not in (StatusClass.GONE, StatusClass.DRAFT),
        held_until=held.until(report),
        can_edit=held.can_edit(report, now()),
        moves={name: (moves or {}).get(name) or WordsForm(formdata=None, prefix=name) for name in offered},
        rating=(rating or rating_form(blank=True)) if answer and _can_rate(report) else None,
        awaits=awaits,
        digits=(digits or DigitsForm(formdata=None, prefix="code")) if awaits and is_reachable else None,
        reach=reach or AddressForm(formdata=None, prefix="reach"),
        letters=_letters_form(view.letters_in, letters),
        press=PressForm(formdata=None),
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return links.remember(response, report.code, secret)


def _merged_into(report: Report) -> str:
    """The code of the report this one lives on in; empty when it was not merged."""
    if report.status is not Status.MERGED:
        return ""
    try:
        get(report.code, seen_by=actor())
    except Moved as moved:
        return moved.code
    except (NotFound, Gone):
        return ""
    return ""


def _can_rate(report: Report) -> bool:
    return report.status is Status.RESOLVED and report.rating is None


def _awaits_contact(report: Report, contact: ReportContact | None) -> bool:
    """Is there something to confirm?"""
    return contact is not None and not report.is_contact_confirmed and report.status_class is not StatusClass.GONE


def _letters_form(language: str, refused: LettersForm | None) -> LettersForm | None:
    if not language:
        return None
    return refused or LettersForm(formdata=None, prefix="letters", data={"language": language})
