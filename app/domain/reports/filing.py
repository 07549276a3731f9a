"""Filing a report: found its ward, its unit and its promises, and written down once, whatever is sent again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, insert, literal, select, union_all

from app.domain import areas, figures, geo, masking, promises, publication, remembered, routing, search
from app.domain.city import store
from app.domain.city.model import Category, City
from app.domain.deadlines import WorkingTime
from app.domain.errors import Invalid
from app.domain.media.store import KEPT
from app.domain.notices import reading as notices
from app.domain.permissions import Actor
from app.domain.reports import held
from app.domain.reports.find import secret_of
from app.domain.reports.placing import ward_at
from app.domain.suspensions import moving, reading
from app.extensions import db
from app.models import (
    Consent,
    Draft,
    Event,
    Notice,
    NoticeReport,
    Participation,
    Person,
    Photo,
    Report,
    ReportContact,
    Suspension,
    Words,
    now,
)
from app.models.choices import (
    DONE,
    ActorKind,
    Channel,
    EventKind,
    Part,
    PlaceSource,
    Precision,
    Publication,
    Severity,
    Status,
    WordsKind,
)
from app.models.report import is_public, lies_in

MAX_WORDS = 4000
MAX_WAYFINDING = 300
SAME_PLACE_M = 50
CONTRACTOR = "contractor"  # the consent to pass the contact on
NOTICE = "2"  # raised when the words at the button say something else about who sees what
SAID_WITHIN_M = 500  # an earlier report that the reporter names, as far as coarse public points may be off
MAX_OBSERVED_AGE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Contact:
    """What a guest typed. At least one of `email`, `phone`; nothing is confirmed by typing it."""

    name: str = ""
    email: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as somebody hands it in. Shapes were checked by the form; meaning is checked here."""

    client_id: str
    category: str
    lat: float | None  # None: without the map, `ward` says where
    lng: float | None
    place_source: PlaceSource = PlaceSource.MAP
    ward: str = ""  # chosen by the reporter; needed only where no outline can tell
    accuracy_m: int | None = None
    nearest_address: str = ""
    wayfinding: str = ""
    words: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    earlier: str = ""  # code of the answered report that has come back, as the reporter says
    is_dangerous: bool = False
    hide_content: bool = False
    hide_name: bool = False  # from the unit too
    shown: tuple[str, ...] = ()  # pieces that would be covered for everybody, and that the reporter wants shown
    contact: Contact = Contact()
    person_id: int | None = None  # the account it is filed from
    language: str = "vi"
    channel: Channel = Channel.WEB
    observed_at: datetime | None = None
    about_unit: str | None = None
    joins: str = ""  # the code of the notice that the reporter says it is about
    consents: tuple[str, ...] = ()  # purposes somebody ticked
    notice: str = ""  # the version of what was said about who sees what; empty where nothing was
    draft_id: int | None = None
    filed_at: datetime | None = None  # only for made-up and imported reports
    is_demo: bool = False
    goes_out: bool = False  # at once, without a time to edit: a part of what stands already


