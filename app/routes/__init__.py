"""Who asks: a blueprint per audience."""

from __future__ import annotations

from flask import Flask

from app.routes import (
    account,
    admin,
    alerts,
    assisted,
    cards,
    declare,
    desk,
    devices,
    embed,
    feeds,
    guests,
    health,
    mail,
    map,
    notices,
    numbers,
    offline,
    own,
    photos,
    posters,
    public,
    publish,
    report,
    styleguide,
    suspensions,
    team,
)

AUDIENCES = (
    public,
    map,
    numbers,
    feeds,
    cards,
    embed,
    report,
    offline,
    own,
    guests,
    alerts,
    notices,
    suspensions,
    photos,
    account,
    devices,
    desk,
    publish,
    declare,
    assisted,
    posters,
    team,
    admin,
    mail,
    health,
)


def init_app(app: Flask) -> None:
    for audience in AUDIENCES:
        app.register_blueprint(audience.bp)
    if app.config["HOIAM"].development or app.testing:
        app.register_blueprint(styleguide.bp)
