"""What a page shows a hundred times is drawn once, and by each page for itself."""

from __future__ import annotations

from flask import Flask, render_template_string
from markupsafe import Markup

from app.models.choices import Status
from app.web import language
from app.web.once import once

BADGE = (
    '{% from "components/status.html" import status_badge %}{{ once(status_badge, status, small=True) if once_only'
    " else status_badge(status, small=True) }}"
)


def test_a_page_draws_the_same_words_once_and_others_again(app: Flask) -> None:
    drawn: list[tuple[str, str]] = []

    def draw(name: str, css: str = "") -> Markup:
        drawn.append((name, css))
        return Markup(name + css)

    for _page in range(2):
        with app.test_request_context():
            said = [once(draw, "a"), once(draw, "b"), once(draw, "a"), once(draw, "a", css="c")]
        assert said == ["a", "b", "a", "ac"]
    assert drawn == [("a", ""), ("b", ""), ("a", "c")] * 2


def test_a_badge_is_the_same_either_way_in_each_language(app: Flask) -> None:
    found = []
    for lang in ("vi", "en"):
        with app.test_request_context(environ_overrides={language.KEY: lang}):
            once_only, each_time = (render_template_string(BADGE, status=Status.NEW, once_only=it) for it in (1, 0))
        assert once_only == each_time
        found.append(once_only)
    assert found[0] != found[1]


def test_a_sentence_may_name_its_blanks_as_it_likes(app: Flask) -> None:
    with app.test_request_context("/en/"):
        drawn = render_template_string('{{ _("%(how)s, %(text)s", how="<b>", text="rough") }}')
    assert drawn == "&lt;b&gt;, rough"
