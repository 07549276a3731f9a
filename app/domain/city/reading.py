"""Reading YAML so that everything said about it can name its line."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from app.domain.city.problems import Problem, Where

NULL = "tag:yaml.org,2002:null"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A code that must be declared somewhere in the folder."""

    kind: str
    code: str
    where: Where


@dataclass(slots=True)
class Reading:
    """What was noticed while a folder was read: problems, where each thing stands, and what it points at."""

    problems: list[Problem] = field(default_factory=list)
    places: dict[Steps, Where] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # kinds of which at least one entry could not be read
    unread: set[str] = field(default_factory=set)  # files, without .yaml, that could not be understood at all
    absent: set[str] = field(default_factory=set)  # kinds of which no entry could be read: nothing is held against them

    def refuse(self, where: Node | Where, message: str) -> None:
        at = where if isinstance(where, Where) else place_of(where)
        self.problems.append(Problem.at(at, message))

    def where(self, *path: str) -> Where:
        """Where `path` stands, or the nearest thing around it that has a place."""
        for length in range(len(path), 0, -1):
            found = self.places.get(path[:length])
            if found:
                return found
        return Where("city.yaml", 1)

    def has(self, kind: str, code: str) -> bool:
        """Is this code declared, be it in an entry that has problems of its own?"""
        return (kind, code) in self.places


def place_of(node: Node) -> Where:
    return Where(node.start_mark.name, node.start_mark.line + 1)


class _Named(io.StringIO):
    """Text that tells the YAML reader what file it came from."""

    name = ""


def compose(folder: Path, file: str, reading: Reading) -> MappingNode | None:
    """The file as a tree of nodes with lines, or None with the reason noted. `file` is relative to the folder."""
    try:
        text = _Named((folder / file).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        reading.refuse(Where(file, 1), f"this is not UTF-8 (byte {error.start})")
        return None
    except OSError as error:
        reading.refuse(Where(file, 1), f"the file cannot be read: {error.strerror}")
        return None
    text.name = file
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        reading.refuse(_where_of(error, file), f"this is not YAML: {_reason_of(error)}")
        return None
    if root is None:
        reading.refuse(Where(file, 1), "the file is empty")
    elif not isinstance(root, MappingNode):
        reading.refuse(root, "the file must hold named lists, such as `units:`")
    else:
        return root
    return None


def _where_of(error: yaml.YAMLError, file: str) -> Where:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Where(file, mark.line + 1 if mark else 1)


def _reason_of(error: yaml.YAMLError) -> str:
    said = (getattr(error, "context", None), getattr(error, "problem", None) or getattr(error, "reason", None))
    return ", ".join(part for part in said if part) or "it cannot be understood"


def entries(node: MappingNode, reading: Reading) -> dict[str, tuple[Node, Node]]:
    """The keys of a mapping with their nodes; a key written twice is a problem, the first one stands."""
    found: dict[str, tuple[Node, Node]] = {}
    for key, value in node.value:
        name = text_of(key)
        if name is None:
            reading.refuse(key, "a key must be a word")
        elif name in found:
            reading.refuse(key, f"`{name}` stands here twice, first on line {place_of(found[name][0]).line}")
        else:
            found[name] = (key, value)
    return found


def is_empty(node: Node) -> bool:
    """Nothing written after the colon, or `~`, or `""`."""
    return isinstance(node, ScalarNode) and (node.tag == NULL or not node.value.strip())


def text_of(node: Node) -> str | None:
    """What a person typed, as typed: `00070` stays five digits, `no` stays a word. None for lists and mappings."""
    if not isinstance(node, ScalarNode):
        return None
    return "" if is_empty(node) else unicodedata.normalize("NFC", node.value.strip())
