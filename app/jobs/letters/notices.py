"""Letters to those whose reports joined a notice of the city."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from app.domain.notices import telling
from app.extensions import db
from app.jobs.letters.model import About, Letter, Link, Pointless
from app.models import Notice, NoticeUpdate
from app.web.filters import moment


def notice(about: About) -> Letter:
    """What is new, in the city's words; to nobody who wants no more of it."""
    update = db.session.get(NoticeUpdate, int(about.delivery.data["update"]))
    if update is None:
        raise Pointless("the update is gone")
    notice = db.session.get_one(Notice, update.notice_id)
    if not telling.is_wanted(notice, about.person.id):
        raise Pointless("nobody wants to hear of it any more")
    title = notice.title.in_(about.language)
    stop = url_for("notices.stop", token=telling.stop_token(notice, about.person.id), _external=True)
    expected = notice.clear_at if not update.is_last else None
    return Letter(
        subject=_("It is over: %(title)s", title=title) if update.is_last else _("News: %(title)s", title=title),
        opening=title,
        said=update.text.in_(about.language),
        said_by=about.city.name.in_(about.language),
        facts=((_("Expected to be over by"), moment(expected)),) if expected else (),
        button=Link(_("Read the notice"), url_for("notices.page", code=notice.code, _external=True)),
        why=_("You get this message because a report of yours, or one that affects you, is about this notice."),
        links=(Link(_("No more letters about this notice"), stop),),
        stop=stop,
    )
