"""The source speaks English and the catalogue Vietnamese, so no page can mix the two by accident."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
VIETNAMESE = re.compile(
    "[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]",
    re.IGNORECASE,
)
# Modules that are about Vietnamese words: what people type, how moments and rules are said in each language by itself,
# the made-up reports of the demo, passwords that are easy to guess.
ABOUT_WORDS = (
    "app/domain/accounts/",
    "app/domain/areas/importing.py",
    "app/domain/coordinates.py",
    "app/domain/demo/",
    "app/domain/folding.py",
    "app/domain/personal.py",
    "app/domain/media/drawn.py",
    "app/domain/media/drawing",
    "app/domain/routing.py",
    "app/domain/wording.py",
    "app/routes/styleguide.py",
    "templates/styleguide/",
)
LONGEST_SENTENCE = 30  # syllables: what is read once, standing, on a phone
HALF = 9  # of the sentences have no more
# Of the words that docs/glossary.md leaves to others, those that mean nothing else.
NEVER_SAID = (
    *("người dùng", "báo cáo", "số hồ sơ", "danh mục", "phòng ban", "hàng đợi", "lời hứa"),
    *("lượt thích", "kiểm duyệt", "trạng thái", "đường dẫn"),
)
NAMES = ("Hồi Âm", "Tiếng Việt")  # ours, and the language's own name for itself


def sources(folder: str, *endings: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob("*")):
        shown = path.relative_to(ROOT).as_posix()
        if path.suffix in endings and not shown.startswith(ABOUT_WORDS):
            yield path


def is_vietnamese(text: str) -> bool:
    for name in NAMES:
        text = text.replace(name, "")
    return bool(VIETNAMESE.search(text))


def test_no_python_string_is_vietnamese() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{constant.lineno}: {constant.value[:60]!r}"
        for path in sources("app", ".py")
        for constant in strings(ast.parse(path.read_text(encoding="utf-8")))
        if is_vietnamese(constant.value)
    ]
    assert found == []


def strings(tree: ast.Module) -> Iterator[ast.Constant]:
    """The string constants a person might read: docstrings are for us."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def test_no_template_and_no_script_is_vietnamese() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for path in (*sources("templates", ".html", ".txt", ".xml"), *sources("static/js", ".js"))
        for line in without_comments(path.read_text(encoding="utf-8")).splitlines()
        if is_vietnamese(line)
    ]
    assert found == []


def without_comments(text: str) -> str:
    text = re.sub(r"\{#.*?#\}|/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def vietnamese() -> Iterator[str]:
    """Everything our pages and letters say."""
    for path in sorted((ROOT / "translations" / "vi").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                said = (message.string,) if isinstance(message.string, str) else message.string
                yield from said if message.id else ()


def test_no_sentence_has_to_be_read_twice() -> None:
    sentences = [part for said in vietnamese() for part in re.split(r"(?<=[.!?:;])\s+", said)]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert [one for one, length in zip(sentences, lengths, strict=True) if length > LONGEST_SENTENCE] == []
    assert median(lengths) <= HALF


def test_one_idea_has_one_word() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [word for word in NEVER_SAID if word not in glossary] == []
    book = (ROOT / "docs" / "nguoi-dan.md").read_text(encoding="utf-8")
    wrong = [(word, said) for said in (*vietnamese(), book) for word in NEVER_SAID if word in said.lower()]
    assert wrong == []
