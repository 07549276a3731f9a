"""Words and filters become one Select. The folded text beside each report is kept here."""

from app.domain.search.desk import Desk, Ways, ways
from app.domain.search.dialects import values
from app.domain.search.people import people
from app.domain.search.public import newest
from app.domain.search.shelves import BEFORE, before_id
from app.domain.search.texts import refresh, write

__all__ = [
    "BEFORE",
    "Desk",
    "Ways",
    "before_id",
    "newest",
    "people",
    "refresh",
    "values",
    "ways",
    "write",
]