@dataclass(frozen=True, slots=True)
class Filed:
    report: Report
    secret: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a report would go and what it would promise: what the summary shows before it is sent."""

    city: City
    category: Category
    severity: Severity
    ward: str
    is_ward_sure: bool
    lat: float
    lng: float
    routed: routing.Routed
    first: promises.Promise  # as if every hour counted
    promise: promises.Promise
    held: tuple[Suspension, ...] = ()  # the suspensions that moved it

    @property
    def unit_id(self) -> int:
        return self.city.units[self.routed.unit].id


def plan(filing: Filing, at: datetime) -> Plan:
    """Find ward, unit and promises, or refuse with Invalid naming the field."""
    city = store.current()
    category = city.categories.get(filing.category)
    if category is None:
        raise Invalid(_l("Choose a category from the list."), field="category")
    if category.stops:
        raise Invalid(_l("This kind of matter is not taken here; the page says where it goes."), field="category")
    check_answers(category, filing.answers, filing.language)
    ward, sure = _ward(city, filing)
    here = city.wards[ward]
    lat = here.lat if filing.lat is None else filing.lat
    lng = here.lng if filing.lng is None else filing.lng
    severity = routing.severity_of(category, filing.answers)
    if filing.is_dangerous:
        severity = Severity.URGENT
    place = areas.place(filing.lat, filing.lng, ward=ward)
    routed = routing.route(
        city,
        category=category.code,
        place=place,
        severity=severity,
        answers=filing.answers,
        about_unit=filing.about_unit,
    )
    unit_id = city.units[routed.unit].id
    first = promises.at_filing(city, unit_id, severity, at)
    held = tuple(reading.holding(category.code, ward, at))
    promise = _suspended(promises.working_time(city, unit_id), first, held, at) if held else first
    return Plan(city, category, severity, ward, sure, lat, lng, routed, first, promise, held)


def _suspended(
    hours: WorkingTime, first: promises.Promise, held: Sequence[Suspension], at: datetime
) -> promises.Promise:
    """What is promised where the city has suspended hours there."""
    return promises.Promise(
        moving.after_all(hours, first.receive_by, held, since=at),
        moving.after_all(hours, first.handle_by, held, since=at),
    )


def check_answers(category: Category, answers: Mapping[str, str], language: str = "vi") -> None:
    """The answers a category asks for, or Invalid naming the field `answer_<code>`."""
    for question in category.questions:
        answer = answers.get(question.code, "")
        if not answer:
            if question.required:
                raise Invalid(_l("Please answer this question."), field=f"answer_{question.code}")
            continue
        if question.kind == "choice":
            choice = next((one for one in question.choices if one.code == answer), None)
            if choice is None:
                raise Invalid(_l("Choose one of the answers."), field=f"answer_{question.code}")
            if choice.stopper:
                raise Invalid(choice.stopper.in_(language), field=f"answer_{question.code}")
        elif len(answer) > 200:
            raise Invalid(_l("At most %(n)s characters.", n=200), field=f"answer_{question.code}")


def _ward(city: City, filing: Filing) -> tuple[str, bool]:
    """The ward's code, and whether it is sure: by outline, or by the reporter's own choice among the nearest."""
    if filing.lat is None or filing.lng is None:
        if filing.ward not in city.wards:
            raise Invalid(_l("Choose the ward."), field="ward")
        return filing.ward, True
    return ward_at(city, filing.lat, filing.lng, chosen=filing.ward)


def check(filing: Filing, *, has_photo: bool) -> None:
    """What any filing must hold, beside its place and category."""
    if not filing.words.strip() and not has_photo:
        raise Invalid(_l("Describe the problem in a few words, or add a photo."), field="words")
    if len(filing.words) > MAX_WORDS:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_WORDS), field="words")
    if len(filing.wayfinding) > MAX_WAYFINDING:
        raise Invalid(_l("At most %(n)s characters.", n=MAX_WAYFINDING), field="wayfinding")
    if not filing.client_id or len(filing.client_id) > 64:
        raise Invalid(_l("The form has expired. Reload the page; what you typed is kept."))
    if filing.observed_at and not now() - MAX_OBSERVED_AGE <= filing.observed_at <= now() + timedelta(minutes=10):
        raise Invalid(_l("The time of the observation cannot be right."), field="observed_at")


def submit(filing: Filing, *, by: Actor) -> Filed:
    """File a report, inside a unit of work. The same `client_id` again gives the same report, never a second one.

    Raises Invalid with the field that must be mended.
    """
    draft = _draft(filing)
    known = draft.report_id if draft else _filed_before(filing.client_id)
    if known is not None:
        report = db.session.get_one(Report, known)
        return Filed(report, secret_of(report), is_new=False)
    photos = _photos(draft)
    check(filing, has_photo=bool(photos))
    at = filing.filed_at or now()
    planned = plan(filing, at)
    before = _before(planned, at, filing)
    if before.same_id is not None:  # sent before, then without this draft
        report = db.session.get_one(Report, before.same_id)
        return Filed(report, secret_of(report), is_new=False)
    check_contact(planned, is_nameless=not filing.contact and filing.person_id is None)
    joined = _joined(filing, planned)
    report = _report(filing, planned, before, at, photo_count=len(photos))
    db.session.add(report)
    _people(report, filing, at)
    _happened(report, filing, planned, by, joins=joined is not None)
    if joined is not None:
        db.session.add(NoticeReport(report_id=report.id, notice_id=joined.id, joined_at=at))
    mark_suspensions(report, planned)
    for photo in photos:
        photo.report_id, photo.draft_id = report.id, None
    if draft is not None:
        draft.report_id, draft.data = report.id, {}
    is_public = report.publication is Publication.FULL
    said = [filing.words, filing.wayfinding]
    shown = said if planned.category.precision is Precision.EXACT else [filing.words]
    search.write(
        report, private=said, public=[_covered(filing, one) for one in shown] if is_public else [], is_new=True
    )
    db.session.flush()
    figures.apply(None, figures.standing(report))
    return Filed(report, secret_of(report), is_new=True)


def _draft(filing: Filing) -> Draft | None:
    if filing.draft_id is None:
        return None
    return db.session.get(Draft, filing.draft_id)  # no query where the caller has locked it (`drafts.find_draft`)


def one_at_a_time(client_id: str) -> Any:
    """An expression to select, on PostgreSQL: who files the same client id at the same moment waits until the other
    one is done. SQLite's writers wait for each other anyway."""
    return func.pg_advisory_xact_lock(func.hashtextextended(client_id, 0))


