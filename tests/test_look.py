"""The look keeps its promises: contrast in both themes, one style sheet, nothing inline, nothing from elsewhere."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "emails" not in path.parts]
MADE = {"app.css", "frugal.css"}
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")

GROUNDS = ("ground", "raised", "sunk")
INKS = ("ink", "ink-soft", "jade", "jade-deep", "lacquer", "amber", "indigo", "moss")
TEXT_PAIRS = [
    *itertools.product(INKS, GROUNDS),
    *(("ink", f"{tone}-wash") for tone in ("jade", "lacquer", "amber", "indigo", "moss")),
    *((tone, f"{tone}-wash") for tone in ("jade", "lacquer", "amber", "indigo", "moss")),
    ("jade-deep", "jade-wash"),
    ("ink-soft", "jade-wash"),
    ("on-jade", "jade"),
    ("on-jade", "jade-deep"),
    ("on-lacquer", "lacquer"),
    ("ground", "ink"),
]
EDGE_PAIRS = [*itertools.product(("edge", "jade"), GROUNDS), ("jade", "jade-wash"), ("edge", "jade-wash")]


def theme(scheme: str) -> dict[str, str]:
    """The colours of one theme, the first block of tokens.css that says it is light, or dark."""
    block = re.search(r":root\s*{\s*color-scheme: " + scheme + ";([^}]*)}", TOKENS)
    assert block, f"tokens.css has no {scheme} theme"
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block[1]))


LIGHT, DARK = theme("light"), theme("dark")


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "scripts" / script), "--check"], capture_output=True, text=True)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_of_controls_stand_out(colours: dict[str, str], edge: str, ground: str) -> None:
    assert contrast(colours[edge], colours[ground]) >= 3


def test_both_themes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_only_tokens_name_a_colour() -> None:
    parts = [path for path in (ROOT / "static" / "css").rglob("*.css") if path.name not in MADE | {"tokens.css"}]
    named = [f"{p.name}: {c}" for p in parts for c in re.findall(r"#[0-9a-f]{3,8}\b", p.read_text(encoding="utf-8"))]
    assert named == ["facts.css: #fff"]  # a QR code is read by cameras: its ground is white in every theme


def test_the_style_sheet_is_made_of_its_parts() -> None:
    checked = run("css.py")
    assert checked.returncode == 0, checked.stderr


def test_vendored_files_hold_to_their_manifest() -> None:
    checked = run("vendor.py")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_holds_a_style_or_a_script(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text) if 'type="application/' not in tag)
    assert not re.search(r"(?:src|href)=[\"']https?://", text)


def test_every_symbol_that_is_used_stands_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="i-([\w-]+)"', (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")))
    scripts = list((ROOT / "static" / "js").rglob("*.js"))
    pattern = re.compile(r"""(?:\bicon\(|icon_name=|\bshape=|\bicon=|"icon":\s*|#i-)["']?([a-z][a-z0-9-]*)(?=["'])""")
    used = {
        (path.name, name)
        for path in [*TEMPLATES, *scripts, *(ROOT / "app").rglob("*.py")]
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert used
    assert sorted(pair for pair in used if pair[1] not in sprite) == []


def test_the_sprite_needs_no_style() -> None:
    sprite = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8")
    assert not re.search(r"style=|<script|var\(", sprite)


def test_no_page_is_heavy_with_styles() -> None:
    assert (ROOT / "static" / "css" / "app.css").stat().st_size < 66_000


def test_every_icon_that_is_listed_is_drawn_somewhere() -> None:
    sources = [path for room in ("app", "templates", "static/js") for path in (ROOT / room).rglob("*.*")]
    said = "".join(path.read_text(encoding="utf-8") for path in sources if path.suffix in (".py", ".html", ".js"))
    listed = (ROOT / "static" / "icons" / "names.txt").read_text(encoding="utf-8").splitlines()
    names = [line for line in listed if line and not line.startswith("#")]
    assert [name for name in names if f'"{name}"' not in said and f"'{name}'" not in said] == []
