"""A geocoder is asked over real HTTP: each kind's answer is read, none breaks a page, and no question is hurried."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pytest

from app.adapters import geocoder
from app.adapters.geocoder import Box, Found, Geocoder
from app.config import Config, SettingError

CITY = Box(20.9, 105.7, 21.1, 105.9)
FEATURE = {"geometry": {"coordinates": [105.76, 21.02]}, "properties": {"name": "Chợ Một", "label": "Chợ Một"}}
NOMINATIM = [{"lat": "21.02", "lon": "105.76", "display_name": "Chợ Một"}]
ANSWERS = {"nominatim": NOMINATIM, "photon": {"features": [FEATURE]}, "pelias": {"features": [FEATURE]}}
KINDS = list(ANSWERS)


@dataclass
class Service:
    """What the server behind the address says, and what it was asked."""

    address: str = ""
    body: bytes = b"[]"
    status: int = 200
    stalls: bool = False
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    over: Event = field(default_factory=Event)


@pytest.fixture
def service() -> Iterator[Service]:
    """A server of this machine alone, until the test ends."""
    here = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.moments.append(monotonic())
            here.asked.append(parse_qs(urlsplit(self.path).query))
            if here.stalls:
                here.over.wait(10)
                return
            self.send_response(here.status)
            self.end_headers()
            self.wfile.write(here.body)

        def log_message(self, *_said: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.address = f"http://127.0.0.1:{server.server_port}"
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield here
    here.over.set()
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture
def asking(service: Service, tmp_path: Path) -> Callable[[str], Geocoder]:
    def make(kind: str) -> Geocoder:
        service.body = json.dumps(ANSWERS[kind]).encode()
        said = Config(tmp_path, "sqlite://", "secret", geocoder=kind, geocoder_domain=service.address)
        return geocoder.configured(said)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_words_become_places(asking: Callable[[str], Geocoder], kind: str) -> None:
    assert asking(kind).search("chợ một", CITY, "vi") == [Found("Chợ Một", 21.02, 105.76)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_point_becomes_an_address(asking: Callable[[str], Geocoder], kind: str) -> None:
    assert asking(kind).address_at(21.02, 105.76, "vi") == "Chợ Một"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"features": [{"x": 1}]}', b'[{"lat": "north", "lon": 1}]', b"7"]
)
def test_garbage_finds_nothing_and_raises_nothing(
    asking: Callable[[str], Geocoder], service: Service, kind: str, body: bytes
) -> None:
    asked = asking(kind)
    service.body = body
    assert asked.search("chợ", CITY, "vi") == []


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_refusal_finds_nothing_and_is_not_remembered(
    asking: Callable[[str], Geocoder], service: Service, status: int
) -> None:
    asked = asking("nominatim")
    service.status = status
    assert asked.search("chợ", CITY, "vi") == []
    service.status = 200
    assert [one.label for one in asked.search("chợ", CITY, "vi")] == ["Chợ Một"]


def test_a_service_that_stalls_is_not_waited_for(
    asking: Callable[[str], Geocoder], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geocoder, "TIMEOUT_S", 0.3)
    asked, service.stalls = asking("photon"), True
    assert asked.address_at(21.02, 105.76, "vi") == ""


def test_the_same_question_is_asked_once(asking: Callable[[str], Geocoder], service: Service) -> None:
    asked = asking("nominatim")
    assert asked.search("Chợ", CITY, "vi") == asked.search(" chợ ", CITY, "vi")
    assert len(service.asked) == 1


def test_questions_are_a_second_apart(asking: Callable[[str], Geocoder], service: Service) -> None:
    asked = asking("nominatim")
    for words in ("chợ", "hồ"):
        assert asked.search(words, CITY, "vi")
    first, second = service.moments
    assert second - first >= geocoder.PAUSE_S * 0.95


def test_whoever_would_wait_longer_than_a_second_finds_nothing(
    asking: Callable[[str], Geocoder], service: Service
) -> None:
    asked = asking("nominatim")
    others = [Thread(target=asked.search, args=(words, CITY, "vi")) for words in ("a", "b", "c", "d", "e", "f")]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(service.asked) < len(others)


def test_nominatim_is_asked_within_the_city_and_in_the_readers_language(
    asking: Callable[[str], Geocoder], service: Service
) -> None:
    asking("nominatim").search("chợ", CITY, "en")
    assert service.asked[0]["bounded"] == ["1"]
    assert service.asked[0]["accept-language"] == ["en"]


@pytest.mark.parametrize("kind", ["pelias", "elsewhere"])
def test_a_geocoder_nobody_can_ask_stops_the_start(tmp_path: Path, kind: str) -> None:
    with pytest.raises(SettingError):
        geocoder.configured(Config(tmp_path, "sqlite://", "secret", geocoder=kind))
