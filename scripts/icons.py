"""Make static/icons.svg: one sprite with every symbol that the pages and the city's categories use.

The names come from static/icons/names.txt and from `icon:` in cities/*/*.yaml; our own shapes (the mark, the pins)
from static/icons/own.svg. Run by scripts/vendor.py, which fetches the drawings of Tabler Icons.

    python scripts/icons.py   draws the app's icons, static/icons/app-*.png, from the mark anew (with Chromium)
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPRITE = ROOT / "static" / "icons.svg"
NAMES = ROOT / "static" / "icons" / "names.txt"
OWN = ROOT / "static" / "icons" / "own.svg"
# Presentation attributes, not a style: the sprite is shown under a policy without inline styles.
TABLER = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


def wanted() -> list[str]:
    """The Tabler names that the sprite must hold, in alphabetical order."""
    listed = [line.split("#")[0].strip() for line in NAMES.read_text(encoding="utf-8").splitlines()]
    used = [
        name
        for path in sorted(ROOT.glob("cities/*/categories.yaml"))
        for name in re.findall(r"\bicon:\s*['\"]?([a-z0-9-]+)", path.read_text(encoding="utf-8"))
    ]
    return sorted({*filter(None, listed), *used})


def held() -> set[str]:
    """The names that the committed sprite holds."""
    return set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))


def problems() -> list[str]:
    """Names that are wanted and missing; run scripts/vendor.py to add them."""
    return [f"static/icons.svg lacks {name}: run scripts/vendor.py" for name in wanted() if name not in held()]


def write(drawings: Path) -> None:
    """Write the sprite from a folder of Tabler outlines and our own shapes."""
    symbols = [_symbol(name, (drawings / f"{name}.svg").read_text(encoding="utf-8")) for name in wanted()]
    own = OWN.read_text(encoding="utf-8")
    body = own[own.index(">") + 1 : own.rindex("</svg>")].strip()
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + body + "\n" + "\n".join(symbols) + "\n</svg>\n", encoding="utf-8"
    )


def _symbol(name: str, drawing: str) -> str:
    paths = re.findall(r"<(?:path|circle|rect|line|polyline|ellipse)\b[^>]*/>", drawing)
    kept = (re.sub(r"\s+", " ", path) for path in paths if 'stroke="none"' not in path)
    return f'<symbol id="i-{name}" {TABLER}>{"".join(kept)}</symbol>'


# The app's icons ------------------------------------------------------------------------------------------------------

SHARES = {"any": 0.86, "maskable": 0.56}  # of the mark; phones cut a maskable icon to a circle of four fifths
PAPER = "#fbf8f1"


def draw_app_icons() -> None:
    """The mark on paper, with round corners or to be cut by the phone, in both sizes."""
    import chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.FLAGS))
        for purpose, share in SHARES.items():
            for size in (192, 512):
                page = browser.new_page(viewport={"width": size, "height": size})
                page.set_content(_drawn(size, share, radius=size // 5 if purpose == "any" else 0))
                page.screenshot(path=ROOT / "static" / "icons" / f"app-{purpose}-{size}.png", omit_background=True)
                page.close()
        browser.close()


def _drawn(size: int, share: float, *, radius: int) -> str:
    mark = (ROOT / "static" / "icons" / "mark.svg").read_text(encoding="utf-8")
    inner, at = size * share, size * (1 - share) / 2
    placed = mark.replace("<svg ", f'<svg x="{at}" y="{at}" width="{inner}" height="{inner}" ', 1)
    ground = f'<rect width="{size}" height="{size}" rx="{radius}" fill="{PAPER}"/>'
    style = "<style>body{margin:0}svg{display:block}</style>"
    return f'{style}<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}">{ground}{placed}</svg>'


if __name__ == "__main__":
    draw_app_icons()
