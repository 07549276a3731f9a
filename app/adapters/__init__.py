"""The outside: storage, mail, text messages, geocoders. Each has a plain default that needs nothing outside."""

from __future__ import annotations

from flask import Flask

from app.adapters.storage import FolderStorage


def init_app(app: Flask) -> None:
    config = app.config["HOIAM"]
    app.extensions["storage"] = FolderStorage(config.storage)
