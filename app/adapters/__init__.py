"""The outside: storage, mail, text messages, geocoders. Each has a plain default that needs nothing outside."""

from __future__ import annotations

from flask import Flask

from app.adapters import mail, redis, sms
from app.adapters.geocoder import configured as configured_geocoder
from app.adapters.storage import FolderStorage

__all__ = ["init_app", "redis"]  # redis: known to the limiter by its scheme, once imported


def init_app(app: Flask) -> None:
    config = app.config["HOIAM"]
    app.extensions["storage"] = FolderStorage(config.storage)
    app.extensions["mail"] = mail.configured(config)
    app.extensions["sms"] = sms.configured(config)
    app.extensions["geocoder"] = configured_geocoder(config)
