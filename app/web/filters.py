"""Moments, codes and names as the reader's language says them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Flask

from app.domain import codes, wording
from app.domain.city import store
from app.domain.folding import fold
from app.models import Localized, now
from app.web import language


def moment(at: datetime) -> str:
    """ "16:30 thứ Ba 2/12", in the city's time."""
    return wording.say_moment(at, language.chosen(), now(), store.current().timezone)


def due(at: datetime) -> str:
    """A promise: 17:00 of a day, its end rather than 00:00 of the next."""
    return wording.say_due(at, language.chosen(), now(), store.current().timezone)


def clock(at: datetime) -> str:
    """ "16:30" on the city's clock."""
    return wording.say_clock(at, store.current().timezone)


def day(on: date) -> str:
    return wording.say_day(on, language.chosen(), _local_day(now()))


def day_of(at: datetime) -> str:
    """The day on which a moment lies in the city."""
    return day(_local_day(at))


def _local_day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(store.current().timezone)).date()


def age(at: datetime) -> str:
    return wording.say_age(at, now(), language.chosen())


def working_time(minutes: int) -> str:
    """ "12 giờ 30 phút"; never in days, because a working day is not 24 hours."""
    return wording.say_working_time(minutes, language.chosen())


def within(seconds: int) -> str:
    """ "6 ngày", "5 hours": what a length of time fits into."""
    return wording.say_within(seconds, language.chosen())


def iso(at: datetime) -> str:
    return at.isoformat()


def name(text: Localized) -> str:
    """A text of the city in the reader's language."""
    return text.in_(language.chosen())


def overdue_days(due_at: datetime | None) -> int:
    """Whole days past a promise, at least 1 once it has passed; 0 while it holds."""
    if due_at is None or now() <= due_at:
        return 0
    return max(1, (now() - due_at).days)


def former(old_names: Iterable[str]) -> list[str]:
    """ "Phường Hàng Bạc, Hàng Bồ (quận Hoàn Kiếm)": former wards by district, no name said ten times."""
    groups: dict[tuple[str, str], list[str]] = {}
    for old in old_names:
        ward, _comma, district = old.partition(", ")
        kind = next((ward[: len(kind)] for kind in _KINDS_OF_OLD if fold(ward).startswith(f"{kind} ")), "")
        groups.setdefault((kind, district), []).append(ward.removeprefix(kind).strip())
    return [
        f"{kind} {', '.join(names)}".strip() + (f" ({district})" if district else "")
        for (kind, district), names in groups.items()
    ]


_KINDS_OF_OLD = ("phuong", "xa", "thi tran")  # folded: as long as the word itself


def init_app(app: Flask) -> None:
    for filter_ in (moment, due, clock, day, day_of, age, iso, name, overdue_days, working_time, within, former):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.filters["code"] = codes.shown
