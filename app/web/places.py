"""Places as a reader is told them."""

from __future__ import annotations

from flask_babel import gettext as _

from app.domain.city import store
from app.models import Alert


def of_alert(alert: Alert, language: str) -> str:
    """A ward by its name; a circle by its reach, and the ward its middle lies in where that is known."""
    city = store.current()
    if alert.ward_id is not None:
        return city.ward_of(alert.ward_id).name.in_(language)
    return distance(alert.radius_m or 0, f"{alert.lat or 0:.4f}, {alert.lng or 0:.4f}")


def distance(radius_m: int, where: str) -> str:
    """ "within 500 m of 21.0285, 105.8542"."""
    return str(_("within %(reach)s of %(where)s", reach=reach(radius_m), where=where))


def reach(radius_m: int) -> str:
    return f"{radius_m} m" if radius_m < 1000 else f"{radius_m // 1000} km"
