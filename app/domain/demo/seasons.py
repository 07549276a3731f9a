"""When people report, and what: growth over the months, days of the week, hours, rain and storms."""

from __future__ import annotations

from bisect import bisect
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from app.domain.city.model import Category, City
from app.models.choices import PublishWhen, Severity

FIRST_DAY = date(2025, 7, 1)  # the wards of today's Hanoi exist since then
_GROWTH = 2.2  # how many times busier the last month is than the first
_STORM = 3.0
_LATELY, _LATELY_DAYS = 2.6, 14  # a storm has just passed: the queues are full
_WEEK = (1.15, 1.05, 1.0, 1.0, 1.0, 0.85, 0.7)
_HOURS = (2, 1, 1, 1, 1, 3, 8, 14, 15, 13, 11, 9, 7, 7, 9, 10, 11, 13, 12, 12, 11, 9, 6, 4)
_WET_MONTHS = {7: 0.16, 8: 0.18, 9: 0.14, 6: 0.1, 10: 0.05}  # the chance that a day brings a downpour

# by code: (how often at all, how much more in a downpour)
_USUAL: dict[str, tuple[float, float]] = {
    "rac-ton-dong": (8, 1),
    "lan-chiem": (8, 0.5),
    "do-xe": (7, 0.5),
    "o-ga": (6, 1.5),
    "chieu-sang": (5, 1.2),
    "ngap-ung": (0.9, 16),
    "tac-cong": (3, 4),
    "cay-gay-do": (0.7, 14),
    "cay-xanh": (2.5, 1.5),
    "via-he": (3, 1),
    "do-trom": (3, 0.6),
    "thi-cong": (3.5, 1),
    "tieng-on": (4, 0.3),
    "den-tin-hieu": (2, 2),
    "bien-bao": (2, 1),
    "un-tac": (2.5, 1.5),
    "nap-cong": (1.6, 2),
    "sut-lun": (0.9, 3),
    "day-dien": (1, 4),
    "mat-dien": (1.2, 4),
    "mat-nuoc": (1.8, 0.8),
    "khoi-bui-mui": (2.5, 0.2),
    "dot-rac": (1.8, 0.1),
    "quang-cao": (2.2, 0.5),
    "cap-vien-thong": (2, 1.5),
    "cong-vien": (1.8, 0.6),
    "trong-giu-xe": (2, 0.5),
    "xe-buyt": (1.6, 0.8),
    "de-dieu": (0.2, 6),
    "thai-do-can-bo": (0.8, 0.5),
    "bao-luc": (0.3, 1),
    "te-nan": (0.7, 0.6),
}


class Seasons:
    """The weather of a made-up city. Drawn once from its own seed, so that months and days agree."""

    def __init__(self, city: City, seed: int, until: datetime) -> None:
        self.zone = ZoneInfo(city.timezone)
        self.until = until
        self.last_day = until.astimezone(self.zone).date()
        weather = Random(f"weather {seed}")
        count = max(1, (self.last_day - FIRST_DAY).days + 1)
        self.days = [FIRST_DAY + timedelta(days=number) for number in range(count)]
        self.wet = {day for day in self.days if weather.random() < _WET_MONTHS.get(day.month, 0.01)}
        self.weights = [self._weight_of(number, day) for number, day in enumerate(self.days)]
        taken = [category for category in city.categories.values() if not category.stops]
        self.categories: list[Category] = taken
        self._dry = list(accumulate(_weight(category, wet=False) for category in taken))
        self._wet = list(accumulate(_weight(category, wet=True) for category in taken))

    def _weight_of(self, number: int, day: date) -> float:
        """How much is reported on a day, beside others."""
        length = len(self.days)
        return float(
            _GROWTH ** (number / length)
            * _WEEK[day.weekday()]
            * (_STORM if day in self.wet else 1.0)
            * (_LATELY if number >= length - _LATELY_DAYS else 1.0)
        )

    def moments(self, count: int, chance: Random) -> list[datetime]:
        """When so many reports were filed, oldest first, none after `until`."""
        days = chance.choices(self.days, self.weights, k=count)
        hours = chance.choices(range(24), _HOURS, k=count)
        moments = []
        for day, hour in zip(days, hours, strict=True):
            at = datetime(
                day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60), tzinfo=self.zone
            )
            moments.append(at if at <= self.until else self.until - timedelta(minutes=chance.randrange(1, 300)))
        return sorted(moments)

    def category(self, at: datetime, chance: Random) -> Category:
        """What somebody reports on such a day."""
        shares = self._wet if at.astimezone(self.zone).date() in self.wet else self._dry
        return self.categories[bisect(shares, chance.random() * shares[-1])]


def _weight(category: Category, *, wet: bool) -> float:
    plain = 0.5 if category.publish is PublishWhen.SENSITIVE else 1.0
    usual, more = _USUAL.get(category.code, (plain, 2.0 if category.severity is Severity.URGENT else 1.0))
    return usual * (more if wet else 1.0)
