"""Notices as staff write them: a new one, a better one, what is new, the end."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import areas, declared
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.notices import reading, writing
from app.domain.permissions import Right
from app.extensions import unit_of_work
from app.forms.declared import NoticeForm, UpdateForm, data_of, local
from app.forms.refusals import refuse
from app.models import Notice, now
from app.routes.account.parts import page
from app.routes.declare import bp, open_to_speakers
from app.web.actors import actor


@bp.get("")
@open_to_speakers
def notices() -> ResponseReturnValue:
    """Those that hold, those that come, those that are over."""
    past = reading.past()
    return page(
        "declare/notices.html", current=reading.current(), coming=reading.coming(), past=past.notices, here="notices"
    )


@bp.route("/notices/new", methods=["GET", "POST"])
@open_to_speakers
def new_notice() -> ResponseReturnValue:
    declared.must_have(actor(), Right.TELL)
    form = NoticeForm(store.current(), data={"starts_at": local(now())})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                code = writing.publish(form.telling, by=actor()).code
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The notice is published."), "done")
            return redirect(url_for(".notice", code=code), 303)
    return _form_page(form, None)


@bp.route("/notices/<code>", methods=["GET", "POST"])
@open_to_speakers
def notice(code: str) -> ResponseReturnValue:
    """Mend it; below, what is new, and the log."""
    declared.must_have(actor(), Right.TELL)
    found = reading.get(code)
    form = NoticeForm(store.current(), data=data_of(found))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                version = request.form.get("version", "")
                seen = int(version) if version.isdecimal() and len(version) < 9 else None
                writing.change(code, form.telling, by=actor(), version=seen)
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("The notice is changed."), "done")
            return redirect(url_for(".notice", code=code), 303)
    return _form_page(form, found)


@bp.post("/notices/<code>/update")
@open_to_speakers
def update_notice(code: str) -> ResponseReturnValue:
    """What is new goes to the page, and once to everybody whose report joined."""
    form = UpdateForm(prefix="news")
    found = reading.get(code)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                writing.carry_on(code, form.text, by=actor(), is_last="last" in request.form)
        except Invalid as error:
            refuse(form, error)
        else:
            flash(_("It is on the page now, and on its way to those it is about."), "done")
            return redirect(url_for(".notice", code=code), 303)
    return _form_page(NoticeForm(store.current(), formdata=None, data=data_of(found)), found, form)


def _form_page(form: NoticeForm, found: Notice | None, update: UpdateForm | None = None) -> ResponseReturnValue:
    bounds = store.current().bounds
    return page(
        "declare/notice.html",
        form=form,
        notice=found,
        is_over=found is not None and found.until <= now(),
        update=update or UpdateForm(formdata=None, prefix="news"),
        updates=reading.updates([found])[found.id] if found else [],
        log=declared.history(found.code) if found else [],
        affected=reading.affected(found) if found else 0,
        bounds=[[bounds.south, bounds.west], [bounds.north, bounds.east]],
        outlines=url_for("map.outlines", v=areas.outlines_version()),
        here="notices",
        status=422 if form.errors or form.form_errors or (update and (update.errors or update.form_errors)) else 200,
    )
