"""What the types of `model.py` cannot say of a field: what it refers to, which words it may hold, how it is written."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, Final, get_type_hints

from app.domain.city import model

# Names that may be the same in both languages, and so may be one plain text.
NAMES: Final = {
    (model.City, "name"),
    (model.City, "attribution"),
    (model.Calendar, "name"),
    (model.Unit, "name"),
    (model.Unit, "short"),
    (model.Ward, "name"),
    (model.Site, "name"),
}
# Fields that name something declared elsewhere in the folder.
REFERS: Final = {
    (model.City, "dispatch"): "unit",
    (model.Unit, "calendar"): "calendar",
    (model.Unit, "parent"): "unit",
    (model.Unit, "ward"): "ward",
    (model.Ward, "unit"): "unit",
    (model.Category, "group"): "group",
    (model.Category, "owner"): "unit",
    (model.Site, "unit"): "unit",
    (model.Rule, "unit"): "unit",
    (model.Rule, "categories"): "category",
    (model.Rule, "groups"): "group",
    (model.Rule, "wards"): "ward",
    (model.Rule, "sites"): "site",
    (model.Case, "category"): "category",
    (model.Case, "expect"): "unit",
    (model.Case, "ward"): "ward",
    (model.Case, "rule"): "rule",
    (model.ReplyTemplate, "categories"): "category",
}
CLOSED: Final = {
    (model.Unit, "kind"): frozenset({"department", "ward", "police", "ward_police", "utility", "board", "dispatch"}),
    (model.Ward, "kind"): frozenset({"phuong", "xa"}),
    (model.Question, "kind"): frozenset({"choice", "text"}),
    (model.Rule, "ward_kinds"): frozenset({"phuong", "xa"}),
}
STAND_INS: Final = {  # words instead of a unit's code
    (model.Category, "owner"): frozenset({"@ward", "@ward_police"}),
    (model.Rule, "unit"): frozenset({"@ward", "@ward_police", "@site"}),
}
MAY_BE_EMPTY: Final = {(model.Category, "owner")}  # where rules alone decide
WITHIN: Final = {(model.Rule, "when")}  # a mapping whose keys are fields of the class itself
NOT_WRITTEN: Final = frozenset({"id", "version", "former"})  # given by the database, not by the folder


@cache
def hints(cls: type) -> dict[str, Any]:
    """The fields of a class of the model, as written in YAML and kept in the database, with their types."""
    known = get_type_hints(cls)
    return {one.name: known[one.name] for one in fields(cls) if one.name not in NOT_WRITTEN}


@cache
def required(cls: type) -> frozenset[str]:
    return frozenset(
        one.name
        for one in fields(cls)
        if one.default is MISSING and one.default_factory is MISSING and one.name not in NOT_WRITTEN
    )
