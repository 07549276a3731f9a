"""Addresses and places by an outside service, only where a city has configured one. Off by default."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar

from flask import current_app
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon

from app.config import Config, SettingError

TIMEOUT_S = 3
MOST_HITS = 5
KEPT = 2000
PAUSE_S = 1.0
GARBAGE = (LookupError, TypeError, ValueError, AttributeError)  # an answer of another shape than the service's
AGENT = "hoi-am-citizen-reports"

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """A place somebody's words may mean: degrees, WGS 84."""

    label: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Box:
    """Where to look."""

    south: float
    west: float
    north: float
    east: float


class Geocoder(Protocol):
    """Never raises: a service that does not answer finds nothing."""

    is_on: bool

    def search(self, words: str, within: Box, language: str) -> list[Found]: ...

    def address_at(self, lat: float, lng: float, language: str) -> str: ...


class NoGeocoder:
    """The default: nobody outside is asked."""

    is_on = False

    def search(self, words: str, within: Box, language: str) -> list[Found]:
        return []

    def address_at(self, lat: float, lng: float, language: str) -> str:
        return ""


class ServiceGeocoder:
    """Nominatim, Photon or Pelias through geopy. Answers are kept, so that the same question is asked once."""

    is_on = True

    def __init__(self, service: Any, kind: str) -> None:
        self._service = service
        self._kind = kind
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = Lock()
        self._next_turn = 0.0

    def search(self, words: str, within: Box, language: str) -> list[Found]:
        def ask() -> list[Found]:
            hits = self._service.geocode(
                words, exactly_one=False, timeout=TIMEOUT_S, **self._narrowed(within, language)
            )
            return [Found(hit.address, hit.latitude, hit.longitude) for hit in (hits or ())][:MOST_HITS]

        return self._once(("search", words.casefold().strip(), language), ask, [])

    def address_at(self, lat: float, lng: float, language: str) -> str:
        def ask() -> str:
            hit = self._service.reverse((lat, lng), timeout=TIMEOUT_S, **self._spoken(language))
            return str(hit.address) if hit else ""

        return self._once(("reverse", round(lat, 4), round(lng, 4), language), ask, "")

    def _narrowed(self, within: Box, language: str) -> dict[str, Any]:
        corners = [(within.south, within.west), (within.north, within.east)]
        if self._kind == "nominatim":
            return {"viewbox": corners, "bounded": True, "limit": MOST_HITS, **self._spoken(language)}
        if self._kind == "photon":
            return {"bbox": corners, "limit": MOST_HITS}
        return {"boundary_rect": corners}

    def _spoken(self, language: str) -> dict[str, Any]:
        return {} if self._kind == "photon" else {"language": language}

    def _once(self, question: tuple[Any, ...], ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                known: Answer = self._kept[question]
                return known
        if not self._has_turn():
            return otherwise
        try:
            answer = ask()
        except (GeopyError, *GARBAGE) as error:
            log.warning("the geocoder did not answer: %s", type(error).__name__)
            return otherwise
        with self._lock:
            self._kept[question] = answer
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return answer

    def _has_turn(self) -> bool:
        """One question a second, as such services ask of everybody. Whoever would wait longer finds nothing."""
        with self._lock:
            at = monotonic()
            turn = max(at, self._next_turn)
            if turn - at > PAUSE_S:
                return False
            self._next_turn = turn + PAUSE_S
        sleep(turn - at)
        return True


def configured(config: Config) -> Geocoder:
    """The geocoder the settings name. SettingError for a name nobody knows."""
    kind, (scheme, domain) = config.geocoder.lower(), _server(config.geocoder_domain)
    named = {"domain": domain, "scheme": scheme} if domain else {}
    match kind:
        case "":
            return NoGeocoder()
        case "nominatim":
            return ServiceGeocoder(Nominatim(user_agent=AGENT, **named), kind)
        case "photon":
            return ServiceGeocoder(Photon(user_agent=AGENT, **named), kind)
        case "pelias":
            if not domain:
                raise SettingError("HOIAM_GEOCODER=pelias needs HOIAM_GEOCODER_DOMAIN, the server's name.")
            return ServiceGeocoder(Pelias(user_agent=AGENT, **named), kind)
    raise SettingError(f"HOIAM_GEOCODER must be nominatim, photon, pelias or empty, not {config.geocoder!r}.")


def _server(said: str) -> tuple[str, str]:
    """Scheme and host of a domain; http for a service of the house is said: `http://10.0.0.5:8080`."""
    scheme, found, domain = said.strip().rpartition("://")
    return (scheme if found else "https"), domain.strip("/")


def geocoder() -> Geocoder:
    """The one in use."""
    kept: Geocoder = current_app.extensions["geocoder"]
    return kept
