"""What residents and units of the demo say, drawn from `phrases.yaml`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from app.domain.city.model import Category
from app.models.choices import PublishWhen

PHRASES = Path(__file__).with_name("phrases.yaml")


class Book:
    """Sentences to draw from. The same chance draws the same words."""

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said
        self._kinds: dict[str, dict[str, list[str]]] = said["categories"]

    def description(self, category: Category, chance: Random, language: str) -> str:
        """How a resident tells of it, in one to three sentences."""
        if language == "en":
            english = self._said["english"].get(category.group) or self._said["english"]["other"]
            return str(chance.choice(english)).format(name=category.name.in_("en"))
        parts = [self._of(category, "say", chance)]
        if category.publish is not PublishWhen.SENSITIVE:
            parts.append(self.say("since", chance))
        parts.append(self.say("ask", chance))
        if chance.random() < 0.02:
            parts.append(self._said["phone"].format(n=f"{chance.randrange(100, 999)}"))
        return " ".join(part for part in parts if part)

    def fixed(self, category: Category, chance: Random, date: str) -> str:
        """The answer of a unit that put it right."""
        opening = self.say("answers.fixed_open", chance)
        work = self._of(category, "fixed", chance)
        if ", {work}" in opening:
            work = work[:1].lower() + work[1:]
        return f"{opening.format(date=date, work=work)} {self.say('answers.fixed_close', chance)}"

    def say(self, about: str, chance: Random, **names: str) -> str:
        """A sentence from one of the lists, by its path: `answers.visit`."""
        line = str(chance.choice(self._list(about)))
        return line.format(**names) if names else line

    def refusal(self, code: str) -> str:
        return str(self._said["answers"]["declined"].get(code) or self._said["answers"]["declined"]["default"])

    def waiting(self, for_what: str) -> str:
        return str(self._said["answers"]["pause"][for_what])

    def _of(self, category: Category, part: str, chance: Random) -> str:
        lines = self._kinds.get(category.code, {}).get(part) or self._said["default"][part]
        return str(chance.choice(lines)).format(name=category.name.vi)

    def _list(self, path: str) -> Sequence[str]:
        found: Any = self._said
        for step in path.split("."):
            found = found[step]
        return found  # type: ignore[no-any-return]  # checked by the tests, which draw from every list


@lru_cache(maxsize=1)
def book() -> Book:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with PHRASES.open(encoding="utf-8") as file:
        return Book(yaml.load(file, loader))  # nosec B506 - a safe loader, by name
