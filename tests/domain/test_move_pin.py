"""The pin was wrong: staff put it where the problem lies, and ward, map, public point and rules follow."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import dossier, figures, public_page, tiles, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid
from app.domain.public_filters import Filters
from app.domain.public_view import whole
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Event, MapCount, Report, Words
from app.models.choices import EventKind, PlaceSource, Publication
from tests.factories import HERE, a_minute_later, a_report, dispatcher, in_charge_of, its_reporter, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def there():
    """In the middle of another ward."""
    ward = store.current().wards["10002"]
    return ward.lat, ward.lng


def move(report, by, pin=None, words="Ghim sai chỗ", **details):
    with unit_of_work():
        return workflow.take(
            report.code, "move_pin", by=by, details=Details(words=words, pin=pin or there(), **details)
        )


def ward(report):
    return store.current().ward_of(report.ward_id).code


def test_ward_cell_and_public_point_follow_the_pin():
    report = a_report(nearest_address="Số 1 phố Một")
    before = (report.cell, report.public_cell, report.handle_due_at, report.unit_id)
    move(report, in_charge_of(report))
    assert (report.lat, report.lng) == pytest.approx(there(), abs=1e-6)
    assert (ward(report), report.place_source, report.nearest_address) == ("10002", PlaceSource.MAP, "")
    assert report.cell != before[0]
    assert report.public_cell != before[1]
    assert (report.handle_due_at, report.unit_id) == before[2:]
    assert figures.verify() == []


def test_the_counts_of_the_map_move_along():
    report = a_report()
    old = report.ward_id
    move(report, in_charge_of(report))
    badges = select(MapCount.cell, MapCount.n_open).where(MapCount.level == figures.BY_WARD, MapCount.category_id == 0)
    assert {cell: n for cell, n in db.session.execute(badges) if n} == {report.ward_id: 1}
    assert old != report.ward_id
    assert tiles.pointless(Filters()) == {}


def test_the_public_sees_the_new_place_and_its_reason_a_minute_later(clock):
    report = a_report()
    move(report, in_charge_of(report), words="Đúng là ở ngõ bên")
    assert (whole(report).point, whole(report).ward.code) == (HERE, "10001")
    a_minute_later(clock)
    view = whole(report)
    assert (view.point, view.ward.code) == (pytest.approx(there(), abs=1e-6), "10002")
    event = next(one for one in view.events if one.kind is EventKind.RELOCATED)
    assert (event.data["ward_was"], event.data["ward"], event.said) == ("10001", "10002", ("Đúng là ở ngõ bên",))


def test_the_public_never_learns_the_true_place_from_a_move(clock):
    report = a_report(category="parking")
    move(report, in_charge_of(report))
    a_minute_later(clock)
    view = whole(report)
    assert view.point != (report.lat, report.lng)
    assert str(HERE[0]) not in repr([event.data for event in view.events])


def test_where_the_rules_choose_another_unit_it_is_proposed_and_nothing_is_decided(clock):
    report = a_report()
    former = report.unit_id
    move(report, in_charge_of(report))
    proposed = dossier.of(report.code, seen_by=dispatcher())
    assert (proposed.proposed, proposed.runners_up[0], report.unit_id) == ("ubnd-10002", "ubnd-10002", former)
    a_minute_later(clock)
    assert public_page.find(report.code, "vi").why == ""
    by = dispatcher()
    with unit_of_work():
        details = Details(
            words="Thuộc phường Hai", transfer_to="ubnd-10002", transfer_reason=next(iter(store.current().transfers))
        )
        workflow.take(report.code, "transfer", by=by, details=details)
    assert unit_of(report) == "ubnd-10002"
    assert dossier.of(report.code, seen_by=dispatcher()).proposed == ""


def test_where_the_rules_choose_the_same_unit_it_keeps_its_explanation(clock):
    report = a_report(category="street-light")
    unit = report.unit_id
    event = move(report, in_charge_of(report))
    assert "proposed" not in event.data
    a_minute_later(clock)
    assert (report.unit_id, bool(public_page.find(report.code, "vi").why)) == (unit, True)


def test_a_report_without_a_map_gets_its_point():
    report = a_report(lat=None, lng=None, ward="10001")
    assert report.public_lat is None
    move(report, in_charge_of(report))
    assert (report.public_lat, report.public_lng) == pytest.approx(there(), abs=1e-6)
    assert figures.verify() == []


def test_a_sensitive_report_stays_private_wherever_its_pin_stands():
    report = a_report(category="staff-conduct")
    move(report, in_charge_of(report))
    assert (report.publication, report.public_cell) == (Publication.NONE, None)


@pytest.mark.parametrize(
    ("pin", "said"), [((10.77, 106.7), "nằm ngoài"), (None, "Xin cho biết"), (HERE, "đã ở đúng điểm này")]
)
def test_a_place_that_cannot_be_is_refused_beside_its_field(pin, said):
    report = a_report()
    clerk = in_charge_of(report)
    with pytest.raises(Invalid, match=said) as refusal, unit_of_work():
        workflow.take(report.code, "move_pin", by=clerk, details=Details(words="Sai", pin=pin))
    assert refusal.value.field == "pin"
    assert ward(db.session.get_one(Report, report.id)) == "10001"


def test_moving_the_pin_needs_a_reason_and_the_unit_in_charge():
    report = a_report()
    clerk = in_charge_of(report)
    with pytest.raises(Invalid):
        move(report, clerk, words=" ")
    with pytest.raises(Forbidden):
        move(report, its_reporter(report))


def test_taking_it_back_puts_the_pin_where_it_was():
    report = a_report(nearest_address="Số 1 phố Một")
    before = (report.lat, report.lng, report.cell, report.public_cell, report.ward_id, report.nearest_address)
    clerk = in_charge_of(report)
    event = move(report, clerk)
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    report = db.session.get_one(Report, report.id)
    after = (report.lat, report.lng, report.cell, report.public_cell, report.ward_id, report.nearest_address)
    assert after == before
    assert figures.verify() == []


def test_the_history_keeps_every_place():
    report = a_report()
    clerk = dispatcher()
    move(report, clerk)
    move(report, clerk, pin=HERE)
    kept = db.session.scalars(select(Event).where(Event.kind == EventKind.RELOCATED).order_by(Event.id)).all()
    assert [event.data["pin_was"] for event in kept] == [list(HERE), pytest.approx(list(there()), abs=1e-6)]
    assert db.session.scalars(select(Words.original).where(Words.event_id == kept[0].id)).all() == ["Ghim sai chỗ"]
