"""The reporter's own page, behind the secret link: follow, add, answer, rate, object, withdraw; and "me too"."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.domain import clock, confirmations, notifications, public_page, public_view, qr, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Gone, Invalid, Moved, NotFound, Stale
from app.domain.media import store as kept_photos
from app.domain.media.refusal import PhotoRefused
from app.domain.own_view import own_view, remembered_reports
from app.domain.permissions import Actor
from app.domain.reports import by_secret, following, get, get_for_change, secret_of
from app.domain.reports import guests as guest_links
from app.extensions import limiter, unit_of_work
from app.forms.report import AddressForm, DigitsForm, FollowForm, LettersForm, PressForm, RatingForm, WordsForm
from app.models import Report, ReportContact
from app.models.choices import EventKind, PhotoKind, Rating, RatingReason, Status, StatusClass
from app.routes import guests
from app.routes.report import limits
from app.web import cards, language, links, timeline
from app.web.access import open_to_all, open_to_residents
from app.web.actors import actor
from app.web.addresses import outside
from app.web.caching import back_to
from app.web.labels import LABELS

bp = Blueprint("own", __name__)
TRIES = "30 per hour"
LETTERS = "20 per hour"  # asked for by one connection; the domain counts those to one address


@bp.get("/mine")
@open_to_all
def mine() -> ResponseReturnValue:
    """My reports on this phone: what this browser remembers."""
    return render_template(
        "own/mine.html",
        rows=[cards.own_card(report) for report in remembered_reports(links.remembered())],
        press=PressForm(formdata=None),
    )


@bp.post("/mine/forget")
@open_to_all
def forget() -> ResponseReturnValue:
    """This browser forgets its reports; the links still work."""
    if PressForm().validate_on_submit():
        flash(_("This browser no longer remembers your reports. Their links still work."), "done")
        return links.forget(make_response(redirect(url_for("own.mine"), 303)))
    return redirect(url_for("own.mine"), 303)


@bp.get("/r/<code>/mine/<secret>")
@open_to_all
def page(code: str, secret: str) -> ResponseReturnValue:
    """How my report stands, everything that happened, and what I can do now."""
    report, link = by_secret(code, secret)
    return _shown(report, link, secret)


@bp.post("/r/<code>/mine/<secret>/add")
@open_to_all
@limiter.limit(TRIES)
def add(code: str, secret: str) -> ResponseReturnValue:
    """More words or photos. A refused file is named, the rest is kept."""
    report, link = by_secret(code, secret)
    form = WordsForm(prefix="add")
    if not form.validate_on_submit():
        return _shown(report, link, secret, add=form, status=422)
    files = [file for file in form.photos.data or () if isinstance(file, FileStorage) and file.filename]
    wait = limits.wait_for_uploads() if files else 0
    if wait:
        form.photos.errors = [limits.many_photos(wait)]
        return _shown(report, link, secret, add=form, status=429)
    refused, taken = [], []
    for file in files:
        try:
            taken.append(kept_photos.take(file.stream, file.filename or ""))
        except PhotoRefused as error:
            refused.append(str(error.message))
    try:
        with unit_of_work():
            following_report = by_secret(code, secret)[0]
            ids = tuple(kept_photos.add(one, following_report, kind=PhotoKind.ADDITION).id for one in taken)
            following.add(code, form.words.data or "", by=link, photo_ids=ids, language=language.chosen())
    except Invalid as error:
        for one in taken:
            kept_photos.drop(one.name)
        form[error.field if error.field in form else "words"].errors = [*refused, str(error.message)]
        return _shown(by_secret(code, secret)[0], link, secret, add=form, status=422)
    for message in refused:
        flash(message, "error")
    flash(_("Added. The unit in charge sees it."), "done")
    return _back(code, secret)


@bp.post("/r/<code>/mine/<secret>/<any(reply, appeal, reopen, withdraw):move>")
@open_to_all
@limiter.limit(TRIES)
def take(code: str, secret: str, move: str) -> ResponseReturnValue:
    """A step that is the reporter's to take: the table of moves decides whether it is."""
    report, link = by_secret(code, secret)
    form = WordsForm(prefix=move)
    if not form.validate_on_submit():
        return _shown(report, link, secret, moves={move: form}, status=422)
    details = workflow.Details(words=form.words.data or "", language=language.chosen())
    try:
        with unit_of_work():
            workflow.take(code, move, by=link, details=details)
    except Invalid as error:
        form.words.errors = [str(error.message)]
        return _shown(by_secret(code, secret)[0], link, secret, moves={move: form}, status=422)
    except (Forbidden, Stale) as error:
        flash(str(error.message), "warn")
        return _back(code, secret)
    flash(_DONE[move](), "done")
    return _back(code, secret)


_DONE: dict[str, Callable[[], str]] = {
    "reply": lambda: _("Thank you. The unit goes on with your answer."),
    "appeal": lambda: _("Your request was sent. Somebody else decides it."),
    "reopen": lambda: _("The report is open again, with a promise of its own."),
    "withdraw": lambda: _("The report is withdrawn and no longer public."),
}


