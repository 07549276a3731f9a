"""One problem reported twice lives on as one; a second problem becomes a report of its own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from app.domain import geo
from app.domain.errors import Invalid, Stale
from app.domain.permissions import SYSTEM, Permission, may
from app.domain.reports import filing
from app.domain.standing import put_back
from app.domain.workflow.effects.step import Step
from app.extensions import db
from app.models import Event, Report, ReportContact, Words
from app.models.choices import EventKind, PlaceSource, Status, WordsKind

MERGE_WITHIN_M = 250  # two reports farther apart are hardly one problem


def merge(step: Step) -> None:
    """This report lives on in another; its words, people and clock stay with it, so that it can be taken back."""
    report = step.report
    head = locked(Report.code == step.details.merge_into)
    if head is None or head.id == report.id or not may(step.by, Permission.HANDLE, head):
        raise Invalid(_l("There is no other report with this code."), field="merge_into")
    if head.status in (Status.MERGED, Status.WITHDRAWN, Status.HELD):
        raise Invalid(_l("That report cannot take another one in."), field="merge_into")
    if not step.details.is_sure:
        _looks_the_same(report, head)
    step.entry.data |= {"into": head.code, "status": report.status.value}
    report.merged_into_id = head.id
    report.due_at = None
    head.affected += report.affected
    head.version += 1


def _looks_the_same(report: Report, head: Report) -> None:
    """One problem is of one kind and in one place; whoever merges other things says that they are sure."""
    away = geo.distance_m((report.lat, report.lng), (head.lat, head.lng))
    if head.category_id != report.category_id:
        raise Invalid(_l("That report is of another category. Is it the same problem?"), field="is_sure")
    if away > MERGE_WITHIN_M:
        raise Invalid(_l("That report lies %(n)s m away. Is it the same problem?", n=round(away)), field="is_sure")


def split(step: Step) -> None:
    """A second problem in the same report goes to the unit in charge of it, as a report of its own.

    It stands at the same place with the reporter's own words, and its clocks run from now; photos stay where they are.
    """
    report, category = step.report, step.city.categories.get(step.details.category)
    if category is None or category.id == report.category_id:
        raise Invalid(_l("Choose the category of the second problem."), field="category")
    try:
        child = filing.submit(_second_problem(step, category.code), by=SYSTEM).report
    except Invalid as refusal:
        if refusal.field == "category":
            raise
        raise Invalid(
            _l("A report of this category must be filed anew: it asks the reporter for more."), field="category"
        ) from None
    child.split_from_id = report.id
    step.entry.data |= {"child": child.code}


def _second_problem(step: Step, category: str) -> filing.Filing:
    report = step.report
    said = {
        one.kind: one.original
        for one in db.session.scalars(
            select(Words).where(
                Words.report_id == report.id,
                Words.kind.in_((WordsKind.DESCRIPTION, WordsKind.WAYFINDING)),
                Words.erased_at.is_(None),
            )
        )
    }
    has_point = report.place_source is not PlaceSource.WARD
    contact = None if report.is_contact_confirmed else db.session.get(ReportContact, report.id)
    return filing.Filing(
        client_id=f"split-{report.code}-{report.version}",
        category=category,
        lat=report.lat if has_point else None,
        lng=report.lng if has_point else None,
        place_source=report.place_source,
        ward=step.city.ward_of(report.ward_id).code,
        accuracy_m=report.accuracy_m,
        nearest_address=report.nearest_address,
        wayfinding=said.get(WordsKind.WAYFINDING, ""),
        words=said.get(WordsKind.DESCRIPTION) or step.details.words,
        hide_content=report.is_content_hidden,
        hide_name=report.is_name_hidden,
        contact=filing.Contact(contact.name, contact.email, contact.phone) if contact else filing.Contact(),
        person_id=next(iter(report.reporter_ids), None) if report.is_contact_confirmed else None,
        language=report.language,
        channel=report.channel,
        observed_at=None,
        is_demo=report.is_demo,
        goes_out=True,
    )


def locked(which: ColumnElement[bool]) -> Report | None:
    """The other report of a merge, fresh: people join it at the same time."""
    return db.session.scalar(
        select(Report).where(which).with_for_update(of=Report).execution_options(populate_existing=True)
    )


def unmerge(step: Step) -> None:
    """Everything as it stood when it was merged."""
    report = step.report
    merged = db.session.scalars(
        select(Event)
        .where(Event.report_id == report.id, Event.kind == EventKind.MERGED, Event.undone_at.is_(None))
        .order_by(Event.id.desc())
        .limit(1)
    ).one()
    heads = leave_heads(report)
    put_back(report, merged.data["was"])
    step.entry.data |= {"from": heads[0].code}


def leave_heads(report: Report) -> list[Report]:
    """The people of a merged report count no more in the report it lives on in, nor in whatever that was merged into.

    Answers these heads, the nearest first.
    """
    return _count_in_heads(report, -report.affected)


def rejoin_heads(report: Report) -> list[Report]:
    """`leave_heads` taken back. Raises Stale where such a head lives on in this very report by now."""
    return _count_in_heads(report, report.affected)


def _count_in_heads(report: Report, people: int) -> list[Report]:
    heads = []
    head = locked(Report.id == report.merged_into_id)
    while head is not None:
        if head.id == report.id:
            raise Stale(_l("The report has moved on since; this step can no longer be taken back."))
        head.affected += people
        head.version += 1
        heads.append(head)
        head = locked(Report.id == head.merged_into_id)
    return heads