def _filed_before(client_id: str) -> int | None:
    """The report of this client id."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(one_at_a_time(client_id)))
    return db.session.scalar(select(Report.id).where(Report.client_id == client_id))


def _photos(draft: Draft | None) -> list[Photo]:
    if draft is None or not draft.data.get("photos"):
        return []
    return list(
        db.session.scalars(
            select(Photo).where(Photo.draft_id == draft.id, Photo.state.in_(KEPT)).order_by(Photo.position)
        )
    )


def check_contact(planned: Plan, *, is_nameless: bool) -> None:
    """Raises Invalid where this kind of report is not taken from nobody."""
    if is_nameless and not (planned.city.settings.nameless and planned.category.nameless):
        raise Invalid(_l("This kind of report needs a phone number or an e-mail address."), field="email")


def _joined(filing: Filing, planned: Plan) -> Notice | None:
    """The notice it is to join. One that is over meanwhile, or holds elsewhere, keeps no report from being filed."""
    if not filing.joins:
        return None
    return notices.joinable(filing.joins, planned.category.code, planned.lat, planned.lng, planned.ward)


@dataclass(frozen=True, slots=True)
class _Before:
    """What filing asks about the reports that stand: the next free id, which problem this is one more of, and whether
    it stands already."""

    next_id: int
    earlier_id: int | None = None
    recurrence: int = 0
    same_id: int | None = None  # of the report with the same client id


class _Found(StrEnum):
    """What a row of that one question is."""

    FREE = "free"  # the next id
    SAME = "same"  # the report of the same client id
    NEAR = "near"  # an answered one at the place
    NAMED = "named"  # the answered one that the reporter says has come back


def _before(planned: Plan, at: datetime, filing: Filing) -> _Before:
    """One question to the database. The write transaction keeps the id ours."""
    free = select(literal(_Found.FREE.value), _free_id(), literal(0.0), literal(0.0), literal(0))
    same = _row(_Found.SAME).where(Report.client_id == filing.client_id)
    found, same_id, done = 0, None, []
    for row in db.session.execute(union_all(free, same, *_done_here(planned, at, filing.earlier))):
        if row[0] == _Found.FREE:
            found = row[1]
        elif row[0] == _Found.SAME:
            same_id = row[1]
        else:
            done.append(row)
    return _Before(found, *_latest(planned, done), same_id)


def recurs_of(planned: Plan, at: datetime, earlier: str) -> tuple[int | None, int]:
    """The id of the same problem as it stood here last, and how many times it had come: this one is "lần n" of it."""
    return _latest(planned, db.session.execute(union_all(*_done_here(planned, at, earlier))))


def _done_here(planned: Plan, at: datetime, earlier: str) -> list[Select[*tuple[Any, ...]]]:
    """What was answered within the city's days about this category in this place or beside it; and what the reporter
    names themselves, by its code."""
    answered = (Report.category_id == planned.category.id, Report.status.in_(DONE))
    near = (
        _row(_Found.NEAR)
        .where(
            *answered,
            lies_in("cell", geo.covering(planned.lat, planned.lng, SAME_PLACE_M)),
            Report.filed_at >= at - timedelta(days=planned.city.settings.recurrence_days),
        )
        .order_by(Report.id.desc())
        .limit(20)
        .subquery()
    )
    named = _row(_Found.NAMED).where(*answered, Report.code == earlier, is_public())
    return [select(near), named] if earlier else [select(near)]


def _latest(planned: Plan, done: Iterable[Any]) -> tuple[int | None, int]:
    """What the reporter names goes before what lies nearest in time."""
    found = []
    for what, id, lat, lng, recurrence in done:
        reach = SAME_PLACE_M if what == _Found.NEAR else SAID_WITHIN_M
        if geo.distance_m((lat, lng), (planned.lat, planned.lng)) <= reach:
            found.append((what == _Found.NAMED, id, recurrence))
    _is_named, id, recurrence = max(found, default=(False, None, 0))
    return id, recurrence


def _row(what: _Found) -> Select[*tuple[Any, ...]]:
    return select(literal(what.value), Report.id, Report.lat, Report.lng, Report.recurrence)


def _free_id() -> Any:
    if db.session.get_bind().dialect.name == "postgresql":
        return func.nextval(func.pg_get_serial_sequence("report", "id"))
    return select(func.coalesce(func.max(Report.id), 0) + 1).scalar_subquery()


def _report(filing: Filing, planned: Plan, before: _Before, at: datetime, *, photo_count: int) -> Report:
    is_held = not (filing.goes_out or filing.filed_at) and held.is_held(planned.city, planned.severity, filing.channel)
    report = sketch(filing, planned, at, status=Status.HELD if is_held else Status.NEW, photo_count=photo_count)
    report.id, report.code = before.next_id, remembered.code_of(before.next_id)
    report.recurs_of_id, report.recurrence = before.earlier_id, before.recurrence + 1
    return report


def sketch(filing: Filing, planned: Plan, at: datetime, *, status: Status, photo_count: int) -> Report:
    """The report as it would stand, without an id and in no session: to be filed, or only to be looked at."""
    report = Report(
        code="",
        client_id=filing.client_id,
        version=1,
        language=filing.language,
        channel=filing.channel,
        observed_at=filing.observed_at,
        filed_at=at,
        status=status,
        first_handle_due_at=planned.first.handle_by,
        transfers=0,
        is_transferred=False,
        is_late=False,
        is_appeal_open=False,
        reopened=0,
        withheld_reason="",
        is_nameless=not filing.contact and filing.person_id is None,
        is_contact_confirmed=filing.person_id is not None,
        affected=1,
        doubts=0,
        recurrence=1,
        last_public_word_at=at,
        updated_at=at,
        is_demo=filing.is_demo,
        **as_said(filing, planned),
    )
    publish(report, filing, planned, photo_count=photo_count)
    return report


def as_said(filing: Filing, planned: Plan) -> dict[str, Any]:
    """The columns that follow from what somebody says, by filing or by an edit while nobody else sees it."""
    city, category = planned.city, planned.category
    public = None  # without the map only the ward is known
    if filing.lat is not None:
        public = geo.public_point(
            planned.lat,
            planned.lng,
            category.precision,
            lambda lat, lng: areas.is_inside_ward(planned.ward, lat, lng),
        )
    return {
        "category_id": category.id,
        "answers": {key: value for key, value in filing.answers.items() if category.question(key) and value},
        "severity": planned.severity,
        "lat": planned.lat,
        "lng": planned.lng,
        "cell": geo.cell_of(planned.lat, planned.lng),
        "public_lat": public[0] if public else None,
        "public_lng": public[1] if public else None,
        "public_cell": geo.cell_of(*public) if public else None,
        "place_source": filing.place_source if filing.lat is not None else PlaceSource.WARD,
        "accuracy_m": filing.accuracy_m,
        "nearest_address": filing.nearest_address.strip()[:300],
        "ward_id": city.wards[planned.ward].id,
        "is_ward_confirmed": planned.is_ward_sure,
        "unit_id": planned.unit_id,
        "rule_code": planned.routed.rule_code,
        "site_code": planned.routed.site or "",
        "city_version": city.version,
        "needs_routing_check": planned.routed.confirm,
        "receive_due_at": planned.promise.receive_by,
        "handle_due_at": planned.promise.handle_by,
        "due_at": planned.promise.receive_by,
        "is_content_hidden": filing.hide_content,
        "is_name_hidden": filing.hide_name,
    }


def publish(report: Report, filing: Filing, planned: Plan, *, photo_count: int) -> None:
    """How much everybody sees of it, and what waits for somebody's check."""
    report.photo_count, report.content_due_at = photo_count, None
    report.publication = publication.at_filing(report, planned.category)
    is_said_already = report.publication is Publication.FULL  # the words, that is: photos are masked by a person
    if photo_count or (filing.words.strip() and not is_said_already):
        publication.await_check(planned.city, report, report.filed_at)


