"""Assisted filing: staff enter what somebody says at the counter or on the telephone, and print a receipt."""

from __future__ import annotations

import secrets

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from app.domain import assisted, places, qr
from app.domain.city import store
from app.domain.city.model import Category
from app.domain.errors import Invalid
from app.domain.folding import in_order
from app.domain.reports.filing import Contact, Filing
from app.extensions import unit_of_work
from app.forms.assisted import AssistedForm
from app.forms.refusals import refuse
from app.models.choices import Channel, PlaceSource, Role
from app.routes.desk.choices import categories, one_of
from app.web import filters, language, uploads
from app.web.access import open_to
from app.web.actors import actor
from app.web.addresses import outside

bp = Blueprint("assisted", __name__)
HELPERS = (Role.CLERK, Role.LEAD, Role.DISPATCHER)


@bp.get("/desk/assisted")
@open_to(*HELPERS)
def start() -> ResponseReturnValue:
    """An empty form, with a mark of its own so that a second press files nothing twice."""
    form = AssistedForm(formdata=None)
    form.client_id.data = f"desk-{secrets.token_urlsafe(16)}"
    return _page(form)


@bp.post("/desk/assisted")
@open_to(*HELPERS)
def file() -> ResponseReturnValue:
    """File it. What is not clear yet is asked on the same page, with everything typed."""
    form = AssistedForm()
    refused = uploads.hold(_purpose(form))
    is_valid = form.validate() and not refused
    form.photos.errors = [*form.photos.errors, *refused]
    hits = _hits(form)
    if request.form.get("action") == "find" or not is_valid:
        return _page(form, hits, status=200 if is_valid else 422)
    if hits and not form.hit.data and not form.ward.data:
        form.hit.errors = [_("Choose the place that is meant.")]
        return _page(form, hits, status=422)
    if _has_questions(form):
        form.asked.data = form.category.data
        return _page(form, hits)
    try:
        taken = uploads.taken(_purpose(form))
        with unit_of_work():
            filed = assisted.submit(_filing(form), taken, by=actor())
            code = filed.report.code
    except Invalid as refusal:
        if not (refusal.field or "").startswith("answer_"):  # the page says it beside the question
            refuse(form, refusal)
        return _page(form, hits, status=refusal.status, refused=refusal)
    uploads.forget()
    return redirect(url_for("assisted.receipt", code=code))


@bp.get("/desk/assisted/<code>/receipt")
@open_to(*HELPERS)
def receipt(code: str) -> ResponseReturnValue:
    """What the reporter takes home: the code, the promise, and the link to follow it."""
    report, secret = assisted.receipt_of(code, by=actor())
    city, lang = store.current(), report.language
    link = outside("own.page", code=report.code, secret=secret)
    return render_template(
        "assisted/receipt.html",
        report=report,
        category=city.category_of(report.category_id).name.in_(lang),
        ward=city.ward_of(report.ward_id).name.in_(lang),
        unit=city.unit_of(report.unit_id),
        link=link,
        qr=Markup(qr.svg(link, _("The link of this report"))),  # nosec B704 - our own drawing, its title escaped
        filed_at=filters.moment(report.filed_at),
        receive_by=filters.due(report.receive_due_at),
        handle_by=filters.due(report.handle_due_at),
    )


# Reading the page -----------------------------------------------------------------------------------------------------


def _purpose(form: AssistedForm) -> str:
    """Under which name photos wait: one caller's never show in another's form."""
    return f"assisted {form.client_id.data}"


def _category(form: AssistedForm) -> Category | None:
    return store.current().categories.get(form.category.data or "")


def _has_questions(form: AssistedForm) -> bool:
    """Does the category ask something that this page has not shown yet?"""
    category = _category(form)
    return category is not None and bool(category.questions) and form.asked.data != category.code


def _hits(form: AssistedForm) -> list[places.Hit]:
    """Places the typed words may mean; one alone, and exact, is taken at once."""
    hits = places.search(form.place.data or "", language.chosen())
    form.hit.choices = [SelectChoice(_spelt(hit), hit.name) for hit in hits]
    if form.hit.data not in {_spelt(hit) for hit in hits}:
        form.hit.data = None
    if len(hits) == 1 and not hits[0].is_area and form.hit.data is None:
        form.hit.data = _spelt(hits[0])
    return hits


def _spelt(hit: places.Hit) -> str:
    return f"{hit.lat:.6f},{hit.lng:.6f},{hit.source.value},{'area' if hit.is_area else ''},{hit.ward}"


def _filing(form: AssistedForm) -> Filing:
    lat, lng, source, area, ward = (str(form.hit.data or ",,,,")).split(",")
    is_exact = bool(lat) and not area
    category = _category(form)
    return Filing(
        client_id=form.client_id.data or "",
        category=form.category.data or "",
        lat=float(lat) if is_exact else None,
        lng=float(lng) if is_exact else None,
        place_source=PlaceSource(source) if is_exact else PlaceSource.WARD,
        ward=form.ward.data or ward,
        nearest_address="" if not is_exact or source == PlaceSource.TYPED else (form.place.data or ""),
        wayfinding=form.wayfinding.data or "",
        words=form.words.data or "",
        answers={
            one.code: request.form.get(f"answer_{one.code}", "").strip()
            for one in (category.questions if category else ())
        },
        is_dangerous=form.is_dangerous.data,
        hide_content=form.hide_content.data,
        contact=Contact(
            (form.name.data or "").strip(), (form.email.data or "").strip(), (form.phone.data or "").strip()
        ),
        language=form.language.data or "vi",
        channel=Channel(form.channel.data),
    )


def _page(
    form: AssistedForm, hits: list[places.Hit] | None = None, *, status: int = 200, refused: Invalid | None = None
) -> ResponseReturnValue:
    city, lang = store.current(), language.chosen()
    wards = sorted(((ward.code, ward.name.in_(lang)) for ward in city.wards.values()), key=lambda one: in_order(one[1]))
    form.ward.choices = one_of(_("By the place above"), wards)
    form.category.choices = categories(_("Choose a category"))
    category = _category(form)
    shows = category is not None and form.asked.data == category.code
    return (
        render_template(
            "assisted/form.html",
            form=form,
            hits=hits or [],
            category=category,
            questions=category.questions if category and shows else (),
            stopper=category.stopper.in_(lang) if category else "",
            said=request.form,
            refused=refused,
            picked=uploads.waits(_purpose(form)),
        ),
        status,
    )
