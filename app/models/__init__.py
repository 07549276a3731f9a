"""What we keep. A file per noun; import from here."""

from app.models.alert import Alert, AlertCell, AlertHit
from app.models.base import Base
from app.models.city import CategoryRow, CityVersion, UnitRow, WardOutline, WardRow
from app.models.declared import Declared, Storm, SuspendedReport, Suspension
from app.models.device import Device
from app.models.event import Delivery, Event, Words
from app.models.figures import DayFigure, FixTime, MapCount, UnitCount
from app.models.localized import Localized
from app.models.moment import Moment, now
from app.models.notice import Notice, NoticeReport, NoticeUpdate
from app.models.person import Consent, Membership, OneTimeCode, Person
from app.models.photo import Draft, Photo, PhotoBand, RetiredName
from app.models.report import AnonymousJoin, NeighbourAnswer, Participation, Report, ReportContact
from app.models.search import ReportText
from app.models.settings import Kept, UnitTemplate

__all__ = [
    "Alert",
    "AlertCell",
    "AlertHit",
    "AnonymousJoin",
    "Base",
    "CategoryRow",
    "CityVersion",
    "Consent",
    "DayFigure",
    "Declared",
    "Delivery",
    "Device",
    "Draft",
    "Event",
    "FixTime",
    "Kept",
    "Localized",
    "MapCount",
    "Membership",
    "Moment",
    "NeighbourAnswer",
    "Notice",
    "NoticeReport",
    "NoticeUpdate",
    "OneTimeCode",
    "Participation",
    "Person",
    "Photo",
    "PhotoBand",
    "Report",
    "ReportContact",
    "ReportText",
    "RetiredName",
    "Storm",
    "SuspendedReport",
    "Suspension",
    "UnitCount",
    "UnitRow",
    "UnitTemplate",
    "WardOutline",
    "WardRow",
    "Words",
    "now",
]
