"""Text in the city's languages, kept together: Vietnamese first, English complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Localized:
    """One text in Vietnamese and English. English may be empty for names that are the same."""

    vi: str
    en: str = ""

    def in_(self, language: str) -> str:
        """The text in `language`; Vietnamese where no translation stands."""
        return self.en if language == "en" and self.en else self.vi

    def __bool__(self) -> bool:
        return bool(self.vi)

    @classmethod
    def of(cls, value: object) -> Localized:
        """From `"text"`, `{"vi": …, "en": …}`, None or a Localized."""
        if isinstance(value, Localized):
            return value
        if value is None:
            return cls("")
        if isinstance(value, Mapping):
            return cls(str(value.get("vi") or ""), str(value.get("en") or ""))
        return cls(str(value))

    def as_dict(self) -> dict[str, str]:
        return {"vi": self.vi, "en": self.en} if self.en else {"vi": self.vi}
