"""People are found without marks, by the beginnings of words."""

from __future__ import annotations

from sqlalchemy import ColumnElement, event

from app.domain.folding import fold, words_of
from app.domain.search.dialects import hits, is_sqlite, says
from app.models import Person


def people(query: str) -> ColumnElement[bool] | None:
    """The condition "name or address has words that begin with all these" on Person; None when there is no word."""
    words = words_of(query)
    if not words:
        return None
    if is_sqlite():
        return Person.id.in_(hits(" AND ".join(f'"{word}"*' for word in words), "person_fts"))
    return says(Person.folded, " & ".join(f"{word}:*" for word in words))


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _fold_person(_mapper: object, _connection: object, person: Person) -> None:
    """Whoever writes a name or an address need not think of it."""
    person.folded = fold(f"{person.name or ''} {person.email or ''}")
