"""A refusal stands where it can be mended: beside its field, else where the form says, else above the form."""

from __future__ import annotations

import pytest
from wtforms import Form, StringField

from app.domain.errors import Invalid
from app.forms.refusals import refuse


class Asked(Form):
    name = StringField()
    words = StringField()


@pytest.mark.parametrize(
    ("field", "otherwise", "place"),
    [
        ("name", "", "name"),
        ("name", "words", "name"),
        ("photo", "words", "words"),
        ("photo", "", None),
        (None, "", None),
    ],
)
def test_a_refusal_stands_beside_its_field_or_where_the_form_says(
    field: str | None, otherwise: str, place: str | None
) -> None:
    form = Asked()
    refuse(form, Invalid("Not like that.", field=field), otherwise=otherwise)
    assert form.form_errors == ([] if place else ["Not like that."])
    assert {one.name: list(one.errors) for one in form if one.errors} == ({place: ["Not like that."]} if place else {})


def test_what_a_field_was_told_before_stays() -> None:
    form = Asked()
    for words in ("First.", "Second."):
        refuse(form, Invalid(words, field="name"))
    assert form.name.errors == ["First.", "Second."]
