"""What nginx threw away as too large is refused on the page of its own form; nobody else can say that it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.application import Browser

TOO_LARGE = {"X-Unread-Length": str(91 * 1024 * 1024)}


@pytest.mark.parametrize(("path", "words"), [("/report", "quá lớn"), ("/en/report", "too large")])
def test_a_body_that_was_not_passed_on_is_told_as_too_large(
    edge: Callable[..., Browser], path: str, words: str
) -> None:
    answer = edge(trusted_proxies=1).post(path, headers=TOO_LARGE)
    assert answer.status_code == 413
    assert words in answer.text


def test_a_program_is_told_in_json(edge: Callable[..., Browser]) -> None:
    answer = edge(trusted_proxies=1).post("/api/report", headers=TOO_LARGE)
    assert (answer.status_code, answer.json["status"]) == (413, 413)


@pytest.mark.parametrize("said", ["7", "x", "-1", "9" * 30, ""])
def test_a_length_that_is_none_or_small_changes_nothing(edge: Callable[..., Browser], said: str) -> None:
    assert edge(trusted_proxies=1).post("/report/discard", headers={"X-Unread-Length": said}).status_code < 400


def test_without_a_trusted_proxy_nobody_is_believed(edge: Callable[..., Browser]) -> None:
    assert edge().post("/report/discard", headers=TOO_LARGE).status_code < 400
