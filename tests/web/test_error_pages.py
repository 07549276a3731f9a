"""The pages of an error stand by themselves: in both languages, without a database, saying what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, abort, render_template
from flask.testing import FlaskClient

from app import Config, create_app
from app.errors import PAGES


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A city whose database was never made."""
    data: Path = tmp_path_factory.mktemp("empty")
    app = create_app(Config(data=data, database_url=f"sqlite:///{data / 'none.sqlite3'}", secret_key="k", testing=True))
    _add_views(app)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def _add_views(app: Flask) -> None:
    @app.get("/fails/<int:status>")
    def fails(status: int) -> str:
        abort(status)

    @app.get("/breaks")
    def breaks() -> str:
        raise RuntimeError("a broken promise")

    @app.get("/forged")
    def forged() -> str:
        return render_template("errors/csrf.html")


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("status", PAGES)
def test_an_error_page_needs_no_database(client: FlaskClient, status: int, language: str) -> None:
    answer = client.get(f"{language}/fails/{status}")
    assert answer.status_code == status
    assert answer.text.count("<h1") == 1
    assert answer.text.lstrip().startswith(f'<!doctype html>\n<html lang="{"en" if language else "vi"}">')


def test_an_unknown_address_offers_to_look_up_a_code(client: FlaskClient) -> None:
    answer = client.get("/en/no-such-page")
    assert answer.status_code == 404
    assert 'href="/en/find"' in answer.text


def test_a_form_that_is_too_old_leads_back_to_its_page(client: FlaskClient) -> None:
    assert "too long" in client.get("/en/forged").text


def test_the_number_on_the_page_stands_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    answer = client.get("/en/breaks")
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f"name this number: {number}" in answer.text
    assert f"an unexpected error, request {number}" in caplog.text
    assert client.get("/breaks").headers["X-Request-ID"] != number


@pytest.mark.parametrize("status", [400, 404, 410, 429])
def test_what_no_engineer_can_look_up_has_no_number(client: FlaskClient, status: int) -> None:
    answer = client.get(f"/en/fails/{status}")
    assert "number:" not in answer.text
    assert "X-Request-ID" not in answer.headers