def _people(report: Report, filing: Filing, at: datetime) -> None:
    """Whoever can be written to: the account, or a person of its own until the address is confirmed."""
    person_id = filing.person_id
    contact = filing.contact
    if contact:
        report.contact = ReportContact(
            name=contact.name.strip()[:120], email=contact.email.strip()[:254], phone=contact.phone.strip()[:20]
        )
        if person_id is None:
            person = Person(name="", language=filing.language, created_at=at, is_demo=filing.is_demo)
            db.session.add(person)
            db.session.flush()
            person_id = person.id
    db.session.flush()  # the report's row stands before anything points at it
    if person_id is not None:
        db.session.add(Participation(report_id=report.id, person_id=person_id, part=Part.REPORTER, created_at=at))
    for consent in filing.consents:
        if filing.hide_name and consent == CONTRACTOR:
            continue  # whom the unit does not know it cannot pass on
        db.session.add(Consent(report_id=report.id, person_id=person_id, purpose=consent, version="1", given_at=at))


def _happened(report: Report, filing: Filing, planned: Plan, by: Actor, *, joins: bool) -> None:
    """Two events: it was filed, in the reporter's words; it went to a unit, by a rule."""
    is_held = report.status is Status.HELD
    filed = _event(report, EventKind.FILED, by.kind, by.person_id) | {
        "data": {"channel": report.channel.value, "photos": report.photo_count, "notice": filing.notice}
        | ({"held": True} if is_held else {})
        | ({"joins": filing.joins} if joins else {})
    }
    routed = _event(report, EventKind.ROUTED, ActorKind.SYSTEM, None) | {"data": routing_of(planned, is_held=is_held)}
    happened = [filed, routed, *_moved(report, planned)]
    written = insert(Event).values(happened).returning(Event.kind, Event.id)  # one statement for all
    ids = {row.kind: row.id for row in db.session.execute(written)}
    for kind, said in spoken(filing).items():
        db.session.add(words_of(report, kind, said, filing, event_id=ids[EventKind.FILED]))


