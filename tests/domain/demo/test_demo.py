"""The made-up city: whole, believable, the same for the same seed, and finished when it was interrupted."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import delete, func, select

from app.domain import demo, figures, permissions, remembered, search
from app.domain.city import store
from app.domain.demo import accounts, book, filling
from app.domain.errors import Invalid
from app.extensions import db, unit_of_work
from app.models import Base, Event, Kept, Participation, Person, Photo, Report, ReportContact, ReportText, Words
from app.models.choices import OPEN, Outcome, PhotoKind, Publication, Status
from tests.factories import a_report

pytestmark = pytest.mark.usefixtures("db_session")


def nothing_told(written: int, whole: int) -> None:
    """Progress is for people."""


def generated(count: int = 300, seed: int = 7, **more: bool) -> list[Report]:
    demo.generate(nothing_told, reports=count, seed=seed, **more)
    return list(db.session.scalars(select(Report).order_by(Report.id)))


def test_every_figure_is_the_sum_of_the_reports() -> None:
    assert len(generated()) == 300
    assert figures.verify() == []


def test_a_life_is_one_that_the_table_of_moves_allows() -> None:
    for report in generated():
        assert (report.due_at is not None) == (report.status in OPEN), report.status
        assert (report.outcome is not None) == (report.status in (Status.RESOLVED, Status.CLOSED))
        assert report.filed_at <= (report.received_at or report.filed_at) <= report.updated_at
        assert report.is_demo
        assert report.code == remembered.code_of(report.id)
        if report.status in (Status.MERGED, Status.WITHDRAWN):
            assert report.publication is Publication.NONE


def test_the_version_counts_the_events_that_changed_the_report() -> None:
    reports = {report.id: report for report in generated(100)}
    counted = dict(db.session.execute(select(Event.report_id, func.count()).group_by(Event.report_id)).all())
    heads = {report.merged_into_id for report in reports.values()}
    assert all(counted[id] == report.version + 1 for id, report in reports.items() if id not in heads)


def test_events_come_in_order_and_nobody_is_written_to() -> None:
    generated()
    assert db.session.scalar(select(func.count()).where(Event.announced_at.is_(None))) == 0
    for report_id in db.session.scalars(select(Report.id).limit(50)):
        times = db.session.scalars(select(Event.at).where(Event.report_id == report_id).order_by(Event.id)).all()
        assert list(times) == sorted(times)


def test_the_same_seed_makes_the_same_city() -> None:
    def told() -> list[tuple[int, float, str]]:
        plan = filling.Plan(5, 60, filling.now(), with_photos=False, batch=30)
        cast = accounts.Cast(
            dict.fromkeys((unit.id for unit in store.current().units.values()), 1),
            dict.fromkeys((unit.id for unit in store.current().units.values()), 2),
            dispatcher=3,
            resident=4,
        )
        scene = filling._scene(store.current(), plan, spots=60, favour=3)
        lives = [life for batch in filling._batches(store.current(), cast, plan, scene) for life in batch]
        return [(life.category_id, life.lat, next(life.spoken()).original) for life in lives]

    assert told() == told()


SALTED = "password_hash"  # anew each time
OF_THE_CITY = {"category", "ward", "unit", "city_version", "ward_outline", "kept"}


@pytest.mark.only_sqlite  # which numbers staff anew in an emptied table; the rows are made alike for both
@pytest.mark.usefixtures("clock")
def test_the_same_seed_writes_the_same_rows_codes_and_all() -> None:
    def written() -> dict[str, list[str]]:
        demo.generate(nothing_told, reports=120, seed=11)
        found = {}
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != SALTED]
            found[table.name] = sorted(map(repr, db.session.execute(select(*columns))))
        return found

    def wipe() -> None:
        with unit_of_work():
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in OF_THE_CITY:
                    db.session.execute(delete(table))
            db.session.execute(delete(Kept).where(Kept.name.in_(("code_key", "demo"))))
        remembered._keys.clear()

    wipe()  # the fixture's city has a key of its own
    first = written()
    wipe()
    again = written()
    assert len(first["report"]) == 120
    for name, rows in first.items():
        assert again[name] == rows, name


def test_the_search_text_is_what_the_city_itself_would_write() -> None:
    generated(40)
    for report in db.session.scalars(select(Report)):
        db.session.info["hoiam_free"] = True
        stood = db.session.get_one(ReportText, report.id)
        before = (stood.public.split(), stood.staff.split())
        search.refresh(report)
        after = db.session.get_one(ReportText, report.id)
        assert (sorted(before[0]), sorted(before[1])) == (sorted(after.public.split()), sorted(after.staff.split()))
    db.session.rollback()


def test_an_interrupted_filling_goes_on_where_the_last_batch_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_FILL_BATCH", 20)

    def torn(written: int, whole: int) -> None:
        if written >= 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.fill(torn, reports=90, seed=3)
    assert db.session.scalar(select(func.count(Report.id))) == 40
    assert demo.fill(nothing_told)
    assert db.session.scalar(select(func.count(Report.id))) == 90
    assert figures.verify() == []
    assert not demo.fill(nothing_told)
    assert db.session.get_one(Kept, filling.PROGRESS).value["reports"] == 90


def test_two_processes_make_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "_BATCH", 25)
    assert [report.id for report in generated(60)] == list(range(1, 61))
    assert figures.verify() == []


def test_drawn_photos_hang_before_and_after() -> None:
    generated(30, with_photos=True)
    kinds = set(db.session.scalars(select(Photo.kind)))
    assert kinds == {PhotoKind.BEFORE, PhotoKind.AFTER}
    after = select(Report.outcome).join(Photo, Photo.report_id == Report.id).where(Photo.kind == PhotoKind.AFTER)
    assert db.session.scalars(after).first() in (Outcome.FIXED, None)


def test_made_up_reports_are_not_mixed_with_real_ones() -> None:
    a_report()
    with pytest.raises(Invalid, match="phản ánh thật"):
        demo.generate(nothing_told, reports=5, seed=1)
    assert not remembered.is_demo()


def test_every_account_can_be_used_in_its_role() -> None:
    generated(20)
    assert remembered.is_demo()
    for account in demo.ACCOUNTS:
        person = db.session.scalars(select(Person).where(Person.email == account.email)).one()
        assert person.is_demo
        assert person.password_hash
        roles = {grant.role for grant in permissions.actor_of(person).grants}
        assert roles == ({account.role} if account.role else set())


def test_two_runs_share_the_people_of_the_units() -> None:
    generated(20, seed=1)
    staff = db.session.scalar(select(func.count(Person.id)).where(Person.name.startswith("Cán bộ trực")))
    generated(20, seed=2)
    assert db.session.scalar(select(func.count(Person.id)).where(Person.name.startswith("Cán bộ trực"))) == staff


def test_a_guest_is_a_person_behind_the_report_and_no_login() -> None:
    generated(60)
    contact = db.session.scalars(select(ReportContact).where(ReportContact.confirmed_at.is_not(None)).limit(1)).one()
    part = db.session.scalars(select(Participation).where(Participation.report_id == contact.report_id)).one()
    person = db.session.get_one(Person, part.person_id)
    assert (person.email, person.password_hash) == (contact.email, None)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_category_has_words_in_both_languages(language: str) -> None:
    chance = Random(1)
    for category in store.current().categories.values():
        assert book.book().description(category, chance, language).strip()
        assert "{" not in book.book().fixed(category, chance, "01/12/2025")


def test_no_words_hold_a_forgotten_placeholder() -> None:
    generated()
    assert db.session.scalar(select(func.count(Words.id)).where(Words.original.contains("{"))) == 0