@bp.post("/r/<code>/mine/<secret>/rate")
@open_to_all
@limiter.limit(TRIES)
def rate(code: str, secret: str) -> ResponseReturnValue:
    """Three words, and a reason where one is not satisfied."""
    report, link = by_secret(code, secret)
    form = _rating_form()
    said = str(form.rating.data or "")
    reason = str(form.reason.data or "")
    if not form.validate_on_submit() or said not in set(Rating):
        if not form.errors:
            form.rating.errors = [_("Choose one of the three.")]
        return _shown(report, link, secret, rating=form, status=422)
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
        form[error.field if error.field in form else "words"].errors = [str(error.message)]
        return _shown(by_secret(code, secret)[0], link, secret, rating=form, status=422)
    except Stale as error:
        flash(str(error.message), "warn")
        return _back(code, secret)
    is_open = by_secret(code, secret)[0].is_open
    thanks = _("Thank you for your rating.")
    flash(f"{thanks} {_('The report is open again, with a promise of its own.')}" if is_open else thanks, "done")
    return _back(code, secret)


@bp.post("/r/<code>/mine/<secret>/code")
@open_to_all
@limiter.limit(TRIES)
def use_code(code: str, secret: str) -> ResponseReturnValue:
    """The six digits of the message, for whom the link cannot be tapped."""
    report, link = by_secret(code, secret)
    form = DigitsForm(prefix="code")
    if not form.validate_on_submit():
        return _shown(report, link, secret, digits=form, status=422)
    try:
        with unit_of_work():
            is_right = confirmations.use_code(by_secret(code, secret)[0], form.digits.data or "")
    except Invalid as error:
        is_right, message = False, str(error.message)
    else:
        message = _("These digits are not right. Look at the message once more.")
    if not is_right:
        form.digits.errors = [message]
        return _shown(by_secret(code, secret)[0], link, secret, digits=form, status=422)
    flash(_("Thank you, your contact is confirmed."), "done")
    return _back(code, secret)


@bp.post("/r/<code>/mine/<secret>/email")
@open_to_all
@limiter.limit(LETTERS)
def leave_email(code: str, secret: str) -> ResponseReturnValue:
    """An e-mail address where a message can reach the reporter: the first one, or the right one."""
    report, link = by_secret(code, secret)
    form = AddressForm(prefix="reach")
    if not form.validate_on_submit():
        return _shown(report, link, secret, reach=form, status=422)
    try:
        with unit_of_work():
            confirmations.ask_at(get_for_change(by_secret(code, secret)[0].code, by=link), form.email.data or "")
    except Invalid as error:
        form.email.errors = [str(error.message)]
        return _shown(by_secret(code, secret)[0], link, secret, reach=form, status=422)
    flash(_("A message is on its way to you. Press its link to confirm the address."), "done")
    return _back(code, secret)


@bp.post("/r/<code>/mine/<secret>/language")
@open_to_all
@limiter.limit(TRIES)
def letters(code: str, secret: str) -> ResponseReturnValue:
    """In which language a guest is written to."""
    report, link = by_secret(code, secret)
    form = LettersForm(prefix="letters")
    if not form.validate_on_submit():
        return _shown(report, link, secret, letters=form, status=422)
    try:
        with unit_of_work():
            following.set_language(code, form.language.data or "", by=link)
    except Invalid as error:
        form.language.errors = [str(error.message)]
        return _shown(by_secret(code, secret)[0], link, secret, letters=form, status=422)
    flash(_("Saved. Our next letter comes in that language."), "done")
    return _back(code, secret)


@bp.post("/r/<code>/mine/<secret>/code/again")
@open_to_all
@limiter.limit(LETTERS)
def code_again(code: str, secret: str) -> ResponseReturnValue:
    """The message never came, or its digits are too old: another one, please."""
    report, _link = by_secret(code, secret)
    if PressForm().validate_on_submit():
        _send_again(report.code)
    return _back(code, secret)


@bp.route("/r/<code>/confirm/<token>", methods=["GET", "POST"])
@open_to_all
def confirm(code: str, token: str) -> ResponseReturnValue:
    """The mailed link: one button, because mail scanners open links too. Pressing it twice does no harm."""
    try:
        report = _named(code, confirmations.report_of(token))
    except Gone:
        return _expired(_named(code, confirmations.report_of(token, also_expired=True)), token)
    if PressForm().validate_on_submit():
        with unit_of_work():
            report = confirmations.confirm(token)
            secret = secret_of(report)
        flash(_("Thank you, your contact is confirmed."), "done")
        return links.remember(make_response(_back(code, secret)), code, secret)
    city = store.current()
    return render_template(
        "own/confirm.html",
        report=report,
        category=city.category_of(report.category_id),
        ward=city.ward_of(report.ward_id),
        press=PressForm(formdata=None),
    )


