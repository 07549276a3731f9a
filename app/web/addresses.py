"""Values in addresses: `<id:name>` is a row's id, and never larger than the databases can hold."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def outside(endpoint: str, **values: Any) -> str:
    """A whole address, to be copied, printed or drawn: at the city's own host, whatever the request called us."""
    public = urlsplit(current_app.config["HOIAM"].public_url)
    if not public.netloc:
        return url_for(endpoint, _external=True, **values)
    return f"{public.scheme}://{public.netloc}{url_for(endpoint, **values)}"


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = RowId


def asked_number(name: str) -> int | None:
    """The number of a row that the address asks for; None for anything no row is numbered by."""
    said = request.args.get(name, "")
    number = int(said) if said.isdecimal() and len(said) < 20 else 0
    return number if 0 < number <= LARGEST_ID else None
