"""Text travels small where nothing in front of us does it: nginx asks for it plain, keeps that, and packs it itself."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

TEXTS = ("text/", "application/json", "application/manifest+json", "application/atom+xml", "image/svg+xml")
WORTH_IT = 500  # bytes; less would grow
LEVEL = 6


def init_app(app: Flask) -> None:
    app.after_request(packed)


def packed(response: Response) -> Response:
    """The same answer, gzipped for whoever reads that. Files too; never a part of one, or what is still being made."""
    is_text = (response.mimetype or "").startswith(TEXTS)
    is_whole = response.status_code not in (204, 206, 304) and "Content-Encoding" not in response.headers
    if not is_text or not is_whole or not request.accept_encodings["gzip"] or request.method == "HEAD":
        return response
    if response.direct_passthrough:
        response.direct_passthrough = False
    elif response.is_streamed:
        return response
    body = response.get_data()
    if len(body) >= WORTH_IT:
        response.set_data(gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        etag, is_weak = response.get_etag()
        if etag and not is_weak:
            response.set_etag(etag, weak=True)
    return response
