"""The queue: tabs, filters and rows; and the one report that is next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from app.domain import queue as work
from app.domain import silence
from app.domain.city import store
from app.domain.folding import in_order
from app.domain.queue import MOST_COUNTED, Question, Tab
from app.domain.workflow import many
from app.models import Report
from app.models.choices import DONE, OPEN, Rating, Role, Status
from app.routes.desk import asking, bp, sent
from app.web import language
from app.web.access import open_to
from app.web.actors import actor
from app.web.cards import desk_row
from app.web.labels import label

STAFF = (Role.CLERK, Role.LEAD, Role.DISPATCHER, Role.OBSERVER)
LABELS = {
    Tab.OVERDUE: _l("Overdue"),
    Tab.TODAY: _l("Due today"),
    Tab.NEW: _l("Waiting to be received"),
    Tab.NEWS: _l("New additions"),
    Tab.MINE: _l("My work"),
    Tab.UNROUTED: _l("Unit not clear"),
    Tab.OPEN: _l("All open"),
    Tab.DONE: _l("Finished"),
}
MARKS: tuple[tuple[Callable[[Report], bool], LazyString], ...] = (
    (lambda report: report.has_news, _l("New addition")),
    (lambda report: report.claimed_at is not None, _l("Said to be fixed")),
    (lambda report: report.doubts > 0 and report.status in DONE, _l("Neighbours say it is not gone")),
    (lambda report: report.rating is Rating.UNSATISFIED and report.status in DONE, _l("Unhappy rating")),
    (lambda report: report.needs_routing_check, _l("Check the unit")),
    (lambda report: report.is_transferred, _l("Transferred here")),
    (lambda report: report.extension_asked_until is not None and report.status in OPEN, _l("Asks for more time")),
    (lambda report: report.is_appeal_open, _l("Review requested")),
    (lambda report: report.reopened > 0 and report.status is not Status.CLOSED, _l("Reopened")),
)
FIRST = (Tab.OVERDUE, Tab.TODAY, Tab.NEW, Tab.NEWS)


@bp.get("/desk")
@open_to(*STAFF, Role.ADMIN)
def queue() -> ResponseReturnValue:
    """What waits, the next thing on top."""
    who = actor()
    if not who.has(*STAFF):  # an administrator without a unit has other rooms
        return redirect(url_for("admin.units"))
    counts = work.badges(who)
    asked = asking.question(request.args, _first(counts, is_searching=bool(request.args.get("words"))))
    asking.remember(asked)
    in_this_weather = work.in_this_weather(asked)
    page = work.page(in_this_weather, seen_by=who)
    people = work.colleagues(work.unit_ids(who), also=[report.assignee_id for report in page.reports])
    words = work.openings(page.reports)
    return render_template(
        "desk/queue.html",
        tabs=_tabs(asked, counts),
        asked=asked,
        rows=[row(report, people.names, words.get(report.id, "")) for report in page.reports],
        filters=_filters(asked, people, work.occurring(who, asked.tab)),
        first_page=asking.address(asked, after=None) if asked.after else None,
        next_page=asking.address(asked, after=page.next) if page.next else None,
        everything=asking.address(Question(asked.tab)),
        title=LABELS[asked.tab],
        by_unit=len(work.unit_ids(who)) != 1,
        sent=sent.bar(),
        may_work=who.has(Role.CLERK, Role.LEAD, Role.DISPATCHER),
        many=many.offered(),
        is_stormy=in_this_weather.is_stormy,
    )


@bp.get("/desk/next")
@open_to(*STAFF)
def next_report() -> ResponseReturnValue:
    """The first report of the heap this person works on, other than the one just left."""
    asked = asking.last()
    report = work.next_one(work.in_this_weather(asked), seen_by=actor(), not_this=request.args.get("not", ""))
    if report is None:
        return redirect(asking.address(asked))
    return redirect(url_for("desk.report", code=report.code))


def _first(counts: dict[Tab | str, int], *, is_searching: bool) -> Tab:
    return Tab.OPEN if is_searching else next((tab for tab in FIRST if counts.get(tab)), Tab.OPEN)


def _tabs(asked: Question, counts: dict[Tab | str, int]) -> list[dict[str, Any]]:
    shown = [tab for tab in Tab if tab is not Tab.UNROUTED or actor().has(Role.DISPATCHER)]
    tabs = [
        {
            "url": url_for("desk.queue", tab=tab.value),
            "label": LABELS[tab],
            "count": _count(counts.get(tab)),
            "is_current": tab is asked.tab,
            "is_strong": tab is Tab.OVERDUE,
        }
        for tab in shown
    ]
    if actor().has(Role.CLERK, Role.LEAD, Role.DISPATCHER):
        publish = {"url": url_for("publish.queue"), "label": _("Waiting to be published")}
        tabs.insert(shown.index(Tab.NEWS) + 1, publish | {"count": _count(counts.get("publish")), "is_current": False})
    return tabs


def _count(n: int | None) -> int | str | None:
    return f"{MOST_COUNTED}+" if n is not None and n > MOST_COUNTED else n


def _filters(asked: Question, people: work.Colleagues, occurring: work.Occurring | None) -> dict[str, Any]:
    """What can be chosen: categories in their groups, wards by name, statuses of this heap, colleagues.

    Of categories and wards only those that occur on this desk, and what is chosen already.
    """
    city, lang = store.current(), language.chosen()
    statuses = work.FINISHED if asked.tab is Tab.DONE else OPEN
    categories = [
        one
        for one in city.categories.values()
        if one.code == asked.category or (one.id in occurring.category_ids if occurring else not one.stops)
    ]
    wards = [
        one
        for one in city.wards.values()
        if one.code == asked.ward or occurring is None or one.id in occurring.ward_ids
    ]
    groups = [
        (group.name.in_(lang), [(one.code, one.name.in_(lang)) for one in categories if one.group == code])
        for code, group in city.groups.items()
    ]
    return {
        "statuses": [(status.value, label(status)) for status in statuses],
        "groups": [(name, found) for name, found in groups if found],
        "wards": sorted(((one.code, one.name.in_(lang)) for one in wards), key=lambda one: in_order(one[1])),
        "assignees": [(work.ME, _("Me")), (work.NOBODY, _("Nobody yet"))]
        + [(str(id), name) for id, name in people.serving],
    }


def row(report: Report, names: dict[int, str], words: str) -> dict[str, Any]:
    """A row with the marks that make a clerk look twice."""
    marks = [str(mark) for is_so, mark in MARKS if is_so(report)]
    quiet = silence.weeks_warned(report)
    if quiet:
        marks.append(ngettext("%(num)d week without a word", "%(num)d weeks without a word", quiet))
    if report.recurrence > 1:
        marks.append(_("Recurrence no. %(n)s", n=report.recurrence))
    return desk_row(report, names=names, words=words) | {"marks": marks}
