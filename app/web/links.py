"""The secret links this browser remembers, in one signed cookie: "my reports on this phone"."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from app.extensions import secret_key

COOKIE = "hoiam_mine"
BROWSER = "hoiam_browser"
MOST = 20
YEAR = 365 * 24 * 3600


def remembered() -> list[tuple[str, str]]:
    """(code, secret) of each remembered report, the newest first."""
    if "links" not in g:
        try:
            kept = _signer().loads(request.cookies.get(COOKIE, ""))
            g.links = [(str(code), str(secret)) for code, secret in kept]
        except (BadSignature, ValueError, TypeError):
            g.links = []
    links: list[tuple[str, str]] = g.links
    return links


def remember(response: Response, code: str, secret: str) -> Response:
    """Keep this link in the browser, on top of the others."""
    links = [(code, secret), *(link for link in remembered() if link[0] != code)][:MOST]
    if links != remembered():
        _set(response, COOKIE, str(_signer().dumps(links)))
    return response


def forget(response: Response) -> Response:
    """This browser remembers none of them any more; the links themselves still work."""
    response.delete_cookie(COOKIE, path="/")
    return response


def drop(response: Response, code: str) -> Response:
    """This browser remembers one report less."""
    links = [link for link in remembered() if link[0] != code]
    if not links:
        return forget(response)
    _set(response, COOKIE, str(_signer().dumps(links)))
    return response


def browser_hash() -> str:
    """A mark of this browser that cannot be turned back into its cookie; empty where it has none yet."""
    kept = request.cookies.get(BROWSER, "")
    return hmac.new(secret_key().encode(), kept.encode(), hashlib.sha256).hexdigest()[:40] if kept else ""


def mark_browser(response: Response) -> Response:
    """Give the browser a random mark, so that "the same problem" counts once a browser."""
    if not request.cookies.get(BROWSER):
        _set(response, BROWSER, secrets.token_urlsafe(18))
    return response


def _set(response: Response, name: str, value: str) -> None:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure, path="/")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt="remembered-links")
