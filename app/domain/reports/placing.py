"""In which ward a report's place lies: said by an outline, or by whoever knows the place."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain import areas
from app.domain.city.model import City
from app.domain.errors import Invalid


def ward_at(city: City, lat: float, lng: float, *, chosen: str = "", field: str = "place") -> tuple[str, bool]:
    """The ward's code, and whether it is sure: by outline, or by a choice among the nearest. Beside a border the
    choice counts more than the outline.

    Raises Invalid naming `field` for a place outside the city, and "ward" where somebody has to choose.
    """
    located = areas.locate(lat, lng)
    if located.ward is None and (located.exact or not located.nearest):
        raise Invalid(_l("This place lies outside %(city)s.", city=city.name.vi), field=field)
    if located.exact and located.ward is not None:
        return chosen if chosen in located.neighbours(city.settings.border_m) else located.ward, True
    if chosen in located.nearest:
        return chosen, True
    if located.ward is None:
        raise Invalid(_l("Choose the ward."), field="ward")
    return located.ward, False