def mark_suspensions(report: Report, planned: Plan) -> None:
    """Which suspensions its dates are counted by, so that none is counted twice."""
    for suspension in planned.held:
        was = planned.first
        db.session.add(moving.mark(suspension, report, handle_was=was.handle_by, receive_was=was.receive_by))


def _moved(report: Report, planned: Plan) -> list[dict[str, Any]]:
    """That the city has suspended hours there: the first date beside the one that is promised. The receipt says it."""
    if planned.promise == planned.first:
        return []
    data = {
        "due_was": int(planned.first.handle_by.timestamp()),
        "due": int(planned.promise.handle_by.timestamp()),
        "suspension": planned.held[0].code,
    }
    told = {"data": data, "announced_at": report.filed_at}
    return [_event(report, EventKind.SUSPENDED, ActorKind.SYSTEM, None) | told]


def routing_of(planned: Plan, *, is_held: bool) -> dict[str, Any]:
    """What the event of a routing says: to whom, why, who else, and until when."""
    return {
        "to": planned.routed.unit,
        "rule": planned.routed.rule_code,
        "site": planned.routed.site or "",
        "confirm": list(planned.routed.reasons),
        "held": is_held,
        "runners_up": [other.unit for other in planned.routed.runners_up],
        "receive_by": int(planned.promise.receive_by.timestamp()),
        "handle_by": int(planned.promise.handle_by.timestamp()),
    }


def spoken(filing: Filing) -> dict[WordsKind, str]:
    """The reporter's own words in it, those that are not empty."""
    words = {WordsKind.DESCRIPTION: filing.words.strip(), WordsKind.WAYFINDING: filing.wayfinding.strip()}
    return {kind: said for kind, said in words.items() if said}


def words_of(report: Report, kind: WordsKind, said: str, filing: Filing, *, event_id: int | None = None) -> Words:
    """These words as they stand with the report: covered for everybody, where everybody reads them already."""
    is_public = report.publication is Publication.FULL
    return Words(
        report_id=report.id,
        event_id=event_id,
        kind=kind,
        original=said,
        public_text=_covered(filing, said) if is_public else None,
        uncovered=masking.places(said, filing.shown) or None,
        language=filing.language,
    )


def _covered(filing: Filing, words: str) -> str:
    """The words as everybody may read them before a person has checked them."""
    return masking.covered(words, masking.places(words, filing.shown))


def _event(report: Report, kind: EventKind, actor_kind: ActorKind, actor_id: int | None) -> dict[str, Any]:
    """An event of the moment of filing, as a row."""
    return {
        "report_id": report.id,
        "kind": kind,
        "at": report.filed_at,
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "unit_id": report.unit_id,
        "public_at": report.filed_at,
        "announced_at": None,
    }


__all__ = [
    "NOTICE",
    "Contact",
    "Filed",
    "Filing",
    "Plan",
    "as_said",
    "check",
    "check_answers",
    "check_contact",
    "plan",
    "publish",
    "recurs_of",
    "routing_of",
    "sketch",
    "spoken",
    "submit",
    "words_of",
]
