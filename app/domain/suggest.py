"""A category suggested from a resident's own words. Keywords only: it can be explained, and always be changed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.city.model import Category
from app.domain.folding import fold, spell

_UNMARKED = 0.7  # "o ga" for "ổ gà": typed in haste
_MISSPELT = 0.4  # "đỗ rác" for "đổ rác": one word of a phrase with other marks
_TELLING = 0.15  # a word used by more of the categories says nothing
_LENGTH = 1.5  # a phrase of two words weighs 2.8 times a single one


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category that the words speak of; `matched` are its keywords found there, the weightiest first."""

    code: str
    score: float
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Keyword:
    text: str
    folded: tuple[str, ...]
    spelt: tuple[str, ...]
    category: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Match:
    keyword: _Keyword
    start: int
    end: int
    score: float


class Suggester:
    """The keywords of a city's categories, laid out for lookup. Make one per city version and keep it."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._categories = tuple(categories)
        self._by_first_word: dict[str, list[_Keyword]] = defaultdict(list)
        self._speakers: dict[str, set[int]] = defaultdict(set)  # a word as it is spelt → categories that use it
        for keyword in _weighed(self._categories):
            self._by_first_word[keyword.folded[0]].append(keyword)
            for word in keyword.spelt:
                self._speakers[_stem(word)].add(keyword.category)

    def suggest(self, words: str, limit: int = 3) -> tuple[Suggestion, ...]:
        """The best categories for these words, best first; none when no keyword stands in them.

        Whole words only. Long phrases and keywords of few categories weigh more. Marks count when they were typed:
        "cầu" is not "câu", while "cau" may be either. A keyword counts once, and no word counts twice for a category.
        """
        folded = [_stem(word) for word in fold(words).split()]
        matches: dict[int, list[_Match]] = defaultdict(list)
        for match in self._matches(folded, spell(words).split()):
            matches[match.keyword.category].append(match)
        found = [self._suggestion(category, of_it) for category, of_it in sorted(matches.items())]
        return tuple(sorted(found, key=lambda suggestion: -suggestion.score)[:limit])

    def related(self, words: str, limit: int = 3) -> tuple[str, ...]:
        """Codes of categories that share a telling word with these: "rác" of "rác chất đống" is in four of them.

        Weaker than a suggestion, and worth showing only beside one. Marks count; a word of many categories tells
        nothing.
        """
        scores: dict[int, float] = defaultdict(float)
        for word in {_stem(word) for word in spell(words).split()}:
            speakers = self._speakers.get(word, set())
            if len(speakers) <= len(self._categories) * _TELLING:
                for category in speakers:
                    scores[category] += math.log(1 + len(self._categories) / len(speakers))
        best = sorted(scores, key=lambda category: (-scores[category], category))
        return tuple(self._categories[category].code for category in best[:limit])

    def _matches(self, folded: list[str], spelt: list[str]) -> Iterator[_Match]:
        for start, word in enumerate(folded):
            for keyword in self._by_first_word.get(word, ()):
                end = start + len(keyword.folded)
                if tuple(folded[start:end]) != keyword.folded:
                    continue
                likeness = _likeness(spelt[start:end], keyword)
                if likeness:
                    yield _Match(keyword, start, end, keyword.weight * likeness)

    def _suggestion(self, category: int, matches: list[_Match]) -> Suggestion:
        counted: list[_Match] = []
        for match in sorted(matches, key=lambda match: (-match.score, match.start)):
            is_new = all(match.keyword is not other.keyword for other in counted)
            if is_new and all(match.end <= other.start or match.start >= other.end for other in counted):
                counted.append(match)
        score = sum(match.score for match in counted)
        return Suggestion(self._categories[category].code, score, tuple(match.keyword.text for match in counted))


def suggest(words: str, categories: Iterable[Category], limit: int = 3) -> tuple[Suggestion, ...]:
    """As `Suggester.suggest`, for a single question; who asks often keeps a `Suggester`."""
    return Suggester(categories).suggest(words, limit)


def _weighed(categories: tuple[Category, ...]) -> list[_Keyword]:
    """Each keyword of each category once, weighed by its length and by how few categories share it."""
    keywords = {
        (number, tuple(spell(text).split())): text
        for number, category in enumerate(categories)
        for text in category.keywords
        if fold(text)
    }
    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for (number, _), text in keywords.items():
        holders[_stems(text)].add(number)
    found = []
    for (number, spelt), text in keywords.items():
        folded = _stems(text)
        rarity = math.log(1 + len(categories) / len(holders[folded]))
        found.append(_Keyword(text, folded, spelt, number, rarity * len(folded) ** _LENGTH))
    return found


def _stems(text: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in fold(text).split())


def _stem(folded: str) -> str:
    """English plurals count as their singular; hardly a Vietnamese word ends in s."""
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss") else folded


def _likeness(typed: list[str], keyword: _Keyword) -> float:
    """1 when spelt the same, less when typed without marks; 0 when the marks say another word.

    In a phrase one misspelt word is forgiven where another one is spelt right.
    """
    likenesses = [_word_likeness(word, spelt) for word, spelt in zip(typed, keyword.spelt, strict=True)]
    return math.prod(likenesses) if max(likenesses) > _MISSPELT else 0.0


def _word_likeness(typed: str, spelt: str) -> float:
    if _stem(typed) == _stem(spelt):
        return 1.0
    return _UNMARKED if typed == fold(typed) else _MISSPELT
