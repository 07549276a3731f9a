"""The Vietnamese words: merges `translations/vi/*.po` into the one catalogue the program reads.

Without options it compiles (quick, and instant when nothing has changed). With `--check` it also compares with every
string of the program and fails on what is missing, doubled with another meaning, unsure, or broken; what no page uses
any more is named as a warning. The source strings are the English ones, so English needs no catalogue.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "vi"
COMPILED = FOLDER / "LC_MESSAGES" / "messages.mo"

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SOURCES = {
    "app": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.xml", "jinja2")],
}
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sdfi]")

Key = tuple[str | None, str]  # context and msgid (the singular one)


@dataclass
class Words:
    """All area files as one, and what is wrong with them."""

    merged: Catalog = field(default_factory=lambda: Catalog(locale="vi", domain="messages", charset="utf-8"))
    came_from: dict[Key, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Compile, and with --check compare; 1 when something is wrong."""
    checking = "--check" in arguments
    if not checking and _is_fresh():
        return 0
    words = read()
    if checking:
        used = dict(extracted())
        words.problems += missing(words, used)
        for key, place in words.came_from.items():
            if key not in used:
                print(f"{place}: warning: no page says {key[1]!r} any more")
        print(f"{len(used)} strings, {len(words.came_from)} in Vietnamese.")
    for problem in words.problems:
        print(problem, file=sys.stderr)
    if not words.problems or not checking:
        write(words)
    return 1 if words.problems else 0


def _is_fresh() -> bool:
    if not COMPILED.exists():
        return False
    made = COMPILED.stat().st_mtime_ns
    return all(path.stat().st_mtime_ns <= made for path in (FOLDER, *FOLDER.glob("*.po")))


def read() -> Words:
    """Every area file, merged in the order of their names."""
    words = Words()
    for path in sorted(FOLDER.glob("*.po")):
        try:
            with path.open("rb") as file:
                catalog = read_po(file, locale="vi", abort_invalid=True)
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            words.problems.append(f"{_short(path)}: cannot be read: {error}")
            continue
        for message in catalog:
            if message.id:
                _add(words, message, f"{_short(path)}:{message.lineno or 0}")
    return words


def _add(words: Words, message: Message, place: str) -> None:
    words.problems += [f"{place}: {problem}" for problem in problems_of(message)]
    key = _key(message)
    earlier = words.merged.get(key[1], context=key[0])
    if earlier is not None and _texts(earlier.string) != _texts(message.string):
        words.problems.append(f"{place}: {key[1]!r} is translated differently in {words.came_from[key]}")
        return
    words.came_from.setdefault(key, place)
    words.merged.add(message.id, message.string, context=message.context)


def problems_of(message: Message) -> Iterator[str]:
    """What is wrong with one translation by itself."""
    sources, texts = _texts(message.id), _texts(message.string)
    if not all(texts):
        yield f"{sources[0]!r} has no Vietnamese"
        return
    if message.fuzzy:
        yield f"{sources[0]!r} is marked fuzzy: look at it, then remove the mark"
    wanted = placeholders(sources[-1])
    for text in texts:
        if placeholders(text) != wanted:
            yield f"{sources[0]!r}: placeholders differ: {sorted(wanted)} in English, {sorted(placeholders(text))} here"


def placeholders(text: str) -> set[str]:
    """`%(name)s` and the like, as written."""
    return {found.group(0) for found in PLACEHOLDER.finditer(text.replace("%%", ""))}


def extracted() -> Iterator[tuple[Key, str]]:
    """Every string of Python and Jinja, with the first place that says it."""
    seen: set[Key] = set()
    for folder, methods in SOURCES.items():
        options = {pattern: JINJA for pattern, method in methods if method == "jinja2"}
        for name, line, message, _comments, context in extract_from_dir(
            str(ROOT / folder), methods, options, keywords=KEYWORDS
        ):
            key = (context, message[0] if isinstance(message, tuple) else message)
            if key[1] and key not in seen:
                seen.add(key)
                yield key, f"{folder}/{name}:{line}"


def missing(words: Words, used: dict[Key, str]) -> list[str]:
    """A line per string that no file translates."""
    return [f"{place}: {key[1]!r} has no Vietnamese" for key, place in used.items() if key not in words.came_from]


def write(words: Words) -> None:
    """Put the compiled catalogue in place in one step, so that a running start never reads half of it."""
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    unfinished = COMPILED.with_suffix(".new")
    with unfinished.open("wb") as file:
        write_mo(file, words.merged)
    unfinished.replace(COMPILED)


def _key(message: Message) -> Key:
    return (message.context, _texts(message.id)[0])


def _texts(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if value is None or isinstance(value, str) else tuple(value)


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
