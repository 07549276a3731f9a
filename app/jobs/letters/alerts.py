"""Letters to whoever wants to hear of new reports around a place."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from app.domain import public_list
from app.domain.alerts import watching
from app.domain.public_view import PublicView
from app.extensions import db
from app.jobs.letters.account import address
from app.jobs.letters.model import About, Letter, Link, Pointless
from app.models import Alert, Report
from app.models.report import is_public
from app.web import places
from app.web.filters import age
from app.web.labels import status_words


def alert_link(about: About) -> Letter:
    """To an address that somebody typed: nothing that a stranger should not read."""
    return Letter(
        subject=_("Hear of new reports near a place?"),
        opening=_("One press, and you hear of new reports there"),
        body=(_("Somebody, most likely you, gave this address to hear of new public reports in one place."),),
        button=Link(_("See what it is about"), address(about)),
        closing=(
            _("The link is good for %(days)s days.", days=watching.LINK_DAYS),
            _("Was it not you? Then do nothing. Your address is forgotten after 14 days."),
        ),
        why=_("You get this message because your address was given to hear of new reports."),
    )


def alert(about: About) -> Letter:
    """What is new, as everybody sees it; of what is public no more nothing is said."""
    asked = db.session.get(Alert, int(about.delivery.data["alert"]))
    if asked is None or asked.ended_at is not None:
        raise Pointless("the alert has ended")
    ids = [int(one) for one in about.delivery.data["reports"]]
    found = select(Report).where(Report.id.in_(ids), is_public()).order_by(Report.id.desc())
    views = public_list.plain_views(list(db.session.scalars(found)))
    if not views:
        raise Pointless("nothing of it is public any more")
    where = places.of_alert(asked, about.language)
    more = int(about.delivery.data["more"])
    number = len(views) + more
    page = url_for("alerts.page", token=watching.token_of(asked), _external=True)
    stop = url_for("alerts.stop", token=watching.token_of(asked), _external=True)
    return Letter(
        subject=ngettext("%(num)d new report: %(where)s", "%(num)d new reports: %(where)s", number, where=where),
        opening=ngettext("%(num)d new report: %(where)s", "%(num)d new reports: %(where)s", number, where=where),
        items=tuple(_item(view, about.language) for view in views),
        closing=(ngettext("And %(num)d more.", "And %(num)d more.", more),) if more else (),
        why=_("You get this message because you asked to hear of new reports there."),
        links=(Link(_("Change or end these letters"), page),),
        stop=stop,
    )


def _item(view: PublicView, language: str) -> tuple[str, str, str]:
    title = f"{view.category.name.in_(language)}, {view.ward.name.in_(language)}"
    note = f"{status_words(view.status, view.outcome, view.waiting_for)}, {age(view.filed_at)}"
    return title, note, url_for("public.report", code=view.code, _external=True)
