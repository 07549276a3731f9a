"""What `domain/personal` finds in sentences that somebody else wrote without seeing its patterns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.domain.personal import Span, found

SENTENCES = Path(__file__).resolve().parents[2] / "tests" / "data" / "privacy_sentences.yaml"
KINDS = ("phone", "email", "plate", "identity", "account", "address_of_person")


@dataclass
class Score:
    """Of the sentences of one half: what had to be found, what was found wrongly."""

    wanted: dict[str, int] = field(default_factory=dict)
    hit: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    sentences: int = 0
    harmless: int = 0  # sentences that betray nobody
    wrong: list[str] = field(default_factory=list)  # pieces found where nothing had to be

    @property
    def recall(self) -> float:
        return sum(self.hit.values()) / sum(self.wanted.values())

    @property
    def precision(self) -> float:
        hits = sum(self.hit.values())
        return hits / (hits + len(self.wrong))


def sentences() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    return read


def score(odd: bool) -> Score:
    """Odd ids were used to write the patterns, even ones only to measure them."""
    told = Score()
    for sentence in sentences():
        if bool(sentence["id"] % 2) is odd:
            _count(told, sentence)
    return told


def _count(told: Score, sentence: dict[str, Any]) -> None:
    text, seen = sentence["text"], found(sentence["text"])
    places = [(text.find(one["text"]), text.find(one["text"]) + len(one["text"])) for one in sentence["spans"]]
    told.sentences += 1
    told.harmless += not places
    for one, (start, end) in zip(sentence["spans"], places, strict=True):
        kind = one["kind"]
        told.wanted[kind] = told.wanted.get(kind, 0) + 1
        if any(span.start <= start and end <= span.end for span in seen):  # all of it, or it is a miss
            told.hit[kind] = told.hit.get(kind, 0) + 1
        else:
            told.missed.append(f"{sentence['id']} {kind}: {one['text']}")
    told.wrong += [f"{sentence['id']} {span.kind}" for span in seen if not _touches(span, places)]


def _touches(span: Span, places: list[tuple[int, int]]) -> bool:
    return any(span.start < end and start < span.end for start, end in places)


def report() -> Iterator[str]:
    for odd in (True, False):
        told = score(odd)
        half = "odd ids (patterns were written with them)" if odd else "even ids (only counted)"
        yield f"words, {half}: {told.sentences} sentences, {told.harmless} of them betray nobody"
        for kind in KINDS:
            yield f"  {kind}: {told.hit.get(kind, 0)} of {told.wanted.get(kind, 0)} found"
        hits, wanted = sum(told.hit.values()), sum(told.wanted.values())
        yield f"  all: {hits} of {wanted} found; {len(told.wrong)} found wrongly in {told.sentences} sentences"
