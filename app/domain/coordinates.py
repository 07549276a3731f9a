"""Coordinates as people write and paste them: numbers, degrees and minutes, map links, plus codes."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from app.domain import plus_codes
from app.domain.city.model import Bounds

Point = tuple[float, float]

_LONGEST = 2000  # characters; longer is no coordinate
_SAME_SIGN = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "″": '"', "”": '"', "“": '"', "−": "-", "–": "-"}
)
_LABEL = re.compile(r"^(?:tọa độ|toạ độ|toa do|vị trí|vi tri|coordinates?|location|gps)\s*:?\s*", re.IGNORECASE)
_NUMBER = r"[+-]?\d{1,3}\.\d+"  # in a link whole numbers are more likely a house and a street
_PAIR = rf"({_NUMBER})\s*,\s*({_NUMBER})"
_LINKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"!3d({_NUMBER})!4d({_NUMBER})",  # a place of Google Maps: its pin
        rf"[?&](?:q|query|ll|daddr|destination|center|cp)=(?:loc:)?\s*{_PAIR}",
        rf"[?&]mlat=({_NUMBER})&mlon=({_NUMBER})",  # OpenStreetMap: its pin
        rf"/(?:place|search)/{_PAIR}",
        rf"/@{_PAIR}",  # the middle of what was looked at
        rf"#map=\d+(?:\.\d+)?/({_NUMBER})/({_NUMBER})",
    )
)
_GEO_URI = re.compile(r"geo:([+-]?\d{1,3}(?:\.\d+)?),([+-]?\d{1,3}(?:\.\d+)?)(?:[,;?].*)?", re.IGNORECASE)
_PLUS_CODE = re.compile(r"(?:^|[\s/=])([0-9A-Z]{4,8}\+[0-9A-Z]{0,7})(?=$|[\s,/&?])", re.IGNORECASE)
_ENGLISH = {"N": ("lat", 1), "S": ("lat", -1), "E": ("lng", 1), "W": ("lng", -1)}
_VIETNAMESE = {"B": ("lat", 1), "N": ("lat", -1), "Đ": ("lng", 1), "T": ("lng", -1)}  # Bắc, Nam, Đông, Tây


def _angle_pattern(n: int) -> str:
    """One angle, its groups numbered: 21.0285 · 21,0285 · 21°01'42.6"N · N 21°1.71' · lat: 21.0285"""
    return rf"""
        (?:(?:(?P<lat{n}>lat(?:itude)?|vĩ\s*độ|vi\s+do)|(?P<lng{n}>lng|lon(?:g(?:itude)?)?|kinh\s*độ|kinh\s+do))\s*[:=]?\s*)?
        (?:(?P<before{n}>[NSEWBĐT])\s*)?
        (?P<degrees{n}>[+-]?\d{{1,3}}(?:[.,]\d+)?)
        (?:\s*(?P<sign{n}>°)(?:\s*(?P<minutes{n}>\d{{1,2}}(?:[.,]\d+)?)\s*'
            (?:\s*(?P<seconds{n}>\d{{1,2}}(?:[.,]\d+)?)\s*(?:"|''))?)?)?
        (?(before{n})|(?:\s*(?P<after{n}>[NSEWBĐT])(?![^\W\d]))?)
    """


_TWO_ANGLES = re.compile(
    rf"{_angle_pattern(1)}(?:\s*[,;/]\s*|\s+|(?<=[^\d\s.,])){_angle_pattern(2)}", re.IGNORECASE | re.VERBOSE
)


def parse_coordinates(text: str, bounds: Bounds | None = None) -> Point | None:
    """The point (lat, lng) a text names, or None: anything on earth, so the caller says whether the city takes it.

    Reads "21.0285, 105.8542", decimal commas, degrees with minutes and seconds (N S E W, or Vietnamese B N Đ T),
    labels ("vĩ độ … kinh độ …"), geo: URIs, links of Google Maps, OpenStreetMap and Apple, full plus codes. With the
    city's bounds it also sees that latitude and longitude were swapped, and completes short plus codes. Whole numbers
    alone are no coordinates: "12 Tràng Tiền" stays an address. Short links that hide their place are not followed.
    """
    text = text.strip().translate(_SAME_SIGN)
    if not text or len(text) > _LONGEST:
        return None
    if text.lower().startswith("geo:"):
        return _from_geo_uri(text)
    return (
        _from_angles(text.strip("()[] "), bounds)
        or _from_link(unquote_plus(text))
        or _from_plus_code(_unquoted_plus(text), bounds)
    )


def _from_geo_uri(text: str) -> Point | None:
    """RFC 5870; phones write `geo:0,0?q=lat,lng(name)` for a pin, and `geo:0,0?q=words` for a search."""
    if text[4:].startswith("0,0?"):
        return _from_link(unquote_plus(text))
    return _from_link(unquote_plus(text)) or _point(_GEO_URI.fullmatch(text))


def _from_link(link: str) -> Point | None:
    return next((point for pattern in _LINKS if (point := _point(pattern.search(link)))), None)


def _point(found: re.Match[str] | None) -> Point | None:
    return _on_earth(float(found[1]), float(found[2])) if found else None


def _from_plus_code(text: str, bounds: Bounds | None) -> Point | None:
    found = _PLUS_CODE.search(text)
    middle = ((bounds.south + bounds.north) / 2, (bounds.west + bounds.east) / 2) if bounds else None
    return plus_codes.decode(found[1], near=middle) if found else None


def _unquoted_plus(link: str) -> str:
    return link.replace("%2B", "+").replace("%2b", "+").replace("%20", " ")


def _from_angles(text: str, bounds: Bounds | None) -> Point | None:
    found = _TWO_ANGLES.fullmatch(_LABEL.sub("", text))
    if not found:
        return None
    table = _VIETNAMESE if {_letter(found, 1), _letter(found, 2)} & {"B", "Đ", "T"} else _ENGLISH
    one, other = _angle(found, 1, table), _angle(found, 2, table)
    if one is None or other is None:
        return None
    return _by_axes(one, other) if one[1] or other[1] else _by_size(one[0], other[0], bounds)


def _angle(found: re.Match[str], n: int, table: dict[str, tuple[str, int]]) -> tuple[float, str] | None:
    """Degrees, and the axis where a letter or a label names it ("" where not); None when it makes no sense."""
    degrees, minutes, seconds = (found[f"{part}{n}"] for part in ("degrees", "minutes", "seconds"))
    letter = _letter(found, n)
    is_whole = "." not in degrees and "," not in degrees
    if (minutes and not is_whole) or (is_whole and not found[f"sign{n}"] and not letter):
        return None
    small = [_number(part) for part in (minutes or "0", seconds or "0")]
    if max(small) >= 60:
        return None
    size = abs(_number(degrees)) + small[0] / 60 + small[1] / 3600
    sign = -1 if degrees.startswith("-") else 1
    if not letter:
        return sign * size, "lat" if found[f"lat{n}"] else "lng" if found[f"lng{n}"] else ""
    axis, direction = table.get(letter, ("", 0))
    return (direction * size, axis) if axis and degrees[0] not in "+-" else None


def _letter(found: re.Match[str], n: int) -> str:
    return (found[f"before{n}"] or found[f"after{n}"] or "").upper()


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _by_axes(one: tuple[float, str], other: tuple[float, str]) -> Point | None:
    if one[1] == other[1]:
        return None
    is_swapped = one[1] == "lng" or other[1] == "lat"
    return _on_earth(other[0], one[0]) if is_swapped else _on_earth(one[0], other[0])


def _by_size(one: float, other: float, bounds: Bounds | None) -> Point | None:
    """Latitude first, unless only the other order lies in the city, or on earth."""
    if bounds and bounds.holds(other, one) and not bounds.holds(one, other):
        return other, one
    return _on_earth(one, other) or _on_earth(other, one)


def _on_earth(lat: float, lng: float) -> Point | None:
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 else None
