"""The page of all components is there for those who build, and for nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask


def test_every_component_is_shown(app: Flask) -> None:
    answer = app.test_client().get("/en/styleguide")
    assert answer.status_code == 200
    for words in ("Overdue by 3 days", "12 people are affected", "482-160-358", "Choose one of the two."):
        assert words in answer.text


def test_it_is_closed_to_the_public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "HOIAM", replace(app.config["HOIAM"], testing=False, development=False))
    assert app.test_client().get("/styleguide").status_code == 404
