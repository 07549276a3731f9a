"""What this is, in five seconds; and a code looked up."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import public_list, reports, stats
from app.domain.errors import Moved, Refusal
from app.domain.notices import reading as notices
from app.domain.permissions import ANONYMOUS
from app.forms.public import CodeForm
from app.models.choices import NoticeSeverity
from app.routes.public import bp
from app.web import cards, storm
from app.web.access import open_to_all
from app.web.caching import cacheable, is_for_everybody


@bp.get("/")
@open_to_all
def front() -> ResponseReturnValue:
    answers = public_list.latest_answers()
    page = render_template(
        "public/front.html",
        cacheable=is_for_everybody(),
        form=CodeForm(),
        numbers=stats.of(stats.CITY),
        storm=storm.now_on(),
        notices=[one for one in notices.current() if one.notice.severity is NoticeSeverity.DANGER],
        answers=[(cards.public_card(view), view) for view in answers],
    )
    return cacheable(page)


@bp.get("/find")
@open_to_all
def find() -> ResponseReturnValue:
    """A code typed from a slip of paper leads to its report; what is wrong with it is said beside the field."""
    form = CodeForm(request.args)
    typed = (form.code.data or "").strip()
    status = 200
    if typed and form.validate():
        try:
            found = reports.get(typed, seen_by=ANONYMOUS)
            return redirect(url_for("public.report", code=found.code))
        except Moved as moved:
            return redirect(url_for("public.report", code=moved.code))
        except Refusal as refused:
            form.code.errors, status = [refused.message], refused.status
    elif form.errors:
        status = 422
    return cacheable((render_template("public/find.html", cacheable=True, form=form), status))
