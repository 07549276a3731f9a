"""What the settings say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Config


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 8080}, "http://127.0.0.1:8080"),
        ({"host": "::"}, "http://127.0.0.1:8000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"host": "10.0.0.7"}, "http://10.0.0.7:8000"),
        ({"host": "0.0.0.0", "public_url": "https://hoiam.example.org"}, "https://hoiam.example.org"),
    ],
)
def test_the_address_that_is_printed_and_mailed_can_be_opened(said: dict[str, object], address: str) -> None:
    assert Config(data=Path("var"), database_url="sqlite://", secret_key="x", **said).address == address
