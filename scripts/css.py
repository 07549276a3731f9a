"""Make static/css/app.css and frugal.css from their parts, by plain concatenation: one request, no build tool.

python scripts/css.py          write them
python scripts/css.py --check  fail when they are not what the parts make
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

CSS = Path(__file__).resolve().parent.parent / "static" / "css"
APP = CSS / "app.css"
LAYERS = "@layer tokens, base, layout, components, pages, print;\n"


def parts() -> list[Path]:
    """The parts in their order; a new file in components/ or pages/ is taken by itself."""
    first = [CSS / f"{name}.css" for name in ("tokens", "base", "layout")]
    return [*first, *sorted(CSS.glob("components/*.css")), *sorted(CSS.glob("pages/*.css")), CSS / "print.css"]


def made() -> dict[Path, str]:
    """Both style sheets: the whole one, and the small one of pages with little data."""
    frugal = [CSS / "tokens.css", *sorted(CSS.glob("frugal/*.css"))]
    return {APP: joined(parts()), CSS / "frugal.css": joined(frugal)}


def joined(paths: list[Path]) -> str:
    """The parts without comments, indentation, idle blanks and zeros."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r'url\("\.\./([^"]+)"\)', _kept_for_a_year, text)
    lines = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    lines = re.sub(r" *([{};,]) *", r"\1", lines).replace(": ", ":")
    lines = re.sub(r"(?<=[{;,])\n", "", lines).replace(";}", "}").replace(";\n}", "}")
    return LAYERS + re.sub(r"(?<![\w.])0(?=\.\d)", "", re.sub(r" ([>~]) ", r"\1", lines)) + "\n"


def _kept_for_a_year(found: re.Match[str]) -> str:
    """The address of a file named by the style sheet, with its content's digest: static files with ?v= never change."""
    digest = hashlib.sha256((CSS.parent / found[1]).read_bytes()).hexdigest()[:12]
    return f'url("../{found[1]}?v={digest}")'


def main() -> int:
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in made().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in stale:
            print(f"static/css/{path.name} is not what its parts make: run python scripts/css.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
