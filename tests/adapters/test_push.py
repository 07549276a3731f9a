"""Notifications are sealed for one browser, signed by the city, and asked of push services that are known."""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from app.adapters import push
from app.adapters.mail import NotNow, Undeliverable
from app.config import SettingError

# The example of RFC 8291, section 5.
PLAIN = b"When I grow up, I want to be a watermelon"
BOX = push.Mailbox(
    "https://fcm.googleapis.com/fcm/send/abc",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
)
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
    "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def service() -> push.WebPush:
    return push.WebPush(push.new_key(), "mailto:ten@example.org")


def test_a_notice_is_sealed_as_the_standard_says() -> None:
    ours = ec.derive_private_key(int.from_bytes(raw(OURS), "big"), ec.SECP256R1())
    assert push.sealed(PLAIN, BOX, salt=raw(SALT), ours=ours) == raw(SEALED)


def test_two_notices_with_the_same_words_look_different() -> None:
    assert push.sealed(PLAIN, BOX) != push.sealed(PLAIN, BOX)


def test_what_is_asked_of_a_push_service_is_signed_by_the_key_the_browser_was_given(
    service: push.WebPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[urllib.request.Request] = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda request, timeout: asked.append(request) or io.BytesIO())
    service.send(BOX, {"title": "482-160-358"}, "17")
    headers = dict(asked[0].header_items())
    assert headers["Content-encoding"] == "aes128gcm"
    assert headers["Topic"] == "17"
    assert int(headers["Ttl"]) > 3600
    token, key = (part.partition("=")[2] for part in headers["Authorization"].removeprefix("vapid ").split(","))
    assert key == service.key
    head, claims, mark = token.split(".")
    said = json.loads(raw(claims))
    assert (said["aud"], said["sub"]) == ("https://fcm.googleapis.com", "mailto:ten@example.org")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(service.key))
    r, s = (int.from_bytes(half, "big") for half in (raw(mark)[:32], raw(mark)[32:]))
    public.verify(utils.encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("status", "means"),
    [(404, push.Gone), (410, push.Gone), (400, Undeliverable), (403, Undeliverable), (429, NotNow), (500, NotNow)],
)
def test_each_answer_of_a_push_service_means_something(
    service: push.WebPush, monkeypatch: pytest.MonkeyPatch, status: int, means: type[Exception]
) -> None:
    def answers(request: Any, timeout: float) -> Any:
        raise urllib.error.HTTPError(request.full_url, status, "", Message(), None)

    monkeypatch.setattr(urllib.request, "urlopen", answers)
    with pytest.raises(means):
        service.send(BOX, {}, "1")


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com@127.0.0.1/x", False),
        ("https://fcm.googleapis.com.example.org/x", False),
        ("https://127.0.0.1/x", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_push_services_are_ever_asked(service: push.WebPush, endpoint: str, known: bool) -> None:
    assert service.knows(endpoint) is known
    if not known:
        with pytest.raises(push.Gone):
            service.send(push.Mailbox(endpoint, BOX.key, BOX.secret), {}, "1")


@pytest.mark.parametrize("key", ["x", "AAAA", "không phải khóa", "A" * 200])
def test_a_setting_that_is_no_key_is_said_at_the_start(key: str) -> None:
    with pytest.raises(SettingError, match="HOIAM_PUSH_KEY"):
        push.public_key(key)
