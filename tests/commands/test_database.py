"""`flask db` and `flask stats`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update

from app import create_app
from app.config import Config
from app.extensions import db, unit_of_work
from app.models import UnitCount
from tests.factories import a_report
from tests.support.application import close


def test_figures_are_proved_and_written_anew(app: Flask) -> None:
    run = app.test_cli_runner()
    with app.app_context():
        a_report()
    assert "Every figure is the sum of its rows." in run.invoke(args=["stats", "verify"]).output
    with app.app_context(), unit_of_work():
        db.session.execute(update(UnitCount).values(n=UnitCount.n + 5))
    wrong = run.invoke(args=["stats", "verify"])
    assert wrong.exit_code == 1
    assert "unit_count" in wrong.output
    assert run.invoke(args=["stats", "rebuild"]).exit_code == 0
    assert run.invoke(args=["stats", "verify"]).exit_code == 0


def test_the_database_goes_up_and_down(config: Config, empty_database: Callable[[], str]) -> None:
    app = create_app(replace(config, database_url=empty_database()))
    run = app.test_cli_runner()
    assert "empty, behind" in run.invoke(args=["db", "current"]).output
    assert run.invoke(args=["db", "upgrade"]).exit_code == 0
    assert "up to date" in run.invoke(args=["db", "current"]).output
    assert run.invoke(args=["stats", "verify"]).exit_code == 1  # there is no city yet
    assert "stands at base" in run.invoke(args=["db", "downgrade", "base"]).output
    with app.app_context():
        close(app)


@pytest.mark.parametrize("step", [["upgrade", "nowhere"], ["downgrade", "nowhere"]])
def test_a_revision_that_does_not_exist_is_one_sentence(app: Flask, step: list[str]) -> None:
    refused = app.test_cli_runner().invoke(args=["db", *step])
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")
