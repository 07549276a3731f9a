"""Who sees what of my report."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.domain import preview
from app.domain.reports import by_secret
from app.routes.own import bp
from app.routes.report.preview import page
from app.web.access import open_to_all


@bp.get("/r/<code>/mine/<secret>/preview")
@open_to_all
def who_sees_what(code: str, secret: str) -> ResponseReturnValue:
    """My report as everybody sees it, and as the unit does; in the time to edit, as they will."""
    report, _link = by_secret(code, secret)
    return page(
        preview.of_report(report), back=url_for("own.page", code=code, secret=secret), label=_("Back to my report")
    )
