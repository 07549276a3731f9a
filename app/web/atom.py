"""A feed as Atom (RFC 4287) with the place of each entry as GeoRSS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring  # nosec B405 - it writes only

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
TYPE = "application/atom+xml"
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to say
_NEVER = datetime(2025, 7, 1, tzinfo=UTC)  # an empty feed has changed at no time, and must name one

register_namespace("", ATOM)
register_namespace("georss", GEORSS)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `id` stays the same for ever; `point` is latitude and longitude."""

    id: str
    title: str
    url: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    term: str  # the category's code and name
    label: str
    point: tuple[float, float] | None


def document(*, title: str, city: str, language: str, own: str, page: str, items: Iterable[Item]) -> bytes:
    """The feed as a file. `own` is its address and its id, `page` the page that shows the same to people."""
    items = list(items)
    feed = Element(_atom("feed"), {"xml:lang": language})
    _say(feed, "id", own)
    _say(feed, "title", title)
    _say(feed, "updated", _moment(max((item.updated for item in items), default=_NEVER)))
    _say(SubElement(feed, _atom("author")), "name", city)
    _link(feed, "self", own, TYPE)
    _link(feed, "alternate", page, "text/html")
    for item in items:
        _entry(feed, item)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: Element, item: Item) -> None:
    entry = SubElement(feed, _atom("entry"))
    _say(entry, "id", item.id)
    _say(entry, "title", item.title)
    _say(entry, "published", _moment(item.published))
    _say(entry, "updated", _moment(item.updated))
    _link(entry, "alternate", item.url, "text/html")
    SubElement(entry, _atom("category"), {"term": item.term, "label": _writable(item.label)})
    _say(entry, "summary", item.summary)
    _say(entry, "content", item.html, type="html")
    if item.point is not None:
        SubElement(entry, f"{{{GEORSS}}}point").text = "{:.5f} {:.5f}".format(*item.point)


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _say(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, _atom(name), attributes).text = _writable(text)


def _link(parent: Element, rel: str, href: str, type: str) -> None:
    SubElement(parent, _atom("link"), {"rel": rel, "type": type, "href": href})


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
