"""A report outlives the unit, the ward and the category it was filed for: its pages still stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.domain import workflow
from app.domain.city import folder, store
from app.domain.city.codec import digest, plain
from app.domain.city.model import City
from app.domain.workflow import Details
from app.extensions import unit_of_work
from tests.factories import a_report, dispatcher, unit_of
from tests.support.application import Browser

CITY = folder.read(Path(__file__).parents[2] / "cities" / "six_wards")


def without(*, ward: str, category: str) -> City:
    return replace(
        CITY,
        wards={code: one for code, one in CITY.wards.items() if code != ward},
        units={code: one for code, one in CITY.units.items() if one.ward != ward},
        categories={code: one for code, one in CITY.categories.items() if code != category},
    )


def load(city: City) -> None:
    with unit_of_work():
        store.load(city)


def test_what_is_retired_is_still_called_by_its_name(db_session: Session) -> None:
    before = store.current()
    load(without(ward="10001", category="rubbish"))
    after = store.current()
    assert "rubbish" not in after.categories
    assert after.category_of(before.categories["rubbish"].id) == before.categories["rubbish"]
    assert after.ward_of(before.wards["10001"].id) == before.wards["10001"]
    assert after.unit_of(before.units["ubnd-10001"].id) == before.units["ubnd-10001"]


def test_what_is_retired_is_no_part_of_what_a_version_says(db_session: Session) -> None:
    city = without(ward="10001", category="rubbish")
    load(city)
    assert digest(store.current()) == digest(city)
    assert "former" not in plain(store.current(), whole=True)


@pytest.mark.parametrize("path", ["/", "/reports", "/r/{code}", "/en/r/{code}", "/map/card/{code}", "/numbers"])
def test_the_public_still_reads_a_report_of_a_retired_unit(client: Browser, db_session: Session, path: str) -> None:
    code = a_report().code
    load(without(ward="10001", category="rubbish"))
    db_session.rollback()
    assert client.get(path.format(code=code)).status_code == 200


def test_its_reporter_may_withdraw_and_a_dispatcher_hand_it_on(db_session: Session) -> None:
    report = a_report()
    assert unit_of(report) == "ubnd-10001"
    load(without(ward="10001", category="rubbish"))
    by, reason = dispatcher(), next(iter(CITY.transfers))
    with unit_of_work():
        workflow.take(report.code, "receive", by=by)
    with unit_of_work():
        details = Details(words="Đơn vị cũ không còn", transfer_to="so-ha-tang", transfer_reason=reason)
        workflow.take(report.code, "transfer", by=by, details=details)
    assert unit_of(report) == "so-ha-tang"
