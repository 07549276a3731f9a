"""A city as it stands in memory: immutable, complete, the same for every request until a new version is loaded.

The YAML of a city folder mirrors these classes field by field (`docs/city-folder.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from app.models.choices import Precision, PublishWhen, Severity
from app.models.localized import Localized

UNSAID = Localized("")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Degrees, WGS 84. The map is locked to them."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float, lng: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lng <= self.east


@dataclass(frozen=True, slots=True)
class Limit:
    """A promise: working minutes or whole working days, never both."""

    minutes: int | None = None
    days: int | None = None
    source: Localized = UNSAID  # where the number stands; unsaid for a sample setting


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time of units. `week[0]` is Monday; spans are minutes after local midnight, end exclusive."""

    code: str
    name: Localized
    week: tuple[tuple[tuple[int, int], ...], ...]
    days_off: Mapping[date, Localized] = field(default_factory=dict)
    days_worked: Mapping[date, Localized] = field(default_factory=dict)  # swapped days: worked like a Monday
    sample_years: frozenset[int] = frozenset()  # not yet announced: computed, to be checked


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: Localized
    kind: str  # department | ward | police | ward_police | utility | board | dispatch
    calendar: str
    short: Localized = UNSAID
    parent: str | None = None
    ward: str | None = None  # the ward a ward office or ward police post serves
    phone: str = ""
    email: str = ""
    source: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Ward:
    code: str
    name: Localized  # "Phường Hoàn Kiếm"
    kind: str  # phuong | xa
    lat: float
    lng: float
    unit: str  # the unit that is its People's Committee
    area_km2: float = 0.0
    old_names: tuple[str, ...] = ()
    valid_from: date | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    code: str  # traffic | environment | heritage | other
    name: Localized
    icon: str


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    label: Localized
    stopper: Localized = UNSAID  # choosing it ends the form with this advice
    severity: Severity | None = None  # choosing it raises the severity


@dataclass(frozen=True, slots=True)
class Question:
    """Asked of the resident, at most two a category."""

    code: str
    label: Localized
    kind: str  # choice | text
    choices: tuple[Choice, ...] = ()
    required: bool = False
    public: bool = False
    help: Localized = UNSAID


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    group: str
    name: Localized
    icon: str
    keywords: tuple[str, ...]  # Vietnamese and English words that suggest it, as people type them
    hint: Localized
    severity: Severity
    owner: str  # what the default rule says in short: a unit's code, "@ward" or "@ward_police"
    precision: Precision
    publish: PublishWhen
    proof: bool  # FIXED needs a photo
    questions: tuple[Question, ...] = ()
    stopper: Localized = UNSAID  # said before the form; the form goes on unless `stops`
    stops: bool = False  # not taken here at all: the stopper says where to go
    danger: bool = False  # show 113, 114, 115, 112 beside it
    nameless: bool = True  # may be filed without any contact
    similar_m: int = 100
    id: int = 0

    def question(self, code: str) -> Question | None:
        return next((q for q in self.questions if q.code == code), None)


@dataclass(frozen=True, slots=True)
class Site:
    """A place with an owner of its own: a relic, a lake, a station. A circle or an outline."""

    code: str
    name: Localized
    lat: float
    lng: float
    radius_m: float
    unit: str
    outline: tuple[tuple[float, float], ...] = ()  # (lng, lat); used instead of the circle when given
    kind: str = "heritage"
    source: str = ""
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """The first rule whose every condition holds decides. An empty condition always holds."""

    code: str
    unit: str  # a unit's code, "@ward", "@ward_police" or "@site"
    why: Localized  # the sentence shown to the resident and to staff; may use {unit}, {ward}, {site}
    categories: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    wards: frozenset[str] = frozenset()
    ward_kinds: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    site_kinds: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)  # question → accepted choices
    confirm: bool = False  # a person should confirm the choice
    source: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """An example that must come out as it says before rules are loaded."""

    name: str
    category: str
    expect: str  # a unit's code
    quote: str  # where this is written
    ward: str | None = None
    at: tuple[float, float] | None = None  # lat, lng
    answers: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    code: str
    title: Localized
    text: Localized  # placeholders: {code} {category} {ward} {unit} {due} {date} {link}
    for_moves: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RefusalReason:
    code: str
    label: Localized
    explain: Localized
    next_step: Localized


@dataclass(frozen=True, slots=True)
class TransferReason:
    code: str
    label: Localized


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    number: str
    label: Localized


@dataclass(frozen=True, slots=True)
class Settings:
    receive: Limit
    handle: Mapping[Severity, Limit]
    accept_transfer: Limit
    publish: Limit
    edit_window_minutes: int = 0
    nameless: bool = True
    recurrence_days: int = 90
    object_days: int = 30
    border_m: int = 30
    max_questions_to_reporter: int = 2
    question_days: int = 3


@dataclass(frozen=True, slots=True)
class Former:
    """What no longer is in force, by the id of its row and as the last version that had it said it."""

    units: Mapping[int, Unit] = field(default_factory=dict)
    wards: Mapping[int, Ward] = field(default_factory=dict)
    categories: Mapping[int, Category] = field(default_factory=dict)


@dataclass(frozen=True)
class City:
    code: str
    name: Localized
    timezone: str
    bounds: Bounds
    min_zoom: int
    settings: Settings
    dispatch: str  # the unit that gets what no rule could route
    emergency: tuple[EmergencyNumber, ...]
    calendars: Mapping[str, Calendar]
    units: Mapping[str, Unit]
    wards: Mapping[str, Ward]
    groups: Mapping[str, Group]
    categories: Mapping[str, Category]
    sites: Mapping[str, Site]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...]
    templates: Mapping[str, ReplyTemplate]
    refusals: Mapping[str, RefusalReason]
    transfers: Mapping[str, TransferReason]
    version: int = 0
    attribution: Localized = UNSAID
    former: Former = field(default_factory=Former)  # reports may still point there; nothing new ever does

    @cached_property
    def _units_by_id(self) -> dict[int, Unit]:
        return {**self.former.units, **{unit.id: unit for unit in self.units.values()}}

    @cached_property
    def _wards_by_id(self) -> dict[int, Ward]:
        return {**self.former.wards, **{ward.id: ward for ward in self.wards.values()}}

    @cached_property
    def _categories_by_id(self) -> dict[int, Category]:
        return {**self.former.categories, **{category.id: category for category in self.categories.values()}}

    def unit_of(self, id: int) -> Unit:
        """The unit a row's `unit_id` names; retired ones are kept too."""
        return self._units_by_id[id]

    def ward_of(self, id: int) -> Ward:
        return self._wards_by_id[id]

    def category_of(self, id: int) -> Category:
        return self._categories_by_id[id]
