"""What a browser tells about itself when its person wants notifications. A script fills it in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.adapters.push import Mailbox


class DeviceForm(FlaskForm):
    endpoint = HiddenField()
    key = HiddenField()
    secret = HiddenField()

    def mailbox(self) -> Mailbox:
        return Mailbox(self.endpoint.data or "", self.key.data or "", self.secret.data or "")
