"""Make static/css/app.css from its parts, by plain concatenation: one request, no build tool.

python scripts/css.py          write it
python scripts/css.py --check  fail when it is not what the parts make
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


def joined() -> str:
    """What app.css must hold: the parts without comments, indentation, idle blanks and zeros."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in parts())
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
        if APP.exists() and APP.read_text(encoding="utf-8") == joined():
            return 0
        print("static/css/app.css is not what its parts make: run python scripts/css.py", file=sys.stderr)
        return 1
    APP.write_text(joined(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