@bp.post("/r/<code>/confirm/<token>/again")
@open_to_all
@limiter.limit(LETTERS)
def confirm_again(code: str, token: str) -> ResponseReturnValue:
    """The link has expired: a fresh one goes to the same address, and is shown to nobody here."""
    report = _named(code, confirmations.report_of(token, also_expired=True))
    if PressForm().validate_on_submit():
        _send_again(report.code)
    return redirect(url_for("own.confirm", code=code, token=token), 303)


def _named(code: str, report: Report) -> Report:
    """The report of a token, which the address must name too."""
    if report.code != code:
        raise NotFound(_("This link does not confirm anything. Check that it was copied whole."))
    return report


def _send_again(code: str) -> None:
    """Another message to the typed address, and a word about it; or why not."""
    try:
        with unit_of_work():
            confirmations.ask_again(get_for_change(code, by=None))
    except Invalid as error:
        flash(str(error.message), "warn")
    else:
        flash(_("A new message is on its way, with a new link and new digits. The old digits no longer work."), "done")


def _expired(report: Report, token: str) -> Response:
    page = make_response(render_template("own/expired.html", report=report, token=token, press=PressForm()), 410)
    page.headers["Cache-Control"] = "private, no-store"
    return page


@bp.route("/r/<code>/join", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(limits.BY_CONTACT, key_func=limits.contact_of_form, exempt_when=limits.has_no_contact_in_form)
def join(code: str) -> ResponseReturnValue:
    """ "The same problem": counts once a person or browser. An account follows from now on; a guest chooses how."""
    report = get(code, seen_by=actor())
    form = FollowForm()
    if not links.browser_hash() or not form.validate_on_submit():
        return links.mark_browser(_follow_page(report, form, "join"))
    try:
        with unit_of_work():
            counted = following.join(code, by=actor(), browser_hash=links.browser_hash())
    except Invalid as error:
        flash(str(error.message), "warn")
        return back_to("public.report", code=report.code)
    flash(_("Thank you. You are counted as affected.") if counted else _("You were counted already."), "done")
    if actor().person_id is not None:
        return back_to("public.report", code=report.code)
    report = get(code, seen_by=actor())
    if form.email.data:
        guests.ask(report, form)
    return redirect(
        url_for("guests.page", code=report.code, secret=guest_links.secret_of(report, links.browser_hash())), 303
    )


@bp.route("/r/<code>/follow", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
@limiter.limit(limits.BY_CONTACT, key_func=limits.contact_of_form, exempt_when=limits.has_no_contact_in_form)
def follow(code: str) -> ResponseReturnValue:
    """Hear of every answer: an account at once, a guest once the link in our message was pressed."""
    report = get(code, seen_by=actor())
    is_guest = actor().person_id is None
    form = FollowForm(is_needed=is_guest)
    if not form.validate_on_submit():
        return _follow_page(report, form, "follow")
    if is_guest:
        guests.ask(report, form)
    else:
        with unit_of_work():
            following.follow(code, by=actor())
        flash(_("You follow this report now."), "done")
    return back_to("public.report", code=report.code)


def _follow_page(report: Report, form: FollowForm, what: str) -> Response:
    html = render_template(
        "own/join.html",
        report=report,
        card=cards.public_card(public_view.several([report])[0]),
        form=form,
        what=what,
        is_guest=actor().person_id is None,
    )
    return make_response(html, 422 if form.errors else 200)


@bp.post("/r/<code>/unfollow")
@open_to_residents
def unfollow(code: str) -> ResponseReturnValue:
    report = get(code, seen_by=actor())
    if PressForm().validate_on_submit():
        with unit_of_work():
            following.unfollow(code, by=actor())
        flash(_("You no longer follow this report."), "done")
    return back_to("public.report", code=report.code)


# --- the page -----------------------------------------------------------------------------------------------------


def _shown(
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
    city, view = store.current(), own_view(report)
    report = view.report
    offered = {name: move for name, move in workflow.moves(report, link).items() if name in _DONE}
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
        merged=_merged_into(report),
        own=own,
        own_qr=qr.svg(own, _("QR code of your own link")),
        add=add or WordsForm(formdata=None, prefix="add"),
        takes_additions=report.status_class is not StatusClass.GONE,
        moves={name: (moves or {}).get(name) or WordsForm(formdata=None, prefix=name) for name in offered},
        rating=(rating or _rating_form(blank=True)) if answer and _can_rate(report) else None,
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


def _rating_form(*, blank: bool = False) -> RatingForm:
    form = RatingForm(formdata=None, prefix="rate") if blank else RatingForm(prefix="rate")
    form.rating.choices = [SelectChoice(value.value, label) for value, label in LABELS[Rating].items()]
    form.reason.choices = [SelectChoice(value.value, label) for value, label in LABELS[RatingReason].items()]
    return form


def _back(code: str, secret: str) -> Response:
    return make_response(redirect(url_for("own.page", code=code, secret=secret), 303))
