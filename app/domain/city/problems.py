"""What is wrong with a city folder, said with file and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A line of a file; the file is named from the folder, with forward slashes."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right, and where it stands."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"

    @classmethod
    def at(cls, where: Where, message: str) -> Problem:
        return cls(where.file, where.line, message)


class Refused(Exception):
    """The folder cannot be used. `problems` names everything found, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
