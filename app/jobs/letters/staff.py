"""Letters to those who work at the desk. Never a reporter's name, address or words: those are read at the desk."""

from __future__ import annotations

from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain import codes, promises, queue
from app.domain.permissions import Actor, Permission, actor_of, may
from app.domain.queue import Question, Tab
from app.jobs.letters.model import About, Letter, Link, Pointless
from app.models import Report, now
from app.models.choices import EventKind, RatingReason, Role, Status
from app.web.filters import due, moment
from app.web.labels import ROUTING_DOUBTS, label

MOST_URGENT = 5


def urgent(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: urgent", code=about.code),
        _("An urgent report has come in"),
        _("It was filed at %(at)s and nobody has looked at it yet.", at=moment(about.report.filed_at)),
    )


def arrived(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: urgent, passed to you", code=about.code),
        _("An urgent report was passed to your unit"),
        _("Accept it, or return it to the dispatcher."),
    )


def assigned(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: assigned to you", code=about.code),
        _("This report is now yours"),
        _("The lead of your unit gave it to you."),
    )


def returned(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: needs a dispatcher", code=about.code),
        _("This report waits for your decision"),
        " ".join(_why_a_dispatcher(about)),
    )


def _why_a_dispatcher(about: About) -> list[str]:
    """The true reason: what the rules doubted when it was filed, or how it came back."""
    data = about.event.data
    if about.event.kind is not EventKind.RETURNED:
        return [str(ROUTING_DOUBTS[code]) for code in about.doubts if code in ROUTING_DOUBTS]
    unit = about.unit_of(str(data.get("from", "")))
    said = [_GUARDS.get(str(data.get("guard", "")), _l("%(unit)s has returned it.")) % {"unit": unit}]
    reason = about.city.transfers.get(str(data.get("reason", "")))
    if reason is not None:
        said.append(_("Reason: %(reason)s.", reason=reason.label.in_(about.language)))
    return said


_GUARDS = {
    "not_accepted": _l("%(unit)s did not accept it in time."),
    "third": _l("%(unit)s wants to pass it on, which would be the third transfer."),
    "former": _l("%(unit)s wants to pass it back to a unit that had it before."),
}


def replied(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: the reporter has answered", code=about.code),
        _("Your question was answered"),
        _("The clock runs again."),
    )


def added(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: something was added", code=about.code),
        _("The reporter has added words or photos"),
        "",
    )


def extension_asked(about: About) -> Letter:
    until = about.moment("due")
    asked = ((_("Asked for"), due(until)),) if until else ()
    return _of_desk(
        about,
        _("Report %(code)s: more time is asked for", code=about.code),
        _("Somebody in your unit asks for more time"),
        _("The date changes only if you agree."),
        facts=asked,
    )


def extension_refused(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: no more time", code=about.code),
        _("The lead of your unit did not agree to more time"),
        _("The date stays as it was. The reason stands in the history of the report."),
    )


def appealed(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: another look is asked for", code=about.code),
        _("The reporter asks for another look at a refusal"),
        _("Somebody else decides than who refused."),
    )


def came_back(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: opened again", code=about.code),
        _("The reporter is not satisfied: the report is open again"),
        _("It has a date of its own and waits for you to assign it."),
    )


def claimed(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: a resident says that it is fixed", code=about.code),
        _("A resident says that it is fixed"),
        _("Look at it, and confirm or refuse. Nothing changes before you do."),
    )


def doubted(about: About) -> Letter:
    return _of_desk(
        about,
        _("Report %(code)s: people nearby say it is not gone", code=about.code),
        _("Somebody who is affected says that it is not gone"),
        _("The answer stands; please look again. How many doubt it stands on the public page."),
    )


def unhappy(about: About) -> Letter:
    reason = about.event.data.get("reason")
    return _of_desk(
        about,
        _("Report %(code)s: an unhappy rating", code=about.code),
        _("The reporter is not satisfied with the answer"),
        _("The report stays answered. Please look at what was said and decide whether to reopen it."),
        facts=((_("Reason"), str(label(RatingReason(reason)))),) if reason else (),
    )


def flagged(about: About) -> Letter:
    if about.event.data.get("abuse"):
        return _of_desk(
            about,
            _("Report %(code)s: abuse is reported", code=about.code),
            _("%(unit)s reports an abuse", unit=about.unit_name),
            _("Why stands in the history of the report. You decide what to do with it."),
        )
    return _of_desk(
        about,
        _("Report %(code)s: reported by a reader", code=about.code),
        _("A reader says that this page shows what it should not"),
        _("It is hidden until you decide, within two working days."),
    )


