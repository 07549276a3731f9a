"""The outside: storage, mail, text messages, push, geocoders. Each has a plain default that needs nothing outside."""

from __future__ import annotations

from flask import Flask

from app.adapters import mail, push, redis, sms
from app.adapters.geocoder import configured as configured_geocoder
from app.adapters.storage import FolderStorage, Storage
from app.config import Config

__all__ = ["init_app", "redis"]  # redis: known to the limiter by its scheme, once imported


def init_app(app: Flask) -> None:
    config = app.config["HOIAM"]
    app.extensions["storage"] = configured_storage(config)
    app.extensions["mail"] = mail.configured(config)
    app.extensions["sms"] = sms.configured(config)
    app.extensions["push"] = push.configured(config)
    app.extensions["geocoder"] = configured_geocoder(config)


def configured_storage(config: Config) -> Storage:
    """The data folder, or the bucket the city names. Its driver is only loaded then: the default needs none."""
    bucket = config.bucket
    if bucket is None:
        return FolderStorage(config.storage)
    from app.adapters.s3 import S3Storage

    return S3Storage(bucket, work=config.storage)
