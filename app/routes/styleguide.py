"""Every component on one page, live, so that the look stays one language. In development and in tests only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired

from app.config import Config
from app.models.choices import Outcome, Rating, Severity, Status, WaitingFor
from app.web.access import open_to_all
from app.web.labels import LABELS

bp = Blueprint("styleguide", __name__)


class SampleForm(FlaskForm):
    """One field of each kind."""

    place = StringField(_l("Where is it?"), [DataRequired(_l("Write where it is, for instance a house number."))])
    words = TextAreaField(_l("What did you see?"))
    ward = SelectField(
        _l("Ward"), choices=[SelectChoice("00070", "Phường Hoàn Kiếm"), SelectChoice("00004", "Phường Ba Đình")]
    )
    danger = RadioField(
        _l("Is it dangerous right now?"),
        choices=[SelectChoice("yes", _l("Yes, somebody could be hurt")), SelectChoice("no", _l("No"))],
        invalid_choice_message=_l("Choose one of the two."),  # type: ignore[call-arg]  # newer than its stubs
    )
    rating = RadioField(
        _l("How do you find the answer?"), choices=[SelectChoice(*named) for named in LABELS[Rating].items()]
    )
    photo = FileField(_l("Photo"))
    follow = BooleanField(_l("Write to me when something changes"))


def _card(**changes: Any) -> SimpleNamespace:
    plain: dict[str, Any] = {
        "url": "#card",
        "code": "482160358",
        "category": _l("Pothole"),
        "icon": "road",
        "ward": "Phường Hoàn Kiếm",
        "status": Status.IN_PROGRESS,
        "outcome": None,
        "waiting": None,
        "severity": Severity.NORMAL,
        "age": _l("3 days ago"),
        "distance": "120 m",
        "affected": 12,
        "words": "Ổ gà sâu giữa làn xe máy trước số 24 Hàng Bài. Trời mưa nước lấp đầy, tối qua có người ngã.",
        "thumb": "/static/styleguide/before.svg",
        "due": _l("16:30 Tuesday 2 December"),
        "overdue": None,
        "assignee": None,
        "marks": (),
    }
    return SimpleNamespace(**plain | changes)


def _cards() -> list[SimpleNamespace]:
    return [
        _card(severity=Severity.URGENT, status=Status.NEW, marks=(_l("New addition"),)),
        _card(status=Status.WAITING, waiting=WaitingFor.WEATHER, thumb=None, words=None, affected=1, code="107334921"),
        _card(status=Status.RECEIVED, overdue=3, due=None, distance=None, code="660128744", assignee="…"),
        _card(status=Status.RESOLVED, outcome=Outcome.FIXED, due=None, thumb="/static/styleguide/after.svg"),
    ]


def _statuses() -> list[dict[str, Any]]:
    plain = [s for s in Status if s not in (Status.WAITING, Status.RESOLVED)]
    return [
        *({"status": status} for status in plain),
        *({"status": Status.WAITING, "waiting": waiting, "until": "12/12"} for waiting in WaitingFor),
        *({"status": Status.RESOLVED, "outcome": outcome} for outcome in Outcome),
    ]


def _refused_form() -> SampleForm:
    form = SampleForm(MultiDict({"ward": "00070", "rating": "satisfied"}), meta={"csrf": False})
    form.validate()
    return form


@bp.get("/styleguide")
@open_to_all
def page() -> ResponseReturnValue:
    """All components with made-up content."""
    config: Config = current_app.config["HOIAM"]
    if not (config.development or config.testing):
        abort(404)
    before = {
        "url": "/static/styleguide/before.svg",
        "alt": _l("A deep pothole in the road"),
        "width": 640,
        "height": 480,
    }
    after = before | {"url": "/static/styleguide/after.svg", "alt": _l("The road, mended"), "unlocated": True}
    return render_template(
        "styleguide/page.html",
        form=SampleForm(formdata=None, meta={"csrf": False}, prefix="plain"),
        refused=_refused_form(),
        cards=_cards(),
        statuses=_statuses(),
        complex=Severity.COMPLEX,
        before=before,
        after=after,
        numbers=[{"number": "113", "name": _l("Police")}, {"number": "115", "name": _l("Ambulance")}],
    )
