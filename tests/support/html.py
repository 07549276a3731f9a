"""Is a page well made? Valid HTML5, one h1, every field labelled, no id twice, nothing inline, a language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.html5parser import HTMLParser

UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
NAMES = ("aria-label", "aria-labelledby", "title")
INLINE = ("style", "onclick", "onchange", "onsubmit", "onload", "oninput", "hx-on")


def faults(page: str) -> list[str]:
    """Every fault of a whole page, in words; empty for a good one."""
    return [*syntax_faults(page), *structure_faults(parse(page))]


def parse(page: str) -> Element:
    """The page as a tree, without namespaces."""
    tree: Element = html5lib.parse(page, namespaceHTMLElements=False)
    return tree


def syntax_faults(page: str) -> list[str]:
    """What a strict HTML5 parser complains about."""
    parser = HTMLParser(namespaceHTMLElements=False)
    parser.parse(page)
    lines = page.splitlines()
    return [
        f"line {line}: {code} {_detail(detail)}near {lines[line - 1].strip()[:90]!r}"
        for (line, _column), code, detail in parser.errors
        if line <= len(lines)
    ]


def structure_faults(tree: Element) -> list[str]:
    """What is missing for somebody who cannot see the page, and what our policy forbids."""
    return [
        *_heading_faults(tree),
        *_id_faults(tree),
        *_label_faults(tree),
        *_picture_faults(tree),
        *_inline_faults(tree),
        *_language_faults(tree),
    ]


def _heading_faults(tree: Element) -> Iterator[str]:
    headings = list(tree.iter("h1"))
    if len(headings) != 1:
        yield f"{len(headings)} h1 instead of one"


def _ids(tree: Element) -> Counter[str]:
    return Counter(identity for element in tree.iter() if (identity := element.get("id")))


def _id_faults(tree: Element) -> Iterator[str]:
    ids = _ids(tree)
    for identity, times in ids.items():
        if times > 1:
            yield f"id {identity!r} stands {times} times"
    for element in tree.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for target in (element.get(name) or "").split():
                if target not in ids:
                    yield f"<{element.tag}> points by {name} to {target!r}, which is not there"


def _label_faults(tree: Element) -> Iterator[str]:
    labelled = {element.get("for") for element in tree.iter("label")}
    inside = {id(field) for label in tree.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for element in tree.iter(tag):
            if element.get("type", "").lower() in UNLABELLED:
                continue
            named = element.get("id") in labelled or id(element) in inside or any(element.get(n) for n in NAMES)
            if not named:
                yield f"<{tag} name={element.get('name')!r}> has no label"
    for element in (*tree.iter("button"), *tree.iter("a")):
        if element.tag == "a" and element.get("href") is None:
            continue
        if not _spoken(element):
            yield f"<{element.tag} class={element.get('class')!r}> says nothing"


def _spoken(element: Element) -> str:
    words = [element.get(name) or "" for name in NAMES]
    words += [part.get("alt") or part.get("aria-label") or "" for part in element.iter()]
    return " ".join([*words, *element.itertext()]).strip()


def _picture_faults(tree: Element) -> Iterator[str]:
    for element in tree.iter("img"):
        if element.get("alt") is None:
            yield f"<img src={element.get('src')!r}> has no alt"


def _inline_faults(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        for name in element.attrib:
            if name in INLINE or (name.startswith("on") and name.islower()):
                yield f"<{element.tag}> carries {name}=, which the content policy refuses"
    for element in tree.iter("script"):
        if element.get("src") is None and element.get("type") not in {"application/json", "application/ld+json"}:
            yield "an inline script, which the content policy refuses"
    for _element in tree.iter("style"):
        yield "an inline style sheet, which the content policy refuses"


def _language_faults(tree: Element) -> Iterator[str]:
    if tree.get("lang") not in {"vi", "en"}:
        yield f"<html lang={tree.get('lang')!r}> is neither vi nor en"
    title = tree.find("head/title")
    if title is None or not (title.text or "").strip():
        yield "no title"


def _detail(detail: dict[str, object]) -> str:
    return "".join(f"{key}={value!r} " for key, value in detail.items())
