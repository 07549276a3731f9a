"""Versions of the city: numbered, kept whole, and never forgetting what reports point at."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.city import folder, store
from app.domain.city.model import City
from app.domain.public_filters import read
from app.extensions import db, unit_of_work
from app.models import CategoryRow, CityVersion, UnitRow, WardRow
from app.models.localized import Localized
from tests.support.application import Clock, Counted

CITY = folder.read(Path(__file__).parents[2] / "cities" / "six_wards")


def load(city: City) -> store.Loaded:
    with unit_of_work():
        return store.load(city, by=7)


def without_lake() -> City:
    """No lake, no ward six, no roadworks: as a later folder might say."""
    return replace(
        CITY,
        sites={"den-co": CITY.sites["den-co"]},
        wards={code: ward for code, ward in CITY.wards.items() if code != "10006"},
        units={code: unit for code, unit in CITY.units.items() if unit.ward != "10006"},
        categories={code: category for code, category in CITY.categories.items() if code != "roadworks"},
    )


def test_the_city_in_force_has_the_ids_of_its_rows(db_session: Session) -> None:
    city = store.current()
    assert city.version == 1
    for rows, entries in ((UnitRow, city.units), (WardRow, city.wards), (CategoryRow, city.categories)):
        ids = {row.code: row.id for row in db_session.scalars(select(rows))}
        assert {code: entry.id for code, entry in entries.items()} == ids


def test_apart_from_ids_it_is_the_city_of_the_folder(db_session: Session) -> None:
    city = store.current()
    bare = replace(
        city,
        version=0,
        units={code: replace(unit, id=0) for code, unit in city.units.items()},
        wards={code: replace(ward, id=0) for code, ward in city.wards.items()},
        categories={code: replace(category, id=0) for code, category in city.categories.items()},
    )
    assert bare == CITY


def test_loading_the_same_city_again_changes_nothing(db_session: Session) -> None:
    assert load(CITY) == store.Loaded(1, ())
    assert db_session.scalar(select(func.count(CityVersion.id))) == 1


def test_a_changed_city_is_a_new_version_and_says_what_changed(db_session: Session) -> None:
    unit = replace(CITY.units["dien-luc"], name=Localized("Điện lực Sáu Phường", "Six Wards Power"))
    loaded = load(replace(CITY, units={**CITY.units, "dien-luc": unit}))
    assert loaded.version == 2
    assert [str(change) for change in loaded.changes] == [
        "~ unit dien-luc: name.vi: Công ty Điện lực → Điện lực Sáu Phường",
        "~ unit dien-luc: name.en: Power Company → Six Wards Power",
    ]
    assert store.current().units["dien-luc"].name.vi == "Điện lực Sáu Phường"
    row = db_session.scalars(select(UnitRow).where(UnitRow.code == "dien-luc")).one()
    assert row.name.en == "Six Wards Power"
    assert db_session.scalars(select(CityVersion.by).order_by(CityVersion.number.desc())).first() == 7


def test_what_is_missing_is_retired_and_never_deleted(db_session: Session, clock: Clock) -> None:
    before = store.current()
    load(without_lake())
    ward = db_session.scalars(select(WardRow).where(WardRow.code == "10006")).one()
    assert (ward.id, ward.retired_at, ward.valid_to_on) == (before.wards["10006"].id, clock.now, date(2025, 11, 25))
    assert "10006" not in store.current().wards
    retired = db_session.scalars(select(UnitRow.code).where(UnitRow.retired_at.is_not(None)).order_by(UnitRow.code))
    assert list(retired) == ["ca-10006", "ubnd-10006"]


def test_what_comes_back_is_in_force_again_with_its_old_id(db_session: Session) -> None:
    before = store.current()
    load(without_lake())
    assert load(CITY).version == 3
    after = store.current()
    assert after.wards["10006"].id == before.wards["10006"].id
    assert after.categories["roadworks"].id == before.categories["roadworks"].id
    ward = db_session.scalars(select(WardRow).where(WardRow.code == "10006")).one()
    assert (ward.retired_at, ward.valid_to_on) == (None, None)


def test_what_was_retired_keeps_its_moment(db_session: Session, clock: Clock) -> None:
    load(without_lake())
    gone_at = clock.now
    clock.forward(days=3)
    load(replace(without_lake(), min_zoom=12))
    assert db_session.scalars(select(CategoryRow.retired_at).where(CategoryRow.code == "roadworks")).one() == gone_at


def test_an_older_version_can_be_asked_for(db_session: Session) -> None:
    load(without_lake())
    old = store.snapshot(1)
    assert (old.version, "10006" in old.wards, "ho-xanh" in old.sites) == (1, True, True)
    assert old.wards["10006"].id > 0
    assert store.snapshot(2) is store.current()
    with pytest.raises(store.NoCity):
        store.snapshot(3)


def test_a_load_that_fails_leaves_the_city_as_it_was(db_session: Session) -> None:
    def failing() -> None:
        with unit_of_work():
            store.load(without_lake())
            assert store.current().version == 2
            raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError):
        failing()
    db_session.info.clear()
    assert (store.current().version, "10006" in store.current().wards) == (1, True)


def test_one_small_query_a_request(app: Flask, count_queries: Callable[[], AbstractContextManager[Counted]]) -> None:
    with app.app_context():
        first = store.current()
    with app.app_context(), count_queries() as counted:
        assert store.current() is first
        assert store.current() is first
    assert counted.count == 1, str(counted)


def test_another_request_sees_a_new_version_at_once(app: Flask) -> None:
    with app.app_context():
        assert store.current().version == 1
        load(without_lake())
    with app.app_context():
        assert store.current().version == 2


def test_what_was_seen_last_costs_no_query_until_it_lacks_something(
    app: Flask, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    with app.app_context():
        seen = store.current()
    with app.app_context(), count_queries() as counted:
        assert store.last_seen() is seen
        assert read(ward=next(iter(seen.wards)), of=store.last_seen).city is seen
    assert counted.count == 0, counted
    lacking = replace(seen, wards=dict(list(seen.wards.items())[1:]))
    with app.app_context():
        found = read(ward=next(iter(seen.wards)), of=lambda: lacking)
        assert found.city.wards.keys() == seen.wards.keys()


def test_without_a_city_the_remedy_is_said(db_session: Session) -> None:
    with unit_of_work():
        db.session.execute(delete(CityVersion))
    db_session.info.clear()
    assert store.find_current() is None
    with pytest.raises(store.NoCity, match="flask city load"):
        store.current()
