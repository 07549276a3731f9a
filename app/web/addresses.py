"""Values in addresses: `<id:name>` is a row's id, and never larger than the databases can hold."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    app.url_map.converters["id"] = RowId
