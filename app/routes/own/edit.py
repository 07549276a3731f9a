"""The time to edit: everything that may still change, on one page, and what was typed when it was over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Response, flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.media import store as kept_photos
from app.domain.media.held import let_go
from app.domain.media.refusal import PhotoRefused
from app.domain.permissions import Actor
from app.domain.reports import by_secret, editing, held
from app.domain.reports.filing import Filing
from app.extensions import limiter, unit_of_work
from app.forms.refusals import refuse
from app.forms.report import EditForm, WordsForm, ward_choices
from app.models import Report
from app.models.choices import PlaceSource
from app.routes.own import bp
from app.routes.own.parts import TRIES, back
from app.routes.report import limits, place, what
from app.web import language
from app.web.access import open_to_all


@bp.route("/r/<code>/mine/<secret>/edit", methods=["GET", "POST"])
@open_to_all
@limiter.limit(TRIES, methods=["POST"])
def edit(code: str, secret: str) -> ResponseReturnValue:
    """The report as a form. Saved, it is the report; refused, it says why beside the field; too late, nothing typed
    is lost."""
    report, link = by_secret(code, secret)
    if request.method == "POST":
        return _save(report, link, secret)
    try:
        editing.check(report, by=link)
    except Stale as error:
        flash(str(error.message), "warn")
        return back(code, secret)
    said = editing.as_filed(report)
    return _page(report, secret, _as_form(report, said), dict(said.answers))


@bp.get("/r/<code>/mine/<secret>/edit/details")
@open_to_all
def edit_details(code: str, secret: str) -> ResponseReturnValue:
    """For the script: what another kind of problem asks, as a part of the page."""
    report, _link = by_secret(code, secret)
    category = store.current().categories.get(request.args.get("category", ""))
    answers = dict(report.answers)
    return render_template(
        "report/_details.html", details=what.of_category(category, answers, []) if category is not None else None
    )


def _save(report: Report, link: Actor, secret: str) -> ResponseReturnValue:
    code, form = report.code, _offering(EditForm(), report)
    said = _said(form, editing.as_filed(report))
    if not form.validate_on_submit():
        return _page(report, secret, form, dict(said.answers), 422)
    if any(_files(form)) and (wait := limits.wait_for_uploads()):
        form.photos.errors = [limits.many_photos(wait)]
        return _page(report, secret, form, dict(said.answers), 429)
    try:
        with _photos(form) as photos, unit_of_work():
            edited = editing.edit(code, said, by=link, version=_version(form), photos=photos)
            is_held = held.until(edited.report) is not None
    except editing.Over as error:
        return _too_late(by_secret(code, secret)[0], secret, form, error)
    except Stale as error:
        fresh = by_secret(code, secret)[0]
        form.form_errors.append(str(error.message))
        form.version.data = str(fresh.version)
        return _page(fresh, secret, form, dict(said.answers), 409)
    except PhotoRefused as error:
        form.photos.errors = [str(error.message)]
        return _page(by_secret(code, secret)[0], secret, form, dict(said.answers), 422)
    except Invalid as error:
        return _page(by_secret(code, secret)[0], secret, form, dict(said.answers), 422, error)
    except Forbidden as error:
        flash(str(error.message), "warn")
        return back(code, secret)
    let_go(edited.files)
    flash(_("Saved. Nobody else sees it yet.") if is_held else _("Saved, and sent at once: it is urgent."), "done")
    return back(code, secret)


@contextmanager
def _photos(form: EditForm) -> Iterator[editing.Photos | None]:
    """The photos that go and come; those that came are dropped where the edit is refused."""
    taken: list[kept_photos.Taken] = []
    try:
        for file in _files(form):
            taken.append(kept_photos.take(file.stream, file.filename or ""))
        drop = request.form.getlist("drop")
        yield editing.Photos(drop, taken) if drop or taken else None
    except Exception:
        for one in taken:
            kept_photos.drop(one.name)
        raise


def _files(form: EditForm) -> Iterator[FileStorage]:
    return (file for file in form.photos.data or () if isinstance(file, FileStorage) and file.filename)


def _version(form: EditForm) -> int:
    said = str(form.version.data or "")
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _as_form(report: Report, said: Filing) -> EditForm:
    """The form as it opens: the report as it stands."""
    data = {
        "words": said.words,
        "wayfinding": said.wayfinding,
        "category": said.category,
        "danger": "yes" if said.is_dangerous else "no",
        "lat": said.lat,
        "lng": said.lng,
        "source": said.place_source.value,
        "accuracy": said.accuracy_m,
        "address": said.nearest_address,
        "ward": said.ward,
        "where": said.ward,
        "hide_content": said.hide_content,
        "hide_name": said.hide_name,
        "version": str(report.version),
    }
    return _offering(EditForm(formdata=None, data=data), report)


def _offering(form: EditForm, report: Report) -> EditForm:
    form.ward.choices = []
    form.where.choices = ward_choices(store.current(), language.chosen())
    return form


def _said(form: EditForm, before: Filing) -> Filing:
    """What the form says now; what it does not ask stays as it was."""
    category = store.current().categories.get(str(form.category.data or ""))
    said = replace(
        before,
        category=category.code if category else "",
        words=(form.words.data or "").strip(),
        wayfinding=(form.wayfinding.data or "").strip(),
        answers=what.answers_of(category, dict(before.answers)),
        is_dangerous=form.danger.data == "yes",
        hide_content=bool(form.hide_content.data),
        hide_name=bool(form.hide_name.data),
    )
    if before.lat is None:
        return replace(said, ward=str(form.where.data or ""))
    return _placed(said, form)


def _placed(said: Filing, form: EditForm) -> Filing:
    """The pin, where it was moved; without coordinates it stays."""
    lat, lng = form.lat.data, form.lng.data
    ward = str(form.ward.data or "") or said.ward
    if lat is None or lng is None or (round(lat, 6), round(lng, 6)) == (said.lat, said.lng):
        return replace(said, ward=ward)
    return replace(
        said,
        lat=round(lat, 6),
        lng=round(lng, 6),
        ward=str(form.ward.data or ""),
        place_source=form.place_source,
        accuracy_m=place.metres(form.accuracy.data) if form.place_source is PlaceSource.DEVICE else None,
        nearest_address=place.address_of(form),
    )


def _page(
    report: Report,
    secret: str,
    form: EditForm,
    answers: dict[str, str],
    status: int = 200,
    error: Invalid | None = None,
) -> Response:
    category = store.current().categories.get(str(form.category.data or ""))
    details = what.of_category(category, answers, []) if category is not None else None
    if error is not None:
        asks = details is not None and (error.field or "") in details.form
        refuse(details.form if asks and details is not None else form, error)
    page = render_template(
        "own/edit.html",
        report=report,
        secret=secret,
        form=form,
        details=details,
        photos=[one for one in kept_photos.of(report) if one.event_id is None],
        gone=request.form.getlist("drop"),
        until=held.until(report),
        has_pin=report.place_source is not PlaceSource.WARD,
        **what.kinds(form),
        **place.pin_of(form),
    )
    return _private(page, status)


def _too_late(report: Report, secret: str, form: EditForm, error: Stale) -> Response:
    """The report has gone out as it was. What was typed is here still, to be added with one press."""
    add = WordsForm(formdata=None, prefix="add", data={"words": (form.words.data or "")[:2000]})
    page = render_template("own/too_late.html", report=report, secret=secret, add=add, why=error.message)
    return _private(page, 409)


def _private(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
