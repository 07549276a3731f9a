"""What a poster is to say. By GET, so that its address can be sent to whoever prints it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Length, Optional

from app.domain import posters
from app.domain.city.model import City
from app.domain.folding import in_order
from app.forms.account import TOO_LONG
from app.forms.public import AskForm


class PosterForm(AskForm):
    """One of the city's special places, or a place of one's own; what is reported there, where that is known."""

    site = SelectField(_l("Special place of the city"), [Optional()], validate_choice=False)
    name = StringField(_l("Name of the place"), [Length(max=posters.LONGEST_NAME, message=TOO_LONG)])
    place = StringField(_l("Coordinates"), [Length(max=500, message=TOO_LONG)])
    category = SelectField(_l("What is reported there"), [Optional()], validate_choice=False)

    def __init__(self, city: City, language: str, args: Any) -> None:
        super().__init__(args)
        sites = sorted(city.sites.values(), key=lambda one: in_order(one.name.in_(language)))
        self.site.choices = [
            SelectChoice("", _l("Another place, named below")),
            *(SelectChoice(one.code, one.name.in_(language)) for one in sites),
        ]
        names = {code: group.name.in_(language) for code, group in city.groups.items()}
        kinds = [one for code in names for one in city.categories.values() if one.group == code and not one.stops]
        self.category.choices = [
            SelectChoice("", _l("Anything: the resident says what")),
            *(SelectChoice(one.code, one.name.in_(language), optgroup=names[one.group]) for one in kinds),
        ]
