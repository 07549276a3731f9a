"""Headers every answer carries, and the check that a form was sent from our own page."""

from __future__ import annotations

from itertools import chain
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config
from app.web.bodies import UnreadBodies

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def content_policy(config: Config, upload_origin: str = "", *, is_framed: bool = False) -> str:
    """Nothing inline; nothing from elsewhere but the configured base map; photos may go straight to the bucket.

    `is_framed`: for what other sites may show in a frame, and what holds no form.
    """
    tiles = ""
    if config.tiles_url:
        parts = urlsplit(config.tiles_url.replace("{s}.", "*."))
        tiles = f" {parts.scheme}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{tiles}",
            "font-src 'self'",
            f"connect-src 'self' {upload_origin}".rstrip(),
            "form-action 'none'" if is_framed else "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors *" if is_framed else "frame-ancestors 'none'",
            "manifest-src 'self'",
        )
    )


def framed(response: Response) -> Response:
    """This answer, and no other, may stand in a frame of any site."""
    policy = content_policy(current_app.config["HOIAM"], is_framed=True)
    response.headers["Content-Security-Policy"] = policy
    return response


def is_ours(origin: str) -> bool:
    """Does an Origin header name this very site? What is no address names nobody's."""
    try:
        return bool(origin) and urlsplit(origin).netloc == request.host
    except ValueError:
        return False


def _kept_by(response: Response) -> str:
    """What somebody signed in has seen stays on no computer that others use after them."""
    if response.status_code >= 400:
        return "no-store"
    view = current_app.view_functions.get(request.endpoint or "")
    return "private, no-cache" if getattr(view, "__access__", "all") == "all" else "private, no-store"


def init_app(app: Flask) -> None:
    config: Config = app.config["HOIAM"]
    policy = content_policy(config, app.extensions["storage"].upload_origin)
    if config.trusted_proxies:
        n = config.trusted_proxies
        inner = UnreadBodies(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])
        app.wsgi_app = ProxyFix(inner, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]

    @app.before_request
    def same_origin() -> None:
        """Browsers name the page a form came from. Another site's page may not send ours."""
        if request.method in SAFE_METHODS:
            return
        origin = request.headers.get("Origin")
        if origin and origin != "null" and not is_ours(origin):
            current_app.logger.warning("refused a form from another site")
            abort(400)

    @app.before_request
    def readable() -> None:
        """Nobody types a NUL, and not every database keeps one: a machine sent it."""
        if "\0" in request.path:
            abort(404)
        if any(nul in request.query_string for nul in (b"\0", b"%00")):
            abort(400)
        if request.method in SAFE_METHODS:
            return
        if any("\0" in value for value in chain.from_iterable(request.form.listvalues())):
            abort(400)

    always = _headers(policy, is_secure=config.secure_cookies)

    @app.after_request
    def headers(response: Response) -> Response:
        """What every answer says, unless it has said otherwise itself."""
        said = {name for name, _value in response.headers}
        for name, value in always:
            if name not in said:
                response.headers.add(name, value)
        if "Cache-Control" not in said:
            response.headers.add("Cache-Control", _kept_by(response))
        return response


def _headers(policy: str, *, is_secure: bool) -> list[tuple[str, str]]:
    found = [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
    return [*found, ("Strict-Transport-Security", "max-age=31536000")] if is_secure else found
