"""What no person can type is refused before anything is asked of the database."""

from __future__ import annotations

import pytest

from tests.support.application import Browser


@pytest.mark.parametrize(
    "path", ["/reports?words=a%00b", "/near?q=%00", "/report/place?q=a%00", "/find?code=%00", "/map?a%00=b"]
)
def test_a_nul_in_an_address_is_refused(client: Browser, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_nul_in_a_form_is_refused(client: Browser) -> None:
    assert client.post("/report/suggest", data={"words": "Rác\x00"}).status_code == 400
