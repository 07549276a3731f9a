"""The reporter's own page, behind the secret link: add, answer, rate, object, withdraw, be reached; and "me too"."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("own", __name__)

from app.routes.own import (  # noqa: E402  the views need the blueprint
    data,
    edit,
    follow,
    mine,
    page,
    preview,
    reach,
    saying,
    telling,
)

__all__ = ["bp", "data", "edit", "follow", "mine", "page", "preview", "reach", "saying", "telling"]
