"""The summary with its promise, the contact, the one press that files the report, and the page after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.domain import confirmations, drafts, expected, masking, notifications, personal, promises, qr, routing
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.notices import reading as notices
from app.domain.notices import telling
from app.domain.reports import by_secret, filing, held
from app.extensions import limiter, unit_of_work
from app.forms.refusals import refuse
from app.forms.report import ContactForm, PressForm
from app.models import Draft, Notice, Report, now
from app.models.choices import Severity
from app.routes.report import bp, kept
from app.routes.report.limits import BY_ADDRESS, BY_CONTACT, contact_of_form, counts, has_no_contact_in_form
from app.web import language, later, links
from app.web.access import open_to_all
from app.web.actors import actor
from app.web.addresses import outside

FRESH = timedelta(minutes=10)
MOST_PIECES = 100
ENDPOINTS = {"place": "report.place", "ward": "report.place", "wayfinding": "report.place"}


@bp.before_request
def notice_old_pages() -> ResponseReturnValue | None:
    """A page from before the sending, reached by "back", sends nothing a second time: it leads to what was sent."""
    said, draft = request.form.get("client_id", ""), kept.draft() if request.method == "POST" else None
    if draft is None or not said:
        return None
    if draft.report_id is not None and said == draft.client_id:
        return _to_done(draft)
    if request.endpoint == "report.file" and said != draft.client_id:
        flash(_("That page was of an earlier report. Please check this one before you send it."), "warn")
        return redirect(url_for("report.send"), 303)
    return None


@bp.context_processor
def which_report() -> dict[str, Any]:
    """For the steps: the report their form is of, and the one that was sent a moment ago, where the answer was lost."""
    return {"client_id": later(_unsent), "just_sent": later(_just_sent)}


def _unsent() -> str:
    draft = kept.open_draft()
    return draft.client_id if draft is not None else ""


def _just_sent() -> str:
    draft = kept.draft()
    report, secret = (drafts.filed_from(draft) if draft is not None else None) or (None, "")
    if report is None or now() - report.filed_at > FRESH:
        return ""
    return url_for("report.done", code=report.code, secret=secret)


@bp.get("/report/send")
@open_to_all
def send() -> ResponseReturnValue:
    """Everything once more, each with a link to change it, and what will be promised."""
    draft = kept.draft()
    if draft is not None and draft.report_id is not None:
        return _to_done(draft)
    said = drafts.Said.of(draft)
    form = ContactForm(
        formdata=None,
        data={
            "name": said.name,
            "email": said.email,
            "phone": said.phone,
            "nameless": said.is_nameless,
            "hide_content": said.hide_content,
            "hide_name": said.hide_name,
            "alerts": "alerts" in said.consents,
            "enterprise": "contractor" in said.consents,
        },
    )
    return _page(draft, form)


@bp.post("/report/send")
@open_to_all
@limiter.limit(BY_ADDRESS, deduct_when=counts)
@limiter.limit(BY_CONTACT, key_func=contact_of_form, exempt_when=has_no_contact_in_form, deduct_when=counts)
def file() -> ResponseReturnValue:
    """File the report. Pressed twice, or sent again after a lost answer, it leads to the same report."""
    form = ContactForm()
    if not (form.validate_on_submit() and _has_contact(form)):
        return _not_yet(form)
    try:
        filed = _submit(form)
    except Invalid as error:
        return _refused(form, error)
    if filed is None:
        return _lost()
    code, secret = filed
    answer = make_response(redirect(url_for("report.done", code=code, secret=secret), 303))
    return links.remember(answer, code, secret)


@bp.post("/report/send/covered")
@open_to_all
def cover() -> ResponseReturnValue:
    """Without a script: what everybody will read, after covering all of it or what is ticked. Nothing is sent."""
    if kept.open_draft() is None:
        return _lost()
    form = ContactForm()
    shown = [] if request.form.get("cover") == "all" else _shown()
    kept.keep(**said_of(form) | {"shown": shown})
    return kept.go(url_for("report.send", _anchor="covered"))


@bp.get("/r/<code>/mine/<secret>/sent")
@open_to_all
def done(code: str, secret: str) -> ResponseReturnValue:
    """The code, the promise as a moment, and what happens next. It can be opened again."""
    report, _link = by_secret(code, secret)
    city, lang = store.current(), language.chosen()
    unit, at = city.unit_of(report.unit_id), report.filed_at
    hours = promises.working_time(city, report.unit_id)
    own = outside("own.page", code=report.code, secret=secret)
    return render_template(
        "report/done.html",
        report=report,
        category=city.category_of(report.category_id),
        unit=unit,
        own=own,
        own_qr=qr.svg(own, _("QR code of your own link")),
        press=PressForm(formdata=None),
        secret=secret,
        is_urgent=report.severity is Severity.URGENT,
        opens_at=None if hours.is_working(at) else hours.next_open(at),
        contact=_contact_hint(report),
        held_until=held.until(report),
        joined=telling.joined(report),
        lang=lang,
    )


def _submit(form: ContactForm) -> tuple[str, str] | None:
    """The code and the secret of the filed report; None when there is no draft to file."""
    who, lang = actor(), language.chosen()
    with unit_of_work():
        draft = drafts.find_draft(request.cookies.get(kept.COOKIE, ""), lock=True)
        if draft is None:
            return None
        asked = drafts.filing_of(draft, person_id=who.person_id, language=lang, **said_of(form))
        filed = filing.submit(asked, by=who)
        return filed.report.code, filed.secret


def _not_yet(form: ContactForm) -> ResponseReturnValue:
    """The summary again with what is wrong beside its field; pressed after sending, the page that says so."""
    draft = kept.draft()
    if draft is None:
        return _lost()
    if draft.report_id is not None:
        return _to_done(draft)
    kept.keep(**said_of(form))
    return _page(kept.draft(), form, 422)


def _lost() -> ResponseReturnValue:
    flash(_("What you had typed is no longer here: it is kept for seven days. Please begin again."), "warn")
    return redirect(url_for("report.start"), 303)


def _has_contact(form: ContactForm) -> bool:
    """Somebody without an account leaves an address, or says that they do not want to."""
    if actor().person_id is not None or form.email.data or form.phone.data or form.nameless.data:
        return True
    form.email.errors = [_("Leave an e-mail address or a telephone number, so that the answer can reach you.")]
    return False


def said_of(form: ContactForm) -> dict[str, Any]:
    return {
        "name": (form.name.data or "").strip()[:120],
        "email": (form.email.data or "")[:254],
        "phone": (form.phone.data or "")[:30],
        "is_nameless": bool(form.nameless.data),
        "hide_content": bool(form.hide_content.data),
        "hide_name": bool(form.hide_name.data),
        "consents": list(form.consents),
        "shown": _shown(),
    }


def _shown() -> list[str]:
    """The pieces that stood on the page and are not ticked any more. What was not on it stays covered."""
    covered = set(request.form.getlist("covered"))
    return [piece for piece in request.form.getlist("piece") if piece not in covered][:MOST_PIECES]


def _pieces(said: drafts.Said) -> list[dict[str, Any]]:
    """The words and how to find the place, cut where something betrays a person."""
    shown = {masking.piece_of(one) for one in said.shown}
    texts = [text for text in (said.words, said.wayfinding) if personal.found(text)]
    return [
        {"text": part, "name": masking.piece_of(part), "kind": kind, "is_covered": masking.piece_of(part) not in shown}
        for number, text in enumerate(texts)
        for part, kind in [*([("\n", None)] if number else []), *masking.pieces(text)]
    ]


def _refused(form: ContactForm, error: Invalid) -> ResponseReturnValue:
    """Back to the page that can mend it; what was typed is kept."""
    kept.keep(**said_of(form))
    field = error.field or ""
    if field in form:
        refuse(form, error)
        return _page(kept.draft(), form, 422)
    flash(str(error.message), "error")
    if field == "words" or field == "category" or field.startswith("answer_"):
        return kept.go(url_for("report.what"))
    return kept.go(url_for(ENDPOINTS.get(field, "report.start")))


def _page(draft: Draft | None, form: ContactForm, status: int = 200) -> ResponseReturnValue:
    said = drafts.Said.of(draft)
    if draft is None or not said.has_place:
        return kept.go(url_for("report.place"))
    if not (said.category and said.danger):
        return kept.go(url_for("report.what"))
    photos = drafts.photos_of(draft)
    asked = drafts.filing_of(draft, person_id=actor().person_id, language=language.chosen())
    try:
        filing.check(asked, has_photo=bool(photos))
        planned = filing.plan(asked, now())
    except Invalid as error:
        return _refused(form, error)
    page = render_template(
        "report/send.html",
        form=form,
        step=4,
        said=said,
        pieces=_pieces(said),
        mask=masking.MASK,
        planned=planned,
        joins=_joins(said, planned),
        photos=photos,
        unit=planned.city.units[planned.routed.unit],
        ward=planned.city.wards[planned.ward],
        why=routing.explain(
            planned.city,
            planned.routed.rule_code,
            unit=planned.routed.unit,
            ward=planned.ward,
            site=planned.routed.site,
            language=language.chosen(),
        ),
        expected=expected.find(planned.category.id, planned.city.wards[planned.ward].id),
        answers=_answers(planned.category, said),
        may_be_nameless=planned.city.settings.nameless and planned.category.nameless,
        person=current_user if current_user.is_authenticated else None,
        sends_texts=notifications.sends_texts(),
    )
    return kept.with_cookie((page, status))


def _joins(said: drafts.Said, planned: filing.Plan) -> Notice | None:
    """What the city knows already, where the sender says that this is about it."""
    if not said.joins:
        return None
    return notices.joinable(said.joins, planned.category.code, planned.lat, planned.lng, planned.ward)


def _answers(category: Any, said: drafts.Said) -> list[tuple[str, str]]:
    shown, lang = [], language.chosen()
    for question in category.questions:
        given = said.answers.get(question.code)
        if given:
            labels = {choice.code: choice.label.in_(lang) for choice in question.choices}
            shown.append((question.label.in_(lang), labels.get(given, given)))
    return shown


def _to_done(draft: Draft) -> ResponseReturnValue:
    filed = drafts.filed_from(draft)
    if filed is None:
        return redirect(url_for("report.start"), 303)
    report, secret = filed
    return redirect(url_for("report.done", code=report.code, secret=secret), 303)


def _contact_hint(report: Report) -> str:
    """What the last page says about reaching the reporter."""
    if report.is_nameless:
        return "nameless"
    if report.is_contact_confirmed:
        return "confirmed"
    contact = confirmations.contact_of(report)
    return "waiting" if contact is not None and notifications.can_reach(contact) else "unreachable"