def digest(about: About) -> Letter:
    """The queue in the morning: how much of what, and the five most urgent. Pointless for an empty desk."""
    actor = actor_of(about.person)
    if actor.has(Role.DISPATCHER):
        return _dispatchers_digest(about, actor)
    badges = queue.badges(actor)
    page = queue.page(Question(tab=Tab.OPEN), seen_by=actor, limit=MOST_URGENT)
    if not page.reports:
        raise Pointless("nothing is open")
    counts = (
        (_("Overdue"), badges.get(Tab.OVERDUE, 0)),
        (_("Due today"), badges.get(Tab.TODAY, 0)),
        (_("Waiting to be received"), badges.get(Tab.NEW, 0)),
        (_("With something new"), badges.get(Tab.NEWS, 0)),
        (_("Waiting for publication"), badges.get("publish", 0)),
        (_("Open in all"), badges.get(Tab.OPEN, 0)),
    )
    return Letter(
        subject=_("Your queue on %(day)s", day=_day_of(about)),
        opening=_("Good morning. This waits at your desk"),
        facts=tuple((name, _shown(number)) for name, number in counts if number),
        items=tuple(_item(about, report) for report in page.reports),
        button=Link(_("Open the queue"), url_for("desk.queue", _external=True)),
        why=_("You get this message on working days because you work a queue here."),
    )


def _dispatchers_digest(about: About, actor: Actor) -> Letter:
    """What nobody but a dispatcher moves on, and how late the whole city is; the late ones where nothing else waits."""
    badges = queue.badges(actor)
    theirs = queue.page(Question(tab=Tab.UNROUTED), seen_by=actor, limit=MOST_URGENT).reports
    tab = Tab.UNROUTED if theirs else Tab.OVERDUE
    shown = theirs or queue.page(Question(tab=tab), seen_by=actor, limit=MOST_URGENT).reports
    if not shown:
        raise Pointless("nothing waits for a dispatcher")
    counts = (
        (_("Unit not clear, or in dispute"), badges.get(Tab.UNROUTED, 0)),
        (_("Overdue in the whole city"), badges.get(Tab.OVERDUE, 0)),
        (_("Waiting for publication"), badges.get("publish", 0)),
        (_("Open in all"), badges.get(Tab.OPEN, 0)),
    )
    return Letter(
        subject=_("Work for the dispatcher on %(day)s", day=_day_of(about)),
        opening=_("Good morning. This waits for a dispatcher") if theirs else _("Good morning. No unit is in doubt"),
        body=() if theirs else (_("These reports are overdue the longest:"),),
        facts=tuple((name, _shown(number)) for name, number in counts if number),
        items=tuple(_item(about, report) for report in shown),
        button=Link(_("Open the queue"), url_for("desk.queue", tab=tab.value, _external=True)),
        why=_("You get this message on working days because you are a dispatcher here."),
    )


def _day_of(about: About) -> str:
    on = date.fromisoformat(str(about.delivery.data["on"]))
    return f"{on.day}/{on.month}"


def _shown(number: int) -> str:
    return f"{queue.MOST_COUNTED}+" if number > queue.MOST_COUNTED else str(number)


def _item(about: About, report: Report) -> tuple[str, str, str]:
    category = about.city.category_of(report.category_id).name.in_(about.language)
    ward = about.city.ward_of(report.ward_id).name.in_(about.language)
    address = url_for("desk.report", code=report.code, _external=True)
    note = f"{label(report.status)}, {_when(about, report)}"
    return f"{codes.shown(report.code)} · {category}, {ward}", note, address


def _when(about: About, report: Report) -> str:
    """How its clock stands. A pause is no due date: what counts is the promise as it will run on."""
    if report.due_at is None:
        return ""
    if report.status is Status.WAITING:
        then, until = due(promises.at_the_latest(about.city, report)), due(report.due_at)
        if report.remaining_minutes:
            return str(_("on hold until %(until)s, then due %(due)s", until=until, due=then))
        return str(_("on hold until %(until)s, overdue since %(due)s", until=until, due=then))
    said = due(report.due_at)
    return str(_("overdue since %(due)s", due=said) if report.is_overdue(now()) else _("due %(due)s", due=said))


def _of_desk(about: About, subject: str, opening: str, body: str, *, facts: tuple[tuple[str, str], ...] = ()) -> Letter:
    actor: Actor = actor_of(about.person)
    if not may(actor, Permission.HANDLE, about.report):
        raise Pointless("the report left this desk")
    where = about.city.ward_of(about.report.ward_id).name.in_(about.language)
    known = [
        (_("Report"), f"{about.code} · {about.category.name.in_(about.language)}, {where}"),
        (_("Unit in charge"), about.unit_name),
    ]
    if about.report.due_at is not None:
        is_paused = about.report.status is Status.WAITING
        known.append((_("Due by"), _when(about, about.report) if is_paused else due(about.report.due_at)))
    return Letter(
        subject=subject,
        opening=opening,
        body=(body,) if body else (),
        facts=(*known, *facts),
        button=Link(_("Open at the desk"), about.desk),
        why=_("You get this message because this report is part of your work here."),
    )
