"""Words as everybody may read them: what betrays a person is covered, unless somebody has uncovered it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from app.domain.personal import Kind, Span, found

MASK = "•••"


def masked(text: str, spans: Iterable[Span] | None = None) -> str:
    """The text with these spans (found ones by default) covered."""
    return "".join(part if kind is None else MASK for part, kind in pieces(text, spans))


def pieces(text: str, spans: Iterable[Span] | None = None) -> Iterator[tuple[str, Kind | None]]:
    """The text cut at its spans, in order; the kind is None for what stays."""
    at = 0
    for span in found(text) if spans is None else spans:
        if span.start > at:
            yield text[at : span.start], None
        yield text[span.start : span.end], span.kind
        at = span.end
    if at < len(text):
        yield text[at:], None


def covered(text: str, uncovered: Collection[Sequence[int]] = ()) -> str:
    """The text with what was found in it covered, but for the places (start, end) somebody wants everybody to read."""
    kept = {tuple(place) for place in uncovered}
    return masked(text, [span for span in found(text) if (span.start, span.end) not in kept])


def places(text: str, said: Collection[str]) -> list[list[int]]:
    """Where in the text these pieces stand that somebody wants shown: start and end of each.

    A form names a piece by its own words, so that a choice outlives a change elsewhere in the text.
    """
    wanted = {piece_of(one) for one in said}
    return [[span.start, span.end] for span in found(text) if piece_of(text[span.start : span.end]) in wanted]


def piece_of(words: str) -> str:
    """How a form names a piece: browsers change the ends of lines."""
    return " ".join(words.split())
